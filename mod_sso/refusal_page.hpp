// The pages that people see in place of what they asked for: in English or French, without a script. Where an
// ErrorDocument is configured for the status, that one is shown, and a script gets httpd's own short text.
#pragma once

#include <string_view>

#include "core/config/settings.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Has httpd answer the 403 that is about to be returned with a page that says who the browser is signed in as, and
/// leads to the portal.
/// @param user  the session's user; empty when nobody is known
void show_refusal_page(request_rec* r, const config::Settings& settings, std::string_view user);

/// The same where a stronger login is asked for than anybody can make.
void show_level_page(request_rec* r, const config::Settings& settings, std::string_view user);

/// The same for a 503 while a virtual host is in maintenance.
void show_maintenance_page(request_rec* r);

}  // namespace sso::httpd
