// A key derived from the site key for one purpose, and the previous one while a rotation lasts: what was signed or
// sealed before the rotation is still good.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/config/site_key.hpp"

namespace sso::config {

class RotatingKey {
  public:
    RotatingKey(const SiteKey& site_key, std::string_view label);
    [[nodiscard]] std::string sign(std::string_view message) const;  ///< base64url of the HMAC, 43 characters
    /// In constant time.
    [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;
    /// As crypto::seal and crypto::open.
    [[nodiscard]] std::string seal(std::string_view plain, std::string_view context) const;
    [[nodiscard]] Result<std::string> open(std::string_view sealed, std::string_view context) const;

  private:
    Secret current_;
    std::optional<Secret> previous_;
};

}  // namespace sso::config
