// A name and a password become a session, or they do not: the same for the form and for programs.
#pragma once

#include <string>

#include "core/base/secret.hpp"
#include "core/session/session.hpp"
#include "portal/visit.hpp"

namespace sso::portal {

/// What somebody signs in with, and from where.
struct Attempt {
    std::string user;  ///< without blanks at its ends
    Secret password;
    std::string address;     ///< the client's: guesses are counted by it
    std::string user_agent;  ///< what it calls itself
    std::string url;         ///< where they want to go; empty: nowhere in particular
};

struct SignedIn {
    session::Session session;
    session::SessionCookie cookie;
};

/// Counts the attempt, asks the directory, computes what the person may, and stores a new session. Logs what comes of
/// it.
/// @return `refused` for a wrong name or password, `limit` for too many attempts; anything else: directory or store do
///         not serve
Result<SignedIn> sign_in(Visit& visit, const Attempt& attempt);

}  // namespace sso::portal
