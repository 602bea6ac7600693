#include "core/credentials/basic_logins.hpp"

#include <algorithm>
#include <optional>

#include "core/crypto/random.hpp"

namespace sso::credentials {
namespace {

constexpr std::size_t kSecretBytes = 32;

}  // namespace

/// A question under way, and those who wait for what it brings.
struct BasicLogins::Flight {
    std::optional<Result<BasicAnswer>> outcome;  // under mutex_
};

BasicLogins::BasicLogins(const Limits& limits, SteadyNow steady_now)
    : limits_(limits),
      steady_now_(std::move(steady_now)),
      secret_(crypto::random_bytes(kSecretBytes)),
      breaker_(limits.timeout) {}

// The name's length stands in front, so that no part of a name can be taken for one of a password.
BasicLogins::Key BasicLogins::key_of(std::string_view user, std::string_view password) const {
    std::string text;
    text.reserve(user.size() + password.size() + 24);
    text.append(std::to_string(user.size())).append(1, ':').append(user).append(password);
    const Secret both(std::move(text));
    return crypto::hmac_sha256(secret_.reveal(), both.reveal());
}

Result<BasicAnswer> BasicLogins::login(std::string_view user, std::string_view password, const Ask& ask) {
    const Key key = key_of(user, password);
    std::unique_lock lock(mutex_);
    const Steady now = steady_now_();
    if (const auto found = right_.find(key); found != right_.end() && now < found->second.until) {
        return BasicAnswer{BasicAnswer::Kind::right, std::string(found->second.session.reveal()), {}};
    }
    if (const auto found = wrong_.find(key); found != wrong_.end() && now < found->second.until) {
        return BasicAnswer{BasicAnswer::Kind::wrong, {}, {}};
    }
    if (const auto found = flights_.find(key); found != flights_.end()) {
        const std::shared_ptr<Flight> flight = found->second;
        landed_.wait(lock, [&] { return flight->outcome.has_value(); });
        auto outcome = *flight->outcome;
        if (outcome) outcome->replaced.clear();  // whoever asked sees to that
        return outcome;
    }
    if (flights_.size() >= limits_.questions) {
        return fail(ErrorCode::unavailable, "too many names and passwords wait for the portal's word");
    }
    if (!breaker_.may_ask(now)) return fail(ErrorCode::unavailable, "the portal did not answer just now");
    const auto flight = std::make_shared<Flight>();
    flights_.emplace(key, flight);
    lock.unlock();

    Result<BasicAnswer> outcome = fail(ErrorCode::internal, "the question broke off");
    const auto land = [&](Result<BasicAnswer> result) {
        lock.lock();
        flight->outcome = std::move(result);
        flights_.erase(key);
        lock.unlock();
        landed_.notify_all();
    };
    try {
        outcome = ask_for(key, ask);
    } catch (...) {
        land(std::move(outcome));
        throw;
    }
    land(outcome);
    return outcome;
}

Result<BasicAnswer> BasicLogins::ask_for(const Key& key, const Ask& ask) {
    const Steady asked = steady_now_();
    Result<BasicAnswer> answer = ask();
    const Steady now = steady_now_();
    if (!answer) {
        breaker_.failed(asked, now);
        return answer;
    }
    breaker_.answered();
    const std::lock_guard lock(mutex_);
    if (const auto before = right_.find(key); before != right_.end()) {
        answer->replaced = std::string(before->second.session.reveal());
        right_.erase(before);
    }
    if (answer->kind == BasicAnswer::Kind::right) {
        wrong_.erase(key);
        keep(right_, key, {now + limits_.right, Secret(answer->session)}, now);
    }
    if (answer->kind == BasicAnswer::Kind::wrong) keep(wrong_, key, {now + limits_.wrong, {}}, now);
    return answer;
}

// Whoever would push others out has each time waited for the portal, so that a walk over all entries costs little
// beside.
void BasicLogins::keep(Entries& among, const Key& key, Entry entry, Steady now) const {
    if (among.size() >= limits_.entries) {
        std::erase_if(among, [&](const auto& held) { return held.second.until <= now; });
    }
    if (among.size() >= limits_.entries) {
        among.erase(std::min_element(among.begin(), among.end(),
                                     [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
    }
    among.insert_or_assign(key, std::move(entry));
}

void BasicLogins::forget(std::string_view user, std::string_view password, std::string_view session) {
    const Key key = key_of(user, password);
    const std::lock_guard lock(mutex_);
    const auto found = right_.find(key);
    const bool is_it = found != right_.end() && equal_in_constant_time(found->second.session.reveal(), session);
    if (is_it) right_.erase(found);
}

std::size_t BasicLogins::size() const {
    const std::lock_guard lock(mutex_);
    return right_.size();
}

}  // namespace sso::credentials
