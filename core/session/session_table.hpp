// The table of open sessions behind L1: found without a lock, bounded, and rid of what nobody uses. For the session
// cache alone; `HeldSession` is what others see of it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/session/held_session.hpp"
#include "core/session/session.hpp"

namespace sso::session {

using Steady = std::chrono::steady_clock::time_point;

/// A cookie's text as it was sent: 43 characters that spell 256 random bits in one way, so that a piece of the text
/// serves as a hash and the whole is compared in constant time; nothing need be decoded.
class CookieText {
  public:
    static constexpr std::size_t kSize = 43;
    /// Whether `text` is as long as a cookie; nothing else is looked at. `text` outlives this.
    static std::optional<CookieText> of(std::string_view text) noexcept {
        return text.size() == kSize ? std::optional(CookieText(text.data())) : std::nullopt;
    }
    [[nodiscard]] std::string_view text() const noexcept { return {text_, kSize}; }
    /// Two independent hashes.
    [[nodiscard]] std::uint64_t first_hash() const noexcept { return word(0) * kOdd; }
    [[nodiscard]] std::uint64_t second_hash() const noexcept { return word(8) * kOdd; }
    [[nodiscard]] bool equals(const char* other) const noexcept {
        std::uint64_t difference = 0;
        for (const std::size_t at : {0U, 8U, 16U, 24U, 32U, 35U}) difference |= word(at) ^ word_at(other + at);
        return difference == 0;
    }

  private:
    static constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;
    explicit CookieText(const char* text) noexcept : text_(text) {}
    static std::uint64_t word_at(const char* bytes) noexcept {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes, sizeof value);
        return value;
    }
    [[nodiscard]] std::uint64_t word(std::size_t at) const noexcept { return word_at(text_ + at); }
    const char* text_;
};

/// Which counter of the board is a session's, and where it stood before the store was asked.
struct Stamp {
    std::uint32_t index = 0;
    std::uint32_t epoch = 0;
};

/// One session of the table. Those who use it count themselves in `state_`; its memory stays an entry's for as long as
/// the table lives, so that somebody who comes late for an entry that has gone finds out, and does no harm.
///
/// Its members stand in the order in which a request asks for them: among a hundred thousand sessions each line of the
/// processor's cache is fetched anew. What finds the entry is in the first, what is looked at of the session in the
/// second, and what the table keeps for itself in the third.
class alignas(64) SessionEntry {
  public:
    SessionEntry() noexcept = default;
    ~SessionEntry();
    SessionEntry(const SessionEntry&) = delete;
    SessionEntry& operator=(const SessionEntry&) = delete;

    // Of what is public, that which is not atomic is loaded, and constant while anybody holds the entry.

    std::array<char, CookieText::kSize> key{};

  private:
    std::atomic<std::uint8_t> uses_{0};
    std::atomic<std::uint32_t> state_{kOwned};

  public:
    Stamp stamp;
    SysSeconds ends;  ///< when the session's lifetime is over

    std::atomic<SysSeconds> noted{};            ///< the use that the store knows of, or was told of
    std::atomic<SessionMemo*> memos{};          ///< the newest first; they go with the entry
    std::atomic<Steady> asked{};                ///< when the store was asked that confirmed it last
    [[no_unique_address]] KeptSession session;  ///< others may use what its last word has left

    /// Counts the caller in, unless the entry is on its way out.
    bool enter() noexcept {
        if ((state_.fetch_add(1, std::memory_order_acquire) & kServing) != 0) return true;
        leave();
        return false;
    }
    void enter_again() noexcept { state_.fetch_add(1, std::memory_order_relaxed); }
    void leave() noexcept {
        if (state_.fetch_sub(1, std::memory_order_acq_rel) == 1) last_one_left();
    }

  private:
    friend class SessionTable;
    static constexpr std::uint32_t kServing = 1U << 31U;  ///< in the table, which counts as a user
    static constexpr std::uint32_t kOwned = 1U << 30U;    ///< one thread's: being filled, emptied, or waiting to be
    static constexpr std::size_t kMostMemos = 16;
    static constexpr std::uint8_t kMostUses = 2;  // more would not keep it longer, and evicting would take longer

    [[nodiscard]] bool is_in_table() const noexcept { return (state_.load(std::memory_order_acquire) & kServing) != 0; }
    /// Whether it is the cookie's; if so its use counts. The caller is in.
    bool is_of(const CookieText& cookie) noexcept {
        if (!cookie.equals(key.data())) return false;
        const auto uses = uses_.load(std::memory_order_relaxed);
        if (uses < kMostUses) uses_.store(uses + 1, std::memory_order_relaxed);
        return true;
    }

    void last_one_left() noexcept;
    void clear() noexcept;

    // under the table's lock
    enum class Queue : std::uint8_t { none, fresh, proven } queue_ = Queue::none;
    std::uint32_t bytes_ = 0;  ///< with its session and memos
    SessionEntry* before_ = nullptr;
    SessionEntry* after_ = nullptr;
    std::atomic<std::uint64_t>* slot_ = nullptr;

    class SessionTable* table_ = nullptr;  ///< null: too large for the table, or it is full of entries in use
};
static_assert(sizeof(SessionEntry) == 192);

/// Callable from several threads at once. Finding takes no lock; everything else takes one that nobody holds for long.
/// What is used once goes before what is used again (S3-FIFO): a scan over many sessions does not empty the table.
class SessionTable {
  public:
    struct Bounds {
        std::size_t entries;
        std::size_t bytes;
    };
    explicit SessionTable(const Bounds& bounds);
    ~SessionTable();  // nobody holds an entry any more
    SessionTable(const SessionTable&) = delete;
    SessionTable& operator=(const SessionTable&) = delete;

    /// The cookie's session, in use by the caller from now on. Allocates nothing.
    HeldSession find(const CookieText& cookie) noexcept {
        SessionEntry* found = find_in(bucket_of(cookie.first_hash()), cookie);
        if (found == nullptr) found = find_in(bucket_of(cookie.second_hash()), cookie);
        return HeldSession(found);
    }

    /// Whether `held` is what its table would find for the cookie; if so it counts as found.
    static bool is_found(const HeldSession& held, const CookieText& cookie) noexcept {
        return held.entry_ != nullptr && held.entry_->is_in_table() && held.entry_->is_of(cookie);
    }

    /// What an entry is made of.
    struct Loaded {
        KeptSession session;
        Stamp stamp;
        SysSeconds ends;
        Steady asked;
        SysSeconds noted;
    };
    enum class Keep { no, yes };
    /// Makes an entry, and keeps it in the place of one that the cookie had, if `keep` says so and there is room.
    HeldSession add(const CookieText& cookie, Loaded loaded, Keep keep);
    /// Of the sessions in the table.
    [[nodiscard]] NameLists& names() noexcept { return names_; }
    /// Drops the cookie's session; who holds it keeps it.
    void remove(const CookieText& cookie);
    /// Hangs `memo` on a held entry. One that has many already may have them of those who are gone: who comes from now
    /// on finds the session in a new entry, which has `memo` alone.
    void remember(const HeldSession& held, std::unique_ptr<SessionMemo> memo);

    struct Usage {
        std::size_t entries = 0;
        std::size_t bytes = 0;
    };
    [[nodiscard]] Usage usage() const;

  private:
    friend class SessionEntry;
    /// One line of the processor's cache: a piece of the hash in the upper 16 bits, an entry's address below.
    using Slot = std::atomic<std::uint64_t>;
    static constexpr std::size_t kSlots = 8;
    struct alignas(64) Bucket {
        std::array<Slot, kSlots> slots{};
    };
    static constexpr unsigned kTagShift = 48;
    static constexpr std::uint64_t kAddress = (std::uint64_t{1} << kTagShift) - 1;
    static std::uint64_t tag_of(const CookieText& cookie) noexcept {
        return cookie.first_hash() << kTagShift;  // the bits that bucket_of looks at are the uppermost
    }
    static SessionEntry* entry_of(std::uint64_t slot) noexcept {
        return reinterpret_cast<SessionEntry*>(slot & kAddress);  // NOLINT(performance-no-int-to-ptr): as in Slot
    }
    [[nodiscard]] Bucket& bucket_of(std::uint64_t hash) const noexcept { return buckets_[hash >> bucket_shift_]; }
    static SessionEntry* find_in(Bucket& bucket, const CookieText& cookie) noexcept;

    struct Fifo {
        SessionEntry* first = nullptr;
        SessionEntry* last = nullptr;
        std::size_t count = 0;
    };
    Fifo& fifo_of(const SessionEntry& entry) noexcept;
    void push(SessionEntry& entry, SessionEntry::Queue queue) noexcept;
    void unlink(SessionEntry& entry) noexcept;

    /// Entries that were dropped and that nobody holds, emptied when the lock is free again.
    class Gone {
      public:
        explicit Gone(SessionTable& table) noexcept : table_(table) {}
        Gone(const Gone&) = delete;
        Gone& operator=(const Gone&) = delete;
        ~Gone();
        void take(SessionEntry& entry) noexcept { entry.after_ = std::exchange(first_, &entry); }

      private:
        SessionTable& table_;
        SessionEntry* first_ = nullptr;
    };

    void renew(SessionEntry& entry, std::unique_ptr<SessionMemo> memo);
    SessionEntry* take_free();
    void empty_and_give_back(SessionEntry& entry) noexcept;

    // with the lock held
    void hang(SessionEntry& entry, std::unique_ptr<SessionMemo> memo) noexcept;
    [[nodiscard]] SessionEntry* look_up(const CookieText& cookie) const noexcept;
    void take_in(SessionEntry& entry, const CookieText& cookie, Gone& gone) noexcept;
    void place(SessionEntry& entry, const CookieText& cookie, Gone& gone) noexcept;
    void evict_one(Gone& gone) noexcept;
    void drop(SessionEntry& entry, Gone& gone) noexcept;
    [[nodiscard]] bool was_dropped_lately(std::uint64_t hash) const noexcept;
    void note_dropped(std::uint64_t hash) noexcept;

    const Bounds bounds_;
    NameLists names_;
    unsigned bucket_shift_;
    std::unique_ptr<Bucket[]> buckets_;

    mutable std::mutex mutex_;
    // Entries in pieces, made as they are needed; free ones hang on `free_` by `after_`.
    std::vector<std::unique_ptr<SessionEntry[]>> pieces_;
    SessionEntry* free_ = nullptr;
    Fifo fresh_;   ///< came lately, used once
    Fifo proven_;  ///< used again
    std::size_t bytes_ = 0;
    std::vector<std::uint32_t> dropped_;  ///< pieces of the hashes of what left `fresh_` unused
};

}  // namespace sso::session
