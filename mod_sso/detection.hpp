// SSOEngine DetectionOnly: what the rules would have made of a request is logged, and nothing is changed.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Decides on a client's own request and logs the verdict. The request, its headers and its answer stay as they are,
/// whatever fails, and the log tells of that.
void observe(request_rec* r) noexcept;

}  // namespace sso::httpd
