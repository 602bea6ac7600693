// How often clients may ask: per address, per logon, and everybody together. Counts survive the process.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/network.hpp"
#include "core/base/result.hpp"
#include "core/config/settings.hpp"

namespace sso::registration {

/// The folder `rate`: one file of counts, bounded by what all together may ask, under a lock of its own.
class RateLimit {
  public:
    RateLimit(std::string folder, const config::RegistrationSettings& settings)
        : folder_(std::move(folder)), settings_(settings) {}

    /// Counts this request, whatever will come of it. @return `limit`, saying which limit was reached; `full`
    [[nodiscard]] Status admit(const Address& address, std::string_view logon, SysSeconds now) const;

    struct Count {
        std::string what;  ///< "address", "logon" or "all"
        std::string name;  ///< the address or the logon
        std::uint64_t count = 0;
        SysSeconds ends;
        std::uint32_t most = 0;
    };
    [[nodiscard]] Result<std::vector<Count>> list(SysSeconds now) const;
    /// Forgets the counts of an address. @return whether there were any
    [[nodiscard]] Result<bool> reset(const Address& address, SysSeconds now) const;

  private:
    [[nodiscard]] Result<std::vector<Count>> read(SysSeconds now) const;
    [[nodiscard]] Status write(const std::vector<Count>& counts) const;
    [[nodiscard]] config::Rate rate_of(std::string_view what) const;
    std::string folder_;
    const config::RegistrationSettings& settings_;
};

}  // namespace sso::registration
