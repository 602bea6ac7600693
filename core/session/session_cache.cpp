#include "core/session/session_cache.hpp"

#include <ctime>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <utility>

#include "core/base/secret.hpp"
#include "core/crypto/hash.hpp"
#include "core/session/binary.hpp"

namespace sso::session {
namespace {

Error no_cookie() {
    return {ErrorCode::not_found, "no session cookie of ours"};
}

/// Where a store's refusal is counted.
CacheCounts::Counter CacheCounts::*counter_of(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::not_found:
        case ErrorCode::expired:
            return &CacheCounts::absent;
        case ErrorCode::corrupt:
            return &CacheCounts::unreadable;
        default:
            return &CacheCounts::failed;
    }
}

}  // namespace

std::uint64_t store_mark(std::string_view uri) {
    const auto digest = crypto::sha256({"store", uri});
    BinaryReader reader(crypto::bytes(digest));
    return *reader.u64() | 1U;
}

/// One trip to the store, and those who wait for what it brings.
struct SessionCache::Flight {
    explicit Flight(const CookieText& cookie) { cookie.text().copy(key.data(), key.size()); }
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight() { wipe(key.data(), key.size()); }

    std::array<char, CookieText::kSize> key{};
    std::condition_variable landed;
    bool has_landed = false;
    std::atomic<bool> is_void{false};            ///< the session was forgotten meanwhile
    std::optional<Result<HeldSession>> outcome;  ///< once it has landed
};

std::chrono::seconds SessionCache::touch_interval(std::chrono::seconds idle_timeout) noexcept {
    constexpr std::chrono::seconds kMinute{60};
    return idle_timeout.count() > 0 ? std::min(kMinute, idle_timeout / 4) : kMinute;
}

Steady SessionCache::coarse_now() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return Steady(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

SessionCache::SessionCache(const Sources& sources, const Limits& limits, SteadyNow steady_now)
    : sources_(sources),
      limits_(limits),
      steady_now_(std::move(steady_now)),
      table_({limits.entries, limits.bytes}),
      breaker_(sources.options.timeout) {}

SessionCache::~SessionCache() = default;

bool SessionCache::is_current(const SessionEntry& entry, Steady steady, SysSeconds now,
                              const Terms& terms) const noexcept {
    if (sources_.board.epoch(entry.stamp.index) != entry.stamp.epoch || now >= entry.ends) return false;
    return steady - sources_.board.heard(sources_.mark) < RevocationBoard::kSilence ||
           steady - entry.asked.load(std::memory_order_relaxed) < terms.fresh;
}

bool SessionCache::is_on_lease(const SessionEntry& entry, Steady steady, SysSeconds now,
                               const Terms& terms) const noexcept {
    if (sources_.board.epoch(entry.stamp.index) != entry.stamp.epoch || now >= entry.ends) return false;
    const Steady last_word = std::max(sources_.board.heard(sources_.mark), entry.asked.load(std::memory_order_relaxed));
    return steady - last_word < terms.lease;
}

Result<HeldSession> SessionCache::resume(std::string_view cookie, SysSeconds now, const Terms& terms) {
    const auto text = CookieText::of(cookie);
    if (!text) {
        count(&CacheCounts::malformed);
        return tl::unexpected(no_cookie());
    }
    HeldSession held = table_.find(*text);
    if (held && is_current(*held.entry_, steady_now_(), now, terms)) {
        const SysSeconds noted = held.entry_->noted.load(std::memory_order_relaxed);
        if (now - noted < limits_.touch_after) return held;
        const auto idle = sources_.options.idle_timeout;
        if (idle.count() == 0 || now - noted < idle) {
            note_use(*held.entry_, now);
            return held;
        }  // else it may have been used elsewhere: the store knows
    }

    std::shared_ptr<Flight> flight;
    {
        std::unique_lock lock(flights_mutex_);
        const auto same = [&](const auto& other) { return text->equals(other->key.data()); };
        const auto under_way = std::find_if(flights_.begin(), flights_.end(), same);
        if (under_way != flights_.end()) {
            count(&CacheCounts::shared);
            flight = *under_way;
            flight->landed.wait(lock, [&] { return flight->has_landed; });
            return *flight->outcome;
        }
        flight = flights_.emplace_back(std::make_shared<Flight>(*text));
    }
    // whatever happens on the way, those who wait get an answer
    struct Landing {
        SessionCache& cache;
        const std::shared_ptr<Flight>& flight;
        std::optional<Result<HeldSession>> outcome{};
        ~Landing() {
            const std::scoped_lock lock(cache.flights_mutex_);
            if (outcome) {
                flight->outcome = outcome;
            } else {
                flight->outcome = fail(ErrorCode::internal, "broken off");  // short: it takes no memory
            }
            flight->has_landed = true;
            flight->landed.notify_all();
            std::erase(cache.flights_, flight);
        }
    } landing{*this, flight};
    landing.outcome = load(*text, *flight, held, now, terms);
    return *landing.outcome;
}

bool SessionCache::has_records() const noexcept {
    return sources_.records != nullptr && sources_.board.is_identified();
}

void SessionCache::count(CacheCounts::Counter CacheCounts::*what) const noexcept {
    if (sources_.counts != nullptr) (sources_.counts->*what).fetch_add(1, std::memory_order_relaxed);
}

/// Asks L2, then the store, which must not have been silent just now.
Result<HeldSession> SessionCache::load(const CookieText& text, Flight& flight, const HeldSession& held, SysSeconds now,
                                       const Terms& terms) {
    const auto cookie = SessionCookie::parse(text.text());
    if (!cookie) {
        count(&CacheCounts::malformed);
        return tl::unexpected(no_cookie());
    }
    const SessionId id = cookie->id();
    const Steady asked = steady_now_();
    // The counter is read before the question: whatever ends the session while the answer is under way moves it.
    Stamp stamp{RevocationBoard::index_of(id), 0};
    stamp.epoch = sources_.board.epoch(stamp.index);
    if (has_records()) {
        auto recalled = recall(text, *cookie, id, stamp, asked, held, flight, now, terms);
        if (recalled) {
            count(&CacheCounts::recalled);
            return recalled;
        }
    }
    const bool asks = breaker_.may_ask(asked);
    auto sealed = asks ? sources_.store.load(id, now)
                       : fail(ErrorCode::unavailable, "it did not answer a moment ago, and is left alone");
    if (!asks) {
        count(&CacheCounts::left_alone);
    } else {
        count(sealed ? &CacheCounts::loaded : counter_of(sealed.error().code));
        if (!sealed && sealed.error().code == ErrorCode::unavailable) {
            breaker_.failed(asked, steady_now_());
        } else {
            breaker_.answered();
        }
    }
    if (!sealed) {
        if (sealed.error().code == ErrorCode::unavailable) {
            if (held && is_on_lease(*held.entry_, steady_now_(), now, terms)) {
                count(&CacheCounts::on_lease);
                return held;
            }
        } else {
            table_.remove(text);
            if (has_records()) sources_.records->drop(id);
        }
        return tl::unexpected(std::move(sealed.error()));
    }
    auto added = add(text, *cookie, *sealed, stamp, asked, held, flight);
    if (added) {
        note_use_if_due(*added->entry_, now);
        keep(*cookie, *added->entry_, flight, now);
    }
    return added;
}

/// For the other processes. What is stale is nobody's to find.
void SessionCache::keep(const SessionCookie& cookie, const SessionEntry& entry, const Flight& flight, SysSeconds now) {
    if (!has_records() || entry.session.stale || flight.is_void) return;
    const SessionId& id = entry.session.id;
    const KeptRecord::Facts facts{entry.stamp.epoch, entry.asked.load(std::memory_order_relaxed),
                                  entry.ends - sources_.options.lifetime, entry.noted.load(std::memory_order_relaxed)};
    const std::string record = KeptRecord::seal({sources_.board, sources_.mark, id}, cookie, facts, entry.session);
    sources_.records->keep(id, record, entry.ends - now);
    if (flight.is_void) sources_.records->drop(id);  // it was forgotten meanwhile
}

/// From L2, if what lies there is as good as an entry of ours would be.
Result<HeldSession> SessionCache::recall(const CookieText& text, const SessionCookie& cookie, const SessionId& id,
                                         Stamp stamp, Steady steady, const HeldSession& held, Flight& flight,
                                         SysSeconds now, const Terms& terms) {
    Result<HeldSession> outcome = fail(ErrorCode::not_found, {});
    auto use = [&](std::string_view bytes) {
        const auto kept = KeptRecord::read(bytes);
        if (!kept || kept->epoch() != stamp.epoch || kept->asked() > steady) return;
        const bool is_fresh = steady - sources_.board.heard(sources_.mark) < RevocationBoard::kSilence ||
                              steady - kept->asked() < terms.fresh;
        if (!is_fresh) return;
        const auto opener = openers_.take([] { return new crypto::Opener(); });
        auto opened = kept->open({sources_.board, sources_.mark, id}, cookie, table_.names(), *opener);
        if (!opened || is_expired(opened->created, opened->last_seen, sources_.options, now)) return;
        outcome = take_in(text, std::move(*opened), stamp, kept->asked(), held, flight);
        if (outcome && note_use_if_due(*outcome->entry_, now)) {
            keep(cookie, *outcome->entry_, flight, now);  // so that the next process need not note it
        }
    };
    sources_.records->find(id, std::ref(use));  // so that nothing of it need be copied
    return outcome;
}

Result<HeldSession> SessionCache::add(const CookieText& text, const SessionCookie& cookie, const SealedSession& sealed,
                                      Stamp stamp, Steady asked, const HeldSession& held, Flight& flight) {
    const auto opener = openers_.take([] { return new crypto::Opener(); });
    auto session =
        KeptSession::open(sealed, cookie, table_.names(), *opener);  // its id is the one that the cookie gave
    if (!session) {
        table_.remove(text);
        return tl::unexpected(std::move(session.error()));
    }
    return take_in(text, {sealed.facts.created, sealed.facts.last_seen, *std::move(session)}, stamp, asked, held,
                   flight);
}

HeldSession SessionCache::take_in(const CookieText& text, KeptRecord::Contents opened, Stamp stamp, Steady asked,
                                  const HeldSession& held, Flight& flight) {
    const SysSeconds before = held ? held.entry_->noted.load(std::memory_order_relaxed) : SysSeconds{};
    const bool is_kept = !flight.is_void && !opened.session.stale;
    auto added = table_.add(text,
                            {std::move(opened.session), stamp, opened.created + sources_.options.lifetime, asked,
                             std::max(opened.last_seen, before)},
                            is_kept ? SessionTable::Keep::yes : SessionTable::Keep::no);
    if (flight.is_void) table_.remove(text);
    return added;
}

bool SessionCache::note_use_if_due(SessionEntry& entry, SysSeconds now) {
    if (now - entry.noted.load(std::memory_order_relaxed) < limits_.touch_after) return false;
    note_use(entry, now);
    return true;
}

/// Writes down the use of a session; one thread does.
void SessionCache::note_use(SessionEntry& entry, SysSeconds now) {
    SysSeconds noted = entry.noted.load(std::memory_order_relaxed);
    if (now <= noted || !entry.noted.compare_exchange_strong(noted, now)) return;
    const Steady asked = steady_now_();
    if (!breaker_.may_ask(asked)) return;
    const auto done = sources_.store.touch(entry.session.id, now);
    // `limit` is an answer, too: a store that takes no notes may well be read
    if (!done && done.error().code == ErrorCode::unavailable) {
        breaker_.failed(asked, steady_now_());
    } else {
        breaker_.answered();
    }
}

HeldSession SessionCache::find_held(std::string_view cookie, SysSeconds now, Steady steady,
                                    HeldSession& guess) noexcept {
    const auto text = CookieText::of(cookie);
    if (!text) return {};
    HeldSession held = SessionTable::is_found(guess, *text) ? std::move(guess) : table_.find(*text);
    if (!held) return held;
    const SessionEntry& entry = *held.entry_;
    const bool serves = steady - sources_.board.heard(sources_.mark) < RevocationBoard::kSilence &&
                        sources_.board.epoch(entry.stamp.index) == entry.stamp.epoch && now < entry.ends &&
                        now - entry.noted.load(std::memory_order_relaxed) < limits_.touch_after;
    return serves ? std::move(held) : HeldSession();
}

void SessionCache::forget(std::string_view cookie) {
    const auto text = CookieText::of(cookie);
    if (!text) return;
    {
        const std::scoped_lock lock(flights_mutex_);
        for (const auto& flight : flights_) {
            if (text->equals(flight->key.data())) flight->is_void = true;
        }
    }
    table_.remove(*text);
    if (!has_records()) return;
    if (const auto parsed = SessionCookie::parse(cookie)) sources_.records->drop(parsed->id());
}

void SessionCache::remember(const HeldSession& session, std::unique_ptr<SessionMemo> memo) {
    table_.remember(session, std::move(memo));
}

}  // namespace sso::session
