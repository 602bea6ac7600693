// The hand-over of a session to a host outside the cookie's domain (LemonLDAP::NG calls it CDA). Such a host sends a
// browser to log in with a mark of that browser in the wanted address; the portal sends it back with a ticket in the
// mark's place; the host takes the ticket for the session's cookie.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/session/session_store.hpp"

namespace sso::credentials {

/// How long a ticket is good: the way of one redirect.
inline constexpr std::chrono::seconds kTicketLifetime{60};

/// The query parameter that holds mark or ticket: "__Secure-ssocda". Of characters that need no escape.
std::string ticket_parameter(std::string_view cookie_name);

/// A query without one of its parameters.
struct TakenParameter {
    std::optional<std::string> value;  ///< of the first of that name, as it stands; nothing: there is none
    std::string rest;                  ///< all others, as they stand, in their order
};
/// `target` is a path with or without a query; the rest of it is given back.
TakenParameter take_parameter(std::string_view target, std::string_view name);
/// The target with the parameter at its end.
std::string with_parameter(std::string_view target, std::string_view name, std::string_view value);

/// A secret of the browser's, in a cookie of the host's own; and what may be said of it in an address.
std::string new_browser_secret();
bool is_browser_secret(std::string_view text);
std::string browser_mark(std::string_view secret);
bool is_browser_mark(std::string_view text);

struct Ticket {
    std::string session;  ///< the cookie's text
    std::string browser;  ///< the mark of the one that may use it
    std::string origin;   ///< "https://app.other.org"
};

/// Puts the ticket into the store, keyed and sealed by one-time bits, as sessions are by their cookie's.
/// @return the bits as text; `invalid` for what is no cookie or no mark; the store's errors
Result<std::string> issue_ticket(session::SessionStore& store, const Ticket& ticket, SysSeconds now);

/// Takes a ticket out of the store: whoever presents it first, in the right place or a wrong one, ends it.
/// @return the session's cookie; nothing where there is no such ticket, or it is another origin's or browser's; the
///         store's errors
Result<std::optional<std::string>> redeem_ticket(session::SessionStore& store, std::string_view bits,
                                                 std::string_view origin, std::string_view browser, SysSeconds now);

}  // namespace sso::credentials
