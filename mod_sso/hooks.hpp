// The functions that httpd calls, and in which phase.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// For the module record.
void register_hooks(apr_pool_t* pool) noexcept;

}  // namespace sso::httpd
