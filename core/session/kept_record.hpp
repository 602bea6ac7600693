// A session as the processes of a host leave it to each other in L2: what L1 holds of it, sealed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/crypto/seal.hpp"
#include "core/session/kept_session.hpp"
#include "core/session/revocation_board.hpp"
#include "core/session/session_cookie.hpp"

namespace sso::session {

/// The seal's key is made of the cookie and of what the board alone knows: who reads L2 opens nothing without the
/// cookie, and who writes there, be it the session's own owner, makes nothing that opens. That AES-GCM's tag may fit
/// two keys helps only whoever knows one of them. For L2 may be other hosts', too, or outlive us: their counters and
/// clocks are not ours, and somebody could bring back what we have seen end.
class KeptRecord {
  public:
    using Steady = RevocationBoard::Steady;

    /// Where a record is at home: it opens nowhere else.
    struct Home {
        const RevocationBoard& board;
        std::uint64_t store_mark;
        const SessionId& id;
    };
    struct Facts {
        std::uint32_t epoch;  ///< the board's counter before the store was asked
        Steady asked;         ///< when that was
        SysSeconds created;
        SysSeconds last_seen;
    };
    static std::string seal(const Home& home, const SessionCookie& cookie, const Facts& facts,
                            const KeptSession& session);

    /// What stands before the seal; nothing if it is none of ours. It is proven by `open` alone. Views into `bytes`.
    static std::optional<KeptRecord> read(std::string_view bytes) noexcept;
    [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }
    [[nodiscard]] Steady asked() const noexcept { return asked_; }

    struct Contents {
        SysSeconds created;
        SysSeconds last_seen;
        KeptSession session;
    };
    /// What was sealed for the same home and cookie, byte by byte; nothing otherwise.
    [[nodiscard]] std::optional<Contents> open(const Home& home, const SessionCookie& cookie, NameLists& names,
                                               crypto::Opener& opener) const;

  private:
    KeptRecord() noexcept = default;

    std::uint32_t epoch_ = 0;
    Steady asked_{};
    std::string_view head_, sealed_;
};

}  // namespace sso::session
