// What the rules of a virtual host say of somebody at one of its addresses, for the menu and for a stronger login.
#pragma once

#include <optional>

#include "core/rules/decision.hpp"
#include "portal/visit.hpp"

namespace sso::portal {

/// The decision that the handler would take on a GET of `url`, an address of `host`; nothing if it is one that no rule
/// is asked about.
std::optional<rules::Decision> decide_entrance(const Visit& visit, const config::VirtualHostSettings& host,
                                               const http::Url& url, const Attributes& subject);

}  // namespace sso::portal
