// Hosts outside the session cookie's domain (core/credentials/ticket.hpp has the whole way).
#pragma once

#include "core/config/settings.hpp"
#include "core/http/url.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/request_view.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// A browser that comes back with a ticket gets the session's cookie for this host, if the ticket is good, and in any
/// case the address without it. @return DECLINED for a request without a ticket
int redeem_ticket(request_rec* r, Visit& visit, const MatchedHost& host, SysSeconds now);

/// The address that the portal shall send the browser back to, with the browser's mark; the browser gets the secret
/// behind the mark, if it has none.
http::Url marked_address(request_rec* r, const config::Settings& settings, const http::Url& wanted);

/// Takes the browser's secret out of what the application gets.
void take_browser_secret(request_rec* r, Visit& visit);

}  // namespace sso::httpd
