// How often a password may be guessed. Counted in the session store, so that it holds over all processes and hosts.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/session/session_store.hpp"

namespace sso::portal {

/// Three limits. The narrow one, per name and network, stops a guesser without keeping the person out who sits
/// elsewhere; the two wide ones stop whoever spreads guesses over many names or many networks. Names that nobody bears
/// count like all others. A network is an IPv4 address or an IPv6 /64.
class GuessLimit {
  public:
    static constexpr std::uint64_t kPerNameAndNetwork = 5;
    static constexpr std::uint64_t kPerNetwork = 100;
    static constexpr std::uint64_t kPerName = 100;
    static constexpr std::chrono::seconds kWindow{std::chrono::minutes{5}};

    /// `store` outlives this object.
    explicit GuessLimit(session::SessionStore& store) noexcept : store_(store) {}

    /// Before the password is looked at: counts this attempt, then tells whether it may be made. Counting first leaves
    /// no gap for guesses that are sent all at once.
    /// @return the store's errors
    Result<bool> admits(std::string_view user, std::string_view address, SysSeconds now);
    /// After a wrong name or password.
    Status failed(std::string_view user, std::string_view address, SysSeconds now);
    /// After the right password, and when the directory gave no answer: the narrow count starts anew. (Whoever can keep
    /// the directory from answering still meets the wide limits.)
    Status forgive(std::string_view user, std::string_view address);

  private:
    Status count_wide(const std::string& key, std::uint64_t most, SysSeconds now);
    session::SessionStore& store_;
};

}  // namespace sso::portal
