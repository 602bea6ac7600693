// The page that people see who may not have what they asked for.
#pragma once

#include <string_view>

#include "core/config/settings.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Has httpd answer the 403 that is about to be returned with a page that says who the browser is signed in as, and
/// leads to the portal: in English or French, without a script. Where an ErrorDocument 403 is configured that one is
/// shown, and a script gets httpd's own short text.
/// @param user  the session's user; empty when nobody is known
void show_refusal_page(request_rec* r, const config::Settings& settings, std::string_view user);

}  // namespace sso::httpd
