// The session cookie, taken out of a request on its way to the application.
#pragma once

#include <string_view>

#include "mod_sso/configuration.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Takes the session cookie out of the request: the Cookie header goes when nothing else is in it.
/// @param only  of `look_over`
/// @return the cookie's value, living as long as the request; empty: there is none
std::string_view take_cookie(request_rec* r, const Live& live, apr_table_entry_t* only);

/// The Cookie header loses the session cookie; the header goes when nothing else is in it.
void cut_cookie(apr_table_t* headers, apr_pool_t* pool, std::string_view cookie_name);

}  // namespace sso::httpd
