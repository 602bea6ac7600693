// The answers that end a request here, and what is said to caches about those that go on.
#pragma once

#include <chrono>
#include <string_view>

#include "core/config/settings.hpp"
#include "core/rules/policy.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/request_view.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// Nobody but this client may keep the answer. Said in the headers that survive an error: mod_cache's quick handler
/// would serve a stored page before any of our hooks runs.
inline void forbid_sharing(request_rec* r) {
    set_first(r->err_headers_out, "Cache-Control", "private");
}

/// post_config: finds out whether mod_cache is there.
void find_cache_filters() noexcept;

/// Takes the request out of mod_cache's hands, also where an administrator lets it store what is private.
void leave_cache(request_rec* r);

/// `status`, for httpd's ErrorDocument machinery; nobody may keep the answer.
int refuse(request_rec* r, int status);

/// 503 with Retry-After.
int refuse_for_now(request_rec* r);

/// The same, naming the time after which to come back.
int refuse_for_now(request_rec* r, std::chrono::seconds retry_after);

/// 302 to an address of ours.
int redirect(request_rec* r, std::string_view address);

/// Nobody is known: 302 to the portal with the wanted address, or 401 with a JSON body for a script. The address is
/// built from the virtual host's configured origin and the client's own target, never from a header.
int send_to_login(request_rec* r, const Visit& visit, const MatchedHost& host);

/// Somebody is known, and the rule asks for a stronger login: the same toward the portal's page for it, or a 403 and a
/// page that says so where no way of logging in is strong enough.
int send_to_step_up(request_rec* r, const Visit& visit, const MatchedHost& host, const rules::Decision& decision);

/// 503 and a page that asks for patience.
int refuse_in_maintenance(request_rec* r, const config::Settings& settings, const MatchedHost& host);

}  // namespace sso::httpd
