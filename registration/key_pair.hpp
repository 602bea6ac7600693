// The key pairs with which BackupPC logs in to machines: one a machine, its private half never leaves the server.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/config/settings.hpp"

namespace sso::registration {

/// The folder `keys`: one folder a machine with `id`, `id.pub` and `known_hosts`. Callers hold registration's lock.
class KeyPairs {
  public:
    explicit KeyPairs(std::string folder) : folder_(std::move(folder)) {}

    [[nodiscard]] std::string private_key_path(std::string_view host) const { return home(host) + "/id"; }
    [[nodiscard]] std::string known_hosts_path(std::string_view host) const { return home(host) + "/known_hosts"; }

    /// The public key as one line, `type base64 comment`, of a pair whose halves belong together; makes the pair if
    /// there is none. A rotation that waits (`prepare_rotation`) is carried out first: the answer is the new pair's
    /// key.
    /// @return `corrupt` when a half is missing or they do not match: only `rotate_now` replaces such a pair
    [[nodiscard]] Result<std::string> ensure(std::string_view host, config::KeyType type) const;
    /// The same, changing nothing. @return `not_found` without a pair
    [[nodiscard]] Result<std::string> find(std::string_view host) const;

    /// Makes a new pair beside the one in use, which serves on until the machine registers again.
    [[nodiscard]] Status prepare_rotation(std::string_view host, config::KeyType type) const;
    [[nodiscard]] bool is_rotation_waiting(std::string_view host) const;
    /// Puts a new pair in the place of one that may be damaged.
    [[nodiscard]] Status replace(std::string_view host, config::KeyType type) const;

    /// The private half first. A pair that is not there is gone already.
    [[nodiscard]] Status destroy(std::string_view host) const;
    /// Forgets which host key the machine's sshd had. @return whether one was known
    [[nodiscard]] Result<bool> forget_host_key(std::string_view host) const;
    /// Removes what a crash left half made.
    void tidy() const;

  private:
    [[nodiscard]] std::string home(std::string_view host) const { return folder_ + "/" + std::string(host); }
    /// A pair in a folder of its own, on the disk. @return that folder
    [[nodiscard]] Result<std::string> make(std::string_view host, config::KeyType type) const;
    [[nodiscard]] Status finish_rotation(std::string_view host) const;
    std::string folder_;
};

/// Whether the text is one OpenSSH public key line whose base64 names its own type; no options before it.
bool is_public_key_line(std::string_view line);

}  // namespace sso::registration
