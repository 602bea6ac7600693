// The site key: what seals whatever is not bound to a cookie. One purpose, one derived key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace sso::config {

/// The key file holds one line of 64 hexadecimal digits a key: the current key first; a second one during rotation.
class SiteKey {
  public:
    /// @return `not_found`, `refused` (readable by others than its owner and group) or `invalid`, naming the file
    static Result<SiteKey> read(const std::string& path);
    /// A new key file's content.
    static Secret generate();
    /// The content of `path` after a rotation: a new key first, then the one that was current; an older one goes.
    static Result<Secret> rotated(const std::string& path);

    /// The current key for a purpose ("form", "basic"), and the previous one while a rotation lasts.
    [[nodiscard]] Secret derive(std::string_view label) const;
    [[nodiscard]] std::optional<Secret> derive_previous(std::string_view label) const;

  private:
    SiteKey(Secret current, std::optional<Secret> previous);
    Secret current_;
    std::optional<Secret> previous_;
};

}  // namespace sso::config
