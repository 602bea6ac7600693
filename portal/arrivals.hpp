// The breaker of redirect loops. Somebody who is signed in and comes from an application is sent back at once; if the
// application does not see the session, it sends them here again, for ever. A signed cookie of half a minute remembers
// the addresses that a browser was just sent to.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/config/rotating_key.hpp"

namespace sso::portal {

class Arrivals {
  public:
    static constexpr std::chrono::seconds kWindow{30};
    /// The lap that is not run: several tabs may ask for one address at the same time.
    static constexpr unsigned kStopAt = 3;
    /// Addresses remembered; the oldest go.
    static constexpr std::size_t kAddresses = 8;

    explicit Arrivals(const config::SiteKey& site_key) : key_(site_key, "arrivals") {}

    struct Lap {
        unsigned count = 0;  ///< how often this browser has been sent to this address within the window, this time too
        std::string cookie;  ///< what the browser shall remember now
    };
    /// @param cookie  what the browser sent; anything that we did not sign counts as nothing
    [[nodiscard]] Lap arrive(std::string_view cookie, std::string_view return_url, SysSeconds now) const;
    /// Whether the cookie shows that this browser was sent somewhere within the window.
    [[nodiscard]] bool is_recent(std::string_view cookie, SysSeconds now) const;

  private:
    struct Entry {
        std::string address;  ///< a short hash of it
        std::int64_t first = 0;
        unsigned count = 0;
    };
    [[nodiscard]] std::vector<Entry> read(std::string_view cookie, SysSeconds now) const;
    config::RotatingKey key_;
};

}  // namespace sso::portal
