// A session: who, since when, from where, and what is known of them; and the same as a store sees it, sealed.
#pragma once

#include <string>
#include <string_view>

#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/session/session_cookie.hpp"

namespace sso::session {

/// What stands beside the sealed attributes in the clear, so that a user's sessions can be listed and ended.
struct SessionFacts {
    std::string user;        ///< the value of `what_to_trace`
    SysSeconds created;      ///< when they logged in; `lifetime` counts from here
    SysSeconds last_seen;    ///< `idle_timeout` counts from here; the store keeps it by `touch`
    std::string address;     ///< the client's address at login, as text
    std::string user_agent;  ///< the browser's own name at login, cut to 200 bytes
    friend bool operator==(const SessionFacts&, const SessionFacts&) = default;
};

struct SealedSession;

/// An open session. Immutable once loaded: requests of many threads read it at once.
struct Session {
    SessionId id;
    SessionFacts facts;
    Attributes attributes;

    /// The record to store: attributes as JSON, sealed under the cookie's key with the id as context, so that a record
    /// copied to another id does not open.
    [[nodiscard]] SealedSession seal(const SessionCookie& cookie) const;
};

struct SealedSession {
    SessionId id;
    SessionFacts facts;
    std::string sealed;

    /// @return `corrupt` if the cookie's key does not open it or what is inside is not a session's attributes
    [[nodiscard]] Result<Session> open(const SessionCookie& cookie) const;

    /// The one binary form that every store keeps. `decode` is strict and bounded (1 MiB): `corrupt` on anything else.
    [[nodiscard]] std::string encode() const;
    static Result<SealedSession> decode(const SessionId& id, std::string_view record);
};

/// Attributes as JSON and back. Byte-transparent: bytes that are not UTF-8 survive (reference: sessions.md §3).
/// `parse_attributes` is bounded: 1 MiB, 16 levels; `invalid` otherwise.
std::string to_json(const Attributes& attributes);
Result<Attributes> parse_attributes(std::string_view json);

}  // namespace sso::session
