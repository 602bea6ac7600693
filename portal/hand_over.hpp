// Somebody who is signed in goes on to a host outside the cookie's domain: with a ticket for their session
// (core/credentials/ticket.hpp).
#pragma once

#include <string>

#include "core/rules/return_address.hpp"
#include "core/session/session_cookie.hpp"
#include "portal/visit.hpp"

namespace sso::portal {

/// Where to go, and where that leads to in the end.
struct Way {
    std::string address;  ///< for the browser: it may bear a ticket
    std::string place;  ///< the wanted address itself, told apart from its first lap, on which the host has yet to say
                        ///< which browser it is
};

/// @param cookie  of the session that is to be known there
/// @return the store's errors
Result<Way> way_to(Visit& visit, const rules::ReturnUrl& url, const session::SessionCookie& cookie);

/// Whether a host that is reached by tickets has this address.
bool is_reached_by_ticket(const config::Settings& settings, const http::Url& url);

}  // namespace sso::portal
