// Service tokens: one application calls another in the name of whoever uses it, with a header that its own header
// expression `token($_session_id, 'HOST', …)` has made (reference: handler.md §10); and what `encrypt` gives.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/config/rotating_key.hpp"

namespace sso::credentials {

inline constexpr const char* kServiceTokenHeader = "X-LLNG-TOKEN";

/// What a token says: "time:session:item:…", each item a host's name, a pattern of names between slashes, or
/// `Header=value`. It names one host at least.
struct ServiceToken {
    SysSeconds made{};
    std::string session;                                       ///< the cookie's text
    std::vector<std::string> hosts;                            ///< in lower case
    std::vector<std::string> patterns;                         ///< of whole names
    std::vector<std::pair<std::string, std::string>> headers;  ///< in written order

    /// @return `invalid` for what is none; bounded: 8 kB, 64 items
    static Result<ServiceToken> parse(std::string_view clear);

    [[nodiscard]] bool is_for(std::string_view host) const;
    /// `now - lifetime < made <= now`
    [[nodiscard]] bool is_fresh(SysSeconds now, std::chrono::seconds lifetime) const noexcept {
        return made <= now && now - made < lifetime;
    }
};

/// Seals under a key derived from the site key ("cipher").
class Cipher {
  public:
    explicit Cipher(const config::SiteKey& site_key) : key_(site_key, "cipher") {}

    /// `encrypt(text)`: base64.
    [[nodiscard]] std::string encrypt(std::string_view clear) const;
    /// `token(…)`: base64url. Of what is sealed, the store's key `session_id` in the second place makes room for the
    /// cookie, which alone opens a session.
    [[nodiscard]] std::string seal_token(std::string_view clear, std::string_view session_id,
                                         std::string_view cookie) const;
    /// @return `invalid` or `corrupt` for what we did not seal as a token
    [[nodiscard]] Result<ServiceToken> open_token(std::string_view text) const;

  private:
    config::RotatingKey key_;
};

}  // namespace sso::credentials
