#include "core/session/session_table.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "core/base/secret.hpp"

namespace sso::session {
namespace {

constexpr std::size_t kPiece = 64;           // entries made at once
constexpr std::size_t kPerBucket = 4;        // of 8 slots: with two buckets to choose from, hardly ever is none free
constexpr std::size_t kFreshShare = 10;      // one in ten is there on trial
constexpr std::size_t kLargest = 1U << 27U;  // of a session or memo, in bytes: all of an entry's fit in 32 bits

}  // namespace

// the handle

HeldSession::HeldSession(const HeldSession& other) noexcept : entry_(other.entry_) {
    if (entry_ != nullptr) entry_->enter_again();
}

void HeldSession::leave() noexcept {
    entry_->leave();
}

const KeptSession& HeldSession::operator*() const noexcept {
    return entry_->session;
}

const SessionMemo* HeldSession::find_memo(std::uint64_t subject) const noexcept {
    const SessionMemo* memo = entry_->memos.load(std::memory_order_acquire);
    while (memo != nullptr && memo->subject() != subject) memo = memo->next();
    return memo;
}

// an entry

SessionEntry::~SessionEntry() {
    clear();
}

void SessionEntry::clear() noexcept {
    session = KeptSession();
    wipe(key.data(), key.size());
    SessionMemo* memo = memos.exchange(nullptr, std::memory_order_acquire);
    while (memo != nullptr) {
        const std::unique_ptr<SessionMemo> gone(memo);
        memo = memo->next_;
    }
}

/// Nobody holds the entry now, and the table has dropped it: it is emptied by the one who can claim it.
void SessionEntry::last_one_left() noexcept {
    std::uint32_t nobody = 0;
    if (!state_.compare_exchange_strong(nobody, kOwned, std::memory_order_acq_rel)) return;
    if (table_ == nullptr) {
        delete this;
    } else {
        table_->empty_and_give_back(*this);
    }
}

// the table

SessionTable::SessionTable(const Bounds& bounds) : bounds_(bounds) {
    const std::size_t buckets = std::bit_ceil(std::max<std::size_t>(bounds.entries / kPerBucket, 2));
    bucket_shift_ = 64U - static_cast<unsigned>(std::countr_zero(buckets));
    buckets_ = std::make_unique<Bucket[]>(buckets);
    dropped_.resize(std::bit_ceil(std::max<std::size_t>(bounds.entries, 2)));
}

SessionTable::~SessionTable() = default;

SessionEntry* SessionTable::find_in(Bucket& bucket, const CookieText& cookie) noexcept {
    const std::uint64_t tag = tag_of(cookie);
    for (Slot& slot : bucket.slots) {
        const std::uint64_t value = slot.load(std::memory_order_acquire);
        if ((value & ~kAddress) != tag || value == 0) continue;
        SessionEntry* const entry = entry_of(value);
        if (entry == nullptr || !entry->enter()) continue;
        if (entry->is_of(cookie)) return entry;
        entry->leave();
    }
    return nullptr;
}

HeldSession SessionTable::add(const CookieText& cookie, Loaded loaded, Keep keep) {
    const std::size_t bytes = sizeof(SessionEntry) + loaded.session.weight();
    const bool wanted = keep == Keep::yes && bounds_.entries > 0 && bytes <= std::min(bounds_.bytes, kLargest);
    SessionEntry* entry = wanted ? take_free() : new SessionEntry();  // one of no table's deletes itself
    cookie.text().copy(entry->key.data(), entry->key.size());
    entry->session = std::move(loaded.session);
    entry->stamp = loaded.stamp;
    entry->ends = loaded.ends;
    entry->asked.store(loaded.asked, std::memory_order_relaxed);
    entry->noted.store(loaded.noted, std::memory_order_relaxed);
    entry->uses_.store(0, std::memory_order_relaxed);
    entry->bytes_ = static_cast<std::uint32_t>(bytes);

    Gone gone(*this);
    const std::scoped_lock lock(mutex_);
    if (SessionEntry* const old = look_up(cookie)) drop(*old, gone);
    if (wanted) take_in(*entry, cookie, gone);
    // the caller is in; from here on the last one who leaves empties the entry
    entry->state_.fetch_add((wanted ? SessionEntry::kServing : 0) + 1 - SessionEntry::kOwned,
                            std::memory_order_release);
    return HeldSession(entry);
}

void SessionTable::remove(const CookieText& cookie) {
    Gone gone(*this);
    const std::scoped_lock lock(mutex_);
    if (SessionEntry* const entry = look_up(cookie)) drop(*entry, gone);
}

void SessionTable::remember(const HeldSession& held, std::unique_ptr<SessionMemo> memo) {
    if (memo->bytes() > kLargest) return;
    SessionEntry& entry = *held.entry_;
    {
        const std::scoped_lock lock(mutex_);
        SessionMemo* const newest = entry.memos.load(std::memory_order_relaxed);
        std::size_t count = 0;
        for (const SessionMemo* other = newest; other != nullptr; other = other->next()) {
            if (other->subject() == memo->subject()) return;  // another thread was first
            ++count;
        }
        if (count < SessionEntry::kMostMemos) {
            hang(entry, std::move(memo));
            return;
        }
        if (entry.queue_ == SessionEntry::Queue::none) return;  // nobody finds it again
    }
    renew(entry, std::move(memo));
}

void SessionTable::hang(SessionEntry& entry, std::unique_ptr<SessionMemo> memo) noexcept {
    if (entry.queue_ != SessionEntry::Queue::none) {
        entry.bytes_ += static_cast<std::uint32_t>(memo->bytes());
        bytes_ += memo->bytes();  // the next one that comes makes room
    }
    memo->next_ = entry.memos.load(std::memory_order_relaxed);
    entry.memos.store(memo.release(), std::memory_order_release);
}

/// Memos cannot be taken from an entry while others may look at them. So the session gets another one, and the store
/// need not be asked, which may be silent just now.
void SessionTable::renew(SessionEntry& entry, std::unique_ptr<SessionMemo> memo) {
    KeptSession session(entry.session);
    SessionEntry& fresh = *take_free();
    fresh.key = entry.key;
    fresh.stamp = entry.stamp;
    fresh.ends = entry.ends;
    fresh.noted.store(entry.noted.load(std::memory_order_relaxed), std::memory_order_relaxed);
    fresh.asked.store(entry.asked.load(std::memory_order_relaxed), std::memory_order_relaxed);
    fresh.uses_.store(entry.uses_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    fresh.bytes_ = static_cast<std::uint32_t>(sizeof fresh + session.weight());
    fresh.session = std::move(session);

    Gone gone(*this);
    const std::scoped_lock lock(mutex_);
    if (entry.queue_ == SessionEntry::Queue::none) {  // another was first, or the session has ended meanwhile
        gone.take(fresh);
        return;
    }
    drop(entry, gone);
    take_in(fresh, *CookieText::of({fresh.key.data(), fresh.key.size()}), gone);
    hang(fresh, std::move(memo));
    fresh.state_.fetch_add(SessionEntry::kServing - SessionEntry::kOwned, std::memory_order_release);
}

SessionTable::Usage SessionTable::usage() const {
    const std::scoped_lock lock(mutex_);
    return {fresh_.count + proven_.count, bytes_};
}

SessionEntry* SessionTable::take_free() {
    const std::scoped_lock lock(mutex_);
    if (free_ == nullptr) {
        auto piece = std::make_unique<SessionEntry[]>(kPiece);
        for (std::size_t i = 0; i < kPiece; ++i) {
            piece[i].table_ = this;
            piece[i].after_ = std::exchange(free_, &piece[i]);
        }
        pieces_.push_back(std::move(piece));
    }
    SessionEntry* const entry = free_;
    free_ = std::exchange(entry->after_, nullptr);
    return entry;
}

void SessionTable::empty_and_give_back(SessionEntry& entry) noexcept {
    entry.clear();
    const std::scoped_lock lock(mutex_);
    entry.after_ = std::exchange(free_, &entry);
}

SessionEntry* SessionTable::look_up(const CookieText& cookie) const noexcept {
    for (const auto hash : {cookie.first_hash(), cookie.second_hash()}) {
        for (const Slot& slot : bucket_of(hash).slots) {
            SessionEntry* const entry = entry_of(slot.load(std::memory_order_relaxed));
            if (entry != nullptr && cookie.equals(entry->key.data())) return entry;
        }
    }
    return nullptr;
}

void SessionTable::take_in(SessionEntry& entry, const CookieText& cookie, Gone& gone) noexcept {
    while (fresh_.count + proven_.count >= bounds_.entries || bytes_ + entry.bytes_ > bounds_.bytes) evict_one(gone);
    place(entry, cookie, gone);
}

/// Into a free slot of one of the cookie's two buckets; if there is none, in the place of an entry that is little used.
void SessionTable::place(SessionEntry& entry, const CookieText& cookie, Gone& gone) noexcept {
    Slot* into = nullptr;
    SessionEntry* least_used = nullptr;
    for (const auto hash : {cookie.first_hash(), cookie.second_hash()}) {
        for (Slot& slot : bucket_of(hash).slots) {
            SessionEntry* const other = entry_of(slot.load(std::memory_order_relaxed));
            if (other == nullptr) {
                into = &slot;
                break;
            }
            if (least_used == nullptr ||
                other->uses_.load(std::memory_order_relaxed) < least_used->uses_.load(std::memory_order_relaxed)) {
                least_used = other;
            }
        }
        if (into != nullptr) break;
    }
    if (into == nullptr) {
        into = least_used->slot_;
        drop(*least_used, gone);
    }
    const auto address = reinterpret_cast<std::uintptr_t>(&entry);
    assert((address & ~kAddress) == 0);
    entry.slot_ = into;
    push(entry, was_dropped_lately(cookie.first_hash()) ? SessionEntry::Queue::proven : SessionEntry::Queue::fresh);
    bytes_ += entry.bytes_;
    into->store(tag_of(cookie) | address, std::memory_order_release);
}

/// The one that came first of those on trial goes, or is proven if it was used; the proven ones go round until one is
/// found that was not used since it came by.
void SessionTable::evict_one(Gone& gone) noexcept {
    while (true) {
        const bool on_trial =
            fresh_.first != nullptr && (proven_.first == nullptr || fresh_.count * kFreshShare >= bounds_.entries);
        SessionEntry& entry = on_trial ? *fresh_.first : *proven_.first;
        const auto uses = entry.uses_.load(std::memory_order_relaxed);
        if (uses == 0) {
            if (on_trial) note_dropped(CookieText::of({entry.key.data(), entry.key.size()})->first_hash());
            return drop(entry, gone);
        }
        entry.uses_.store(on_trial ? 0 : uses - 1, std::memory_order_relaxed);
        unlink(entry);
        push(entry, SessionEntry::Queue::proven);
    }
}

void SessionTable::drop(SessionEntry& entry, Gone& gone) noexcept {
    entry.slot_->store(0, std::memory_order_release);
    entry.slot_ = nullptr;
    unlink(entry);
    bytes_ -= entry.bytes_;
    const auto before = entry.state_.fetch_and(~SessionEntry::kServing, std::memory_order_acq_rel);
    std::uint32_t nobody = 0;
    if (before == SessionEntry::kServing &&
        entry.state_.compare_exchange_strong(nobody, SessionEntry::kOwned, std::memory_order_acq_rel)) {
        gone.take(entry);
    }
}

SessionTable::Fifo& SessionTable::fifo_of(const SessionEntry& entry) noexcept {
    return entry.queue_ == SessionEntry::Queue::fresh ? fresh_ : proven_;
}

void SessionTable::push(SessionEntry& entry, SessionEntry::Queue queue) noexcept {
    entry.queue_ = queue;
    Fifo& fifo = fifo_of(entry);
    entry.after_ = nullptr;
    entry.before_ = std::exchange(fifo.last, &entry);
    (entry.before_ == nullptr ? fifo.first : entry.before_->after_) = &entry;
    ++fifo.count;
}

void SessionTable::unlink(SessionEntry& entry) noexcept {
    Fifo& fifo = fifo_of(entry);
    (entry.before_ == nullptr ? fifo.first : entry.before_->after_) = entry.after_;
    (entry.after_ == nullptr ? fifo.last : entry.after_->before_) = entry.before_;
    --fifo.count;
    entry.queue_ = SessionEntry::Queue::none;
}

bool SessionTable::was_dropped_lately(std::uint64_t hash) const noexcept {
    return dropped_[hash & (dropped_.size() - 1)] == static_cast<std::uint32_t>(hash >> 32U);
}

void SessionTable::note_dropped(std::uint64_t hash) noexcept {
    dropped_[hash & (dropped_.size() - 1)] = static_cast<std::uint32_t>(hash >> 32U);
}

SessionTable::Gone::~Gone() {
    while (first_ != nullptr) {
        SessionEntry& entry = *std::exchange(first_, first_->after_);
        table_.empty_and_give_back(entry);
    }
}

}  // namespace sso::session
