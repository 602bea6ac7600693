// Names and passwords that were right or wrong a short time ago, so that a program which sends them with each request
// does not ask the portal each time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/crypto/hash.hpp"
#include "core/session/circuit_breaker.hpp"

namespace sso::credentials {

/// What the portal said of a name and a password.
struct BasicAnswer {
    enum class Kind { right, wrong, too_many_guesses };
    Kind kind = Kind::wrong;
    std::string session;   ///< where it was right: the session's cookie
    std::string replaced;  ///< the session of before, whose time here is over; empty: there was none
};

/// One for a process. Bounded in count and time. What is kept is known by an HMAC under a key of this object's own:
/// neither the password nor anything that it could be guessed from. What is right and what is wrong have their own
/// bounds, so that wrong guesses push nobody out. Misses for one name and password are asked once, however many wait;
/// few are asked at once, and none while the portal was silent just now. Callable from several threads at once.
class BasicLogins {
  public:
    struct Limits {
        std::size_t entries = 1'000;               ///< of each kind
        std::size_t questions = 8;                 ///< under way at once
        std::chrono::seconds right{300};           ///< how long what was right is believed
        std::chrono::seconds wrong{10};            ///< and what was wrong
        std::chrono::milliseconds timeout{5'000};  ///< of a question
        friend bool operator==(const Limits&, const Limits&) = default;
    };
    using Steady = std::chrono::steady_clock::time_point;
    using SteadyNow = std::function<Steady()>;
    using Ask = std::function<Result<BasicAnswer>()>;

    explicit BasicLogins(const Limits& limits, SteadyNow steady_now = &std::chrono::steady_clock::now);

    /// @param ask  asks the portal; called at most once, with no lock held
    /// @return what `ask` fails with; `unavailable` while it was not asked
    Result<BasicAnswer> login(std::string_view user, std::string_view password, const Ask& ask);
    /// `session` has ended: the name and the password it was opened with are to be asked about again.
    void forget(std::string_view user, std::string_view password, std::string_view session);

    [[nodiscard]] std::size_t size() const;  ///< of what was right, for tests

  private:
    using Key = crypto::Digest;
    struct Entry {
        Steady until;
        Secret session;
    };
    using Entries = std::map<Key, Entry>;
    struct Flight;

    [[nodiscard]] Key key_of(std::string_view user, std::string_view password) const;
    Result<BasicAnswer> ask_for(const Key& key, const Ask& ask);
    void keep(Entries& among, const Key& key, Entry entry, Steady now) const;

    const Limits limits_;
    const SteadyNow steady_now_;
    const Secret secret_;
    session::CircuitBreaker breaker_;
    mutable std::mutex mutex_;
    std::condition_variable landed_;
    Entries right_, wrong_;  // under mutex_, as are
    std::map<Key, std::shared_ptr<Flight>> flights_;
};

}  // namespace sso::credentials
