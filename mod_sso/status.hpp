// `SetHandler sso-status`: the handler's state and counters, for people and for programs that watch.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

inline constexpr std::string_view kStatusHandler = "sso-status";

/// Answers GET and HEAD with HTML, with `?format=json` or `?format=prometheus`. 403 where no `Require` restricts the
/// place: what is shown is not for everybody.
int show_status(request_rec* r);

}  // namespace sso::httpd
