// The manager's pages. A handler neither prints nor reads the environment. The table that names them: routes.cpp.
#pragma once

#include "core/http/message.hpp"
#include "manager/site.hpp"

namespace sso::manager {

http::Response configuration_page(const Site& site, const http::Request& request);  ///< GET /
http::Response sessions_page(const Site& site, const http::Request& request);       ///< GET /sessions?user=&ip=

}  // namespace sso::manager
