#include "core/session/session_cache.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sso::session {
namespace {

using std::chrono::steady_clock;
using Bits = std::array<char, SessionCookie::kBits / 8>;

constexpr std::size_t kMostShards = 16;
constexpr std::size_t kLeastEntriesInShard = 64;  // fewer, and chance would fill one shard long before the others

/// The cookie's bits are random: a slice of them is the hash. Two sessions that agree in it take each other's place.
std::uint64_t slice(std::string_view bits) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, bits.data(), sizeof value);
    return value;
}

std::size_t weight(const AttributeValue& value) noexcept;

std::size_t weight(const Attributes& attributes) noexcept {
    std::size_t bytes = 0;
    for (const auto& [name, value] : attributes) bytes += sizeof(Attributes::Entry) + name.capacity() + weight(value);
    return bytes;
}

/// About what a value holds outside itself.
std::size_t weight(const AttributeValue& value) noexcept {
    if (const std::string* const text = value.text()) return text->capacity();
    if (const Attributes* const members = value.members()) return weight(*members);
    std::size_t bytes = 0;
    if (const AttributeValue::List* const list = value.list()) {
        for (const AttributeValue& element : *list) bytes += sizeof element + weight(element);
    }
    return bytes;
}

struct Entry {
    Entry(const SessionCookie& cookie, std::shared_ptr<const Session> held, SysSeconds use_noted,
          steady_clock::time_point asked)
        : session(std::move(held)),
          noted(use_noted),
          loaded(asked),
          bytes(sizeof(Entry) + sizeof(Session) + 64 + weight(session->attributes) + session->facts.user.capacity() +
                session->facts.address.capacity() + session->facts.user_agent.capacity()) {
        std::copy(cookie.bits().begin(), cookie.bits().end(), bits.begin());
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { wipe(bits.data(), bits.size()); }

    [[nodiscard]] bool is_of(const SessionCookie& cookie) const noexcept {
        return equal_in_constant_time({bits.data(), bits.size()}, cookie.bits());
    }

    Bits bits{};
    std::shared_ptr<const Session> session;
    SysSeconds noted;                 ///< the use that the store knows of, or was told of
    steady_clock::time_point loaded;  ///< when the store was asked, not when it answered
    std::size_t bytes;
};

}  // namespace

/// One trip to the store, and those who wait for what it brings.
struct SessionCache::Flight {
    explicit Flight(const SessionCookie& cookie) {
        std::copy(cookie.bits().begin(), cookie.bits().end(), bits.begin());
    }
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight() { wipe(bits.data(), bits.size()); }

    Bits bits{};
    bool landed = false;
    Result<std::shared_ptr<const Session>> outcome =
        fail(ErrorCode::internal, "the trip to the session store broke off");
};

/// A part of the table under a lock of its own, which nobody holds while waiting for the store. The newest use stands
/// first in the list. Aligned so that two locks do not share a line of the processor's cache.
class alignas(64) SessionCache::Shard {
  public:
    void bound(std::size_t entries, std::size_t bytes) noexcept {
        most_entries_ = entries;
        most_bytes_ = bytes;
    }

    /// The session, if it was loaded after `horizon`.
    std::shared_ptr<const Session> find(const SessionCookie& cookie, steady_clock::time_point horizon) noexcept {
        const std::scoped_lock lock(mutex_);
        return find_locked(cookie, horizon);
    }

    /// What a thread finds that comes for a session which is not there.
    struct Boarding {
        std::shared_ptr<const Session> session;  ///< somebody else has brought it meanwhile
        std::shared_ptr<Flight> flight;          ///< else the trip to wait for …
        bool leads = false;                      ///< … or to make
        SysSeconds noted{};
    };
    Boarding board(const SessionCookie& cookie, steady_clock::time_point horizon) {
        const std::scoped_lock lock(mutex_);
        Boarding boarding;
        boarding.session = find_locked(cookie, horizon);
        if (boarding.session) return boarding;
        if (const auto old = entries_.find(slice(cookie.bits())); old != entries_.end() && old->second->is_of(cookie)) {
            boarding.noted = old->second->noted;
        }
        const auto same = [&](const std::shared_ptr<Flight>& flight) {
            return equal_in_constant_time({flight->bits.data(), flight->bits.size()}, cookie.bits());
        };
        const auto under_way = std::find_if(flights_.begin(), flights_.end(), same);
        boarding.leads = under_way == flights_.end();
        boarding.flight = boarding.leads ? flights_.emplace_back(std::make_shared<Flight>(cookie)) : *under_way;
        return boarding;
    }

    Result<std::shared_ptr<const Session>> wait_for(const std::shared_ptr<Flight>& flight) {
        std::unique_lock lock(mutex_);
        landed_.wait(lock, [&] { return flight->landed; });
        return flight->outcome;
    }

    /// Gives those who wait their answer, and keeps or drops the entry by it, unless `forget` came in between.
    void land(const std::shared_ptr<Flight>& flight, const SessionCookie& cookie,
              Result<std::shared_ptr<const Session>> outcome, SysSeconds noted, steady_clock::time_point asked) {
        std::list<Entry> made;
        if (outcome) made.emplace_back(cookie, *outcome, noted, asked);
        const std::scoped_lock lock(mutex_);
        flight->outcome = std::move(outcome);
        flight->landed = true;
        landed_.notify_all();
        const auto at = std::find(flights_.begin(), flights_.end(), flight);
        if (at == flights_.end()) return;
        flights_.erase(at);
        drop(cookie);
        if (!made.empty() && made.front().bytes <= most_bytes_ && most_entries_ > 0) keep(std::move(made));
    }

    void forget(const SessionCookie& cookie) {
        const std::scoped_lock lock(mutex_);
        drop(cookie);
        std::erase_if(flights_, [&](const auto& flight) {
            return equal_in_constant_time({flight->bits.data(), flight->bits.size()}, cookie.bits());
        });
    }

    Usage usage() {
        const std::scoped_lock lock(mutex_);
        return {entries_.size(), bytes_};
    }

  private:
    std::shared_ptr<const Session> find_locked(const SessionCookie& cookie, steady_clock::time_point horizon) noexcept {
        const auto found = entries_.find(slice(cookie.bits()));
        if (found == entries_.end() || !found->second->is_of(cookie) || found->second->loaded <= horizon)
            return nullptr;
        by_use_.splice(by_use_.begin(), by_use_, found->second);
        return found->second->session;
    }

    void drop(const SessionCookie& cookie) {
        const auto found = entries_.find(slice(cookie.bits()));
        if (found != entries_.end() && found->second->is_of(cookie)) drop_at(found);
    }

    using Entries = std::unordered_map<std::uint64_t, std::list<Entry>::iterator>;

    void drop_at(Entries::iterator at) {
        bytes_ -= at->second->bytes;
        by_use_.erase(at->second);
        entries_.erase(at);
    }

    void keep(std::list<Entry> made) {
        const std::uint64_t key = slice({made.front().bits.data(), made.front().bits.size()});
        if (const auto rival = entries_.find(key); rival != entries_.end()) drop_at(rival);
        const std::size_t coming = made.front().bytes;
        while (!by_use_.empty() && (entries_.size() >= most_entries_ || bytes_ + coming > most_bytes_)) {
            drop_at(entries_.find(slice({by_use_.back().bits.data(), by_use_.back().bits.size()})));
        }
        entries_.emplace(key, made.begin());
        bytes_ += coming;
        by_use_.splice(by_use_.begin(), made);
    }

    std::mutex mutex_;
    std::condition_variable landed_;
    std::list<Entry> by_use_;
    Entries entries_;
    std::vector<std::shared_ptr<Flight>> flights_;
    std::size_t bytes_ = 0;
    std::size_t most_entries_ = 0;
    std::size_t most_bytes_ = 0;
};

std::chrono::seconds SessionCache::touch_interval(std::chrono::seconds idle_timeout) noexcept {
    constexpr std::chrono::seconds kMinute{60};
    return idle_timeout.count() > 0 ? std::min(kMinute, idle_timeout / 4) : kMinute;
}

SessionCache::SessionCache(SessionStore& store, const Limits& limits, SteadyNow steady_now)
    : store_(store),
      limits_(limits),
      steady_now_(std::move(steady_now)),
      shard_count_(std::clamp<std::size_t>(limits.entries / kLeastEntriesInShard, 1, kMostShards)) {
    shards_ = std::make_unique<Shard[]>(shard_count_);
    for (std::size_t i = 0; i < shard_count_; ++i) {
        shards_[i].bound(limits.entries / shard_count_, limits.bytes / shard_count_);
    }
}

SessionCache::~SessionCache() = default;

SessionCache::Shard& SessionCache::shard_of(const SessionCookie& cookie) const noexcept {
    return shards_[slice(cookie.bits().substr(sizeof(std::uint64_t))) % shard_count_];
}

Result<std::shared_ptr<const Session>> SessionCache::resume(const SessionCookie& cookie, SysSeconds now) {
    Shard& shard = shard_of(cookie);
    const auto asked = steady_now_();
    const auto horizon = asked - limits_.fresh;
    if (auto session = shard.find(cookie, horizon)) return session;
    const auto boarding = shard.board(cookie, horizon);
    if (boarding.session) return boarding.session;
    if (!boarding.leads) return shard.wait_for(boarding.flight);

    // whatever happens on the way, those who wait get an answer
    struct Landing {
        Shard& shard;
        const std::shared_ptr<Flight>& flight;
        const SessionCookie& cookie;
        steady_clock::time_point asked;
        Result<std::shared_ptr<const Session>> outcome = flight->outcome;
        SysSeconds noted{};
        ~Landing() { shard.land(flight, cookie, outcome, noted, asked); }
    } landing{shard, boarding.flight, cookie, asked};
    landing.outcome = load(cookie, now);
    if (landing.outcome) landing.noted = note_use(**landing.outcome, boarding.noted, now);
    return landing.outcome;
}

Result<std::shared_ptr<const Session>> SessionCache::load(const SessionCookie& cookie, SysSeconds now) {
    auto sealed = store_.load(cookie.id(), now);
    if (!sealed) return tl::unexpected<Error>(std::move(sealed.error()));
    auto session = sealed->open(cookie);
    if (!session) return tl::unexpected<Error>(std::move(session.error()));
    return std::make_shared<const Session>(std::move(*session));
}

SysSeconds SessionCache::note_use(const Session& session, SysSeconds noted, SysSeconds now) {
    const SysSeconds known = std::max(session.facts.last_seen, noted);
    if (now - known < limits_.touch_after) return known;
    static_cast<void>(store_.touch(session.id, now));
    return now;
}

void SessionCache::forget(const SessionCookie& cookie) {
    shard_of(cookie).forget(cookie);
}

SessionCache::Usage SessionCache::usage() const {
    Usage all;
    for (std::size_t i = 0; i < shard_count_; ++i) {
        const Usage part = shards_[i].usage();
        all.entries += part.entries;
        all.bytes += part.bytes;
    }
    return all;
}

}  // namespace sso::session
