// REST under /api/v1/: all that the manager can do, as JSON. docs/manager.md describes each address.
#pragma once

#include <string_view>

#include "core/http/message.hpp"
#include "manager/site.hpp"

namespace sso::manager::api {

/// Whether `path` is one of ours.
bool is_api(std::string_view path) noexcept;

/// Answers a request that mod_sso has let in. Who may do what is for `[manager.roles]` to say; what changes something
/// is taken from this site's own pages and from programs alone, and leaves a line in the log.
http::Response answer(const Site& site, const http::Request& request);

}  // namespace sso::manager::api
