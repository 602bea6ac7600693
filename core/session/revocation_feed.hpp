// What a store has to say of sessions that end or change, for the one process of a host that listens: it writes to the
// board what it hears, and to the store how far it has come.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/session/revocation_board.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {

/// Who listens, in the eyes of the store.
struct Watcher {
    std::string id;              ///< the same for as long as those live who read the board, and nobody else's
    std::string name;            ///< of the host, for people
    std::chrono::seconds lease;  ///< how long sessions may serve there when nothing is heard
};

/// Used by one thread.
class RevocationFeed {
  public:
    /// How often the board hears that all is known, when nothing else happens.
    static constexpr std::chrono::milliseconds kBeat{100};

    virtual ~RevocationFeed() = default;
    /// Listens for about a beat and writes to the board, revocations first and then until when all is known. What was
    /// said while nobody listened is lost: whenever listening begins anew, everything is revoked.
    /// @return why nothing is heard, after a beat at most or the store's time-out; to be called again all the same
    virtual Status listen(RevocationBoard& board) = 0;
    /// Nobody need wait for this watcher any more.
    virtual void leave() noexcept = 0;
};

/// Whether the store that `uri` names says by itself what has ended, so that it can be listened to.
bool can_be_listened_to(std::string_view uri) noexcept;

/// Listens to the store that `uri` names. Asks nothing of the store yet. To be called after the process has forked.
/// @return `invalid` as open_store does
Result<std::unique_ptr<RevocationFeed>> open_revocation_feed(std::string_view uri, const StoreOptions& options,
                                                             Watcher watcher);

}  // namespace sso::session
