// A session while somebody uses it: the handle that the session cache gives out, and what may be remembered with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/session/kept_session.hpp"

namespace sso::session {

class SessionEntry;

/// Something that was worked out from a session alone, kept with it for as long as the cache keeps the session. Its
/// maker knows it again by `subject`, a number that is never used for anything else while the process lives.
class SessionMemo {
  public:
    explicit SessionMemo(std::uint64_t subject) noexcept : subject_(subject) {}
    virtual ~SessionMemo() = default;
    SessionMemo(const SessionMemo&) = delete;
    SessionMemo& operator=(const SessionMemo&) = delete;

    [[nodiscard]] std::uint64_t subject() const noexcept { return subject_; }
    [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;  ///< about what it takes of memory, itself included
    [[nodiscard]] const SessionMemo* next() const noexcept { return next_; }

  private:
    friend class SessionEntry;
    friend class SessionTable;
    const std::uint64_t subject_;
    SessionMemo* next_ = nullptr;
};

/// Points to an open session, or to none. The session stays as it is while this lives, whatever becomes of it in the
/// cache or the store; the cache outlives it. Copies cost a counter each. One object is used by one thread at a time.
class HeldSession {
  public:
    HeldSession() noexcept = default;
    HeldSession(const HeldSession& other) noexcept;
    HeldSession(HeldSession&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
    HeldSession& operator=(HeldSession other) noexcept {
        std::swap(entry_, other.entry_);
        return *this;
    }
    ~HeldSession() {
        if (entry_ != nullptr) leave();
    }

    explicit operator bool() const noexcept { return entry_ != nullptr; }
    const KeptSession& operator*() const noexcept;
    const KeptSession* operator->() const noexcept { return &**this; }

    /// What is remembered of `subject`, or null. Lives as long as this.
    [[nodiscard]] const SessionMemo* find_memo(std::uint64_t subject) const noexcept;

  private:
    friend class SessionTable;
    friend class SessionCache;
    explicit HeldSession(SessionEntry* entry) noexcept : entry_(entry) {}
    void leave() noexcept;
    SessionEntry* entry_ = nullptr;
};

}  // namespace sso::session
