// `SetHandler sso-reload`: looks for a new configuration now, for whoever has just written one and will not wait.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

inline constexpr std::string_view kReloadHandler = "sso-reload";

/// Answers GET and POST with a line of text: 200 when the newest text serves, 500 when it does not; why is told to the
/// log alone. 403 where no `Require` restricts the place: whoever may ask makes us work.
int reload(request_rec* r);

}  // namespace sso::httpd
