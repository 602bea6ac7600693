// Where sessions live, and what outlives them. One interface, several engines, one contract suite (tests/contract).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/result.hpp"
#include "core/config/settings.hpp"
#include "core/session/session.hpp"

namespace sso::session {

struct StoreOptions {
    std::chrono::seconds lifetime{std::chrono::hours{20}};     ///< since login
    std::chrono::seconds idle_timeout{std::chrono::hours{1}};  ///< since last seen; 0: none
    std::chrono::milliseconds timeout{500};                    ///< connect and reply; no call blocks much longer
    std::string password_file;                                 ///< for a store that asks for one; empty: none
    std::string ca_file;                                       ///< for rediss://; empty: the system's authorities
    LogSink log;
};

/// What `settings` say of the store: `open_store(settings.store, store_options(settings, log))` opens it.
StoreOptions store_options(const config::SessionSettings& settings, LogSink log);

/// Whether the session's time is over: `lifetime` after its creation, or `idle_timeout` after its last use.
bool is_expired(SysSeconds created, SysSeconds last_seen, const StoreOptions& options, SysSeconds now) noexcept;
bool is_expired(const SessionFacts& facts, const StoreOptions& options, SysSeconds now) noexcept;

/// Which sessions to list. An empty optional does not restrict.
struct SessionQuery {
    std::optional<std::string> user{};
    std::optional<std::string> address{};
    std::optional<SysSeconds> since{};  ///< created at or after
};
bool matches(const SessionQuery& query, const SessionFacts& facts) noexcept;

/// Records beside sessions that the store keeps as opaque bytes.
enum class RecordKind {
    person,  ///< outlives sessions: second factors, history, enrolments; the key is a hash of the user
    ticket,  ///< one-time: `take` gives it to exactly one caller
};

/// How far a watcher has come.
struct WatcherReport {
    std::string name;           ///< of the host, for people
    std::uint64_t reached = 0;  ///< the mark up to which it has let go of everything
};

/// The most that a record beside sessions may hold; `limit` beyond.
inline constexpr std::size_t kMaxValue = 1U << 20U;

/// Every operation may answer `unavailable` (no reply within the time-out; a retry is of use), `full`, `corrupt` (the
/// record is there and unreadable; it is never served), `refused` (the store's server wants another password or has
/// another certificate) or `internal`. Callable from several threads at once. `now` is UTC; the store itself asks no
/// clock. After `unavailable` a write may or may not have happened. What one thread asks of one object takes effect in
/// the order in which it was asked.
class SessionStore {
  public:
    virtual ~SessionStore() = default;

    // session
    /// @return `exists` if the id is taken, `limit` if the record is longer than SealedSession::kMaxRecord
    virtual Status create(const SealedSession& session) = 0;
    /// Loads the sealed session under the store's key `id`, `last_seen` up to date. Writes nothing: `touch` records
    /// use.
    /// @param id   well-formed, not yet trusted
    /// @return `expired` past idle_timeout or lifetime (ASVS 5.0, V7.3); `not_found` if the store has no such id
    virtual Result<SealedSession> load(const SessionId& id, SysSeconds now) = 0;
    /// Records that the session was used at `now`, if that is later than what is recorded. A no-op, not an error, if
    /// the session is gone: it never makes one. Costs the caller no wait for a disk: it may answer before the record is
    /// written, which then follows within a second.
    /// @return `limit` when it cannot be written down now, which says nothing of `load`
    virtual Status touch(const SessionId& id, SysSeconds now) = 0;
    /// Puts `session` in the place of the record that its id has, whose end does not move. `not_found` if there is
    /// none: it never makes one.
    virtual Status replace(const SealedSession& session) = 0;
    /// Has the attributes of all of a user's sessions read anew at their next visit. @return how many there were
    virtual Result<std::uint64_t> mark_stale(std::string_view user) = 0;
    /// @return whether there was one
    virtual Result<bool> remove(const SessionId& id) = 0;
    /// Ends all of a user's sessions. @return how many there were
    virtual Result<std::uint64_t> remove_user(std::string_view user) = 0;
    /// Calls `visit` for each live session, in no order, until it answers false. A record that cannot be read is logged
    /// and passed over.
    virtual Status list(const SessionQuery& query, SysSeconds now,
                        const std::function<bool(const SealedSession&)>& visit) = 0;
    Result<std::uint64_t> count(SysSeconds now);  ///< how many `list` would visit
    /// Deletes what has expired, of every kind. @return how many sessions went
    virtual Result<std::uint64_t> purge(SysSeconds now) = 0;

    // person, ticket
    /// Stores or replaces. `expires` absent: kept until removed.
    virtual Status put(RecordKind kind, std::string_view key, std::string_view value,
                       std::optional<SysSeconds> expires) = 0;
    /// @return nothing if there is none or it has expired
    virtual Result<std::optional<std::string>> get(RecordKind kind, std::string_view key, SysSeconds now) = 0;
    /// Reads and removes in one step: of any number of callers at once, one gets it.
    virtual Result<std::optional<std::string>> take(RecordKind kind, std::string_view key, SysSeconds now) = 0;
    virtual Status erase(RecordKind kind, std::string_view key) = 0;

    // counter
    /// Adds one and returns the new count. The first use starts a window that ends after `window`; then it starts anew.
    virtual Result<std::uint64_t> increment(std::string_view key, std::chrono::seconds window, SysSeconds now) = 0;
    virtual Status reset(std::string_view key) = 0;

    // revocation (revocation_feed.hpp)
    /// A number behind everything that was removed, replaced or marked before. A watcher that has reached it has let go
    /// of all that.
    virtual Result<std::uint64_t> set_revocation_mark() = 0;
    /// Those who watch the store, or did until so short a time ago that sessions of theirs may still serve.
    virtual Result<std::vector<WatcherReport>> watchers() = 0;
};

/// Opens the store that `uri` names: lmdb:/folder, redis://[user:password@]host[:port][/db], rediss://…. Opening does
/// not need the server to be there: that is the operations' to say. Call it after the process has forked.
/// @return `invalid` for a URI that names no store we have, with what would be right
Result<std::unique_ptr<SessionStore>> open_store(std::string_view uri, const StoreOptions& options);

}  // namespace sso::session
