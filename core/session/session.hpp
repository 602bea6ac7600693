// A session: who, since when, from where, and what is known of them; and the same as a store sees it, sealed.
#pragma once

#include <string>
#include <string_view>

#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/crypto/seal.hpp"
#include "core/session/session_cookie.hpp"

namespace sso::session {

/// What stands beside the sealed attributes in the clear, so that a user's sessions can be listed and ended.
struct SessionFacts {
    std::string user;        ///< the value of `what_to_trace`
    SysSeconds created;      ///< when they logged in; `lifetime` counts from here
    SysSeconds last_seen;    ///< `idle_timeout` counts from here; the store keeps it by `touch`
    std::string address;     ///< the client's address at login, as text
    std::string user_agent;  ///< the browser's own name at login; `seal` cuts it to 200 bytes
    friend bool operator==(const SessionFacts&, const SessionFacts&) = default;
};

struct SealedSession;

/// An open session. Immutable once loaded: requests of many threads read it at once.
struct Session {
    SessionId id;
    SessionFacts facts;
    Attributes attributes;
    bool stale = false;  ///< the attributes are to be read from the directory again before they are gone by

    /// The record to store: attributes as JSON, sealed under the cookie's key with the id and the facts (save
    /// `last_seen`) as context, so that a record copied to another id, or one whose facts were changed, does not open.
    [[nodiscard]] SealedSession seal(const SessionCookie& cookie) const;
};

struct SealedSession {
    SessionId id;
    SessionFacts facts;
    std::string sealed;
    bool stale = false;  ///< beside the seal: an administrator sets it, who cannot open the session

    /// @return `corrupt` if the cookie is not this session's, its key does not open it, the facts are not those that
    ///         were sealed, or what is inside is not a session's attributes
    [[nodiscard]] Result<Session> open(const SessionCookie& cookie) const;
    /// The attributes as JSON, where `id` is known to be the cookie's: it was asked for by it. @return as `open`
    [[nodiscard]] Result<Secret> unseal(const SessionCookie& cookie, crypto::Opener& opener) const;

    static constexpr std::size_t kMaxRecord = 1U << 20U;
    static constexpr std::size_t kDigest = 16;  ///< a record's last bytes
    /// The one binary form that every store keeps, with a digest over it and the id. `decode` is strict and bounded
    /// (`kMaxRecord`): `corrupt` on anything else, on any changed bit, and on a record that was stored under another
    /// id. A store refuses to keep what is longer (`limit`).
    [[nodiscard]] std::string encode() const;
    static Result<SealedSession> decode(const SessionId& id, std::string_view record);
};

/// Attributes as JSON and back. Byte-transparent (reference: sessions.md §3): a byte B that is not part of well-formed
/// UTF-8 is written as the lone surrogate escape \udcBB, so that the text is ASCII or UTF-8 always; read back, that
/// escape and the raw byte both give the byte. true and false are read as 1 and 0. What JSON cannot say (infinity) is
/// written as null. `parse_attributes` is bounded: 1 MiB, 16 levels, 65,536 values; `invalid` otherwise.
std::string to_json(const Attributes& attributes);
Result<Attributes> parse_attributes(std::string_view json);

}  // namespace sso::session
