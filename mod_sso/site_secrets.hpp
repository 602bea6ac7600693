// What is derived from the site key, in the life of a child.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "core/config/site_key.hpp"
#include "core/credentials/basic_proof.hpp"
#include "core/credentials/service_token.hpp"

namespace sso::httpd {

/// Reads the key when the first request needs it, and again, a second later at most, when the file is another: a key
/// was rotated. Callable from several threads at once.
class SiteSecrets {
  public:
    struct Keys {
        explicit Keys(const config::SiteKey& key) : basic(key), cipher(key) {}
        credentials::BasicProof basic;
        credentials::Cipher cipher;
    };

    explicit SiteSecrets(std::string key_file) : key_file_(std::move(key_file)) {}
    /// @return as config::SiteKey::read
    Result<std::shared_ptr<const Keys>> keys();

  private:
    const std::string key_file_;
    std::mutex mutex_;
    std::string mark_;  // of the file that was read; under mutex_, as are
    std::chrono::steady_clock::time_point looked_{};
    Result<std::shared_ptr<const Keys>> keys_ = fail(ErrorCode::not_found, "not read");
};

}  // namespace sso::httpd
