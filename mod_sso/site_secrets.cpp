#include "mod_sso/site_secrets.hpp"

#include "core/config/private_file.hpp"

namespace sso::httpd {
namespace {

constexpr std::chrono::seconds kLookEach{1};

}  // namespace

Result<std::shared_ptr<const SiteSecrets::Keys>> SiteSecrets::keys() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_ < kLookEach) return keys_;
    looked_ = now;
    auto mark = config::file_mark(key_file_);  // first: what changes while it is read is read again
    if (keys_ && mark && *mark == mark_) return keys_;
    mark_ = mark.value_or("");
    const auto key = config::SiteKey::read(key_file_);
    if (key) {
        keys_ = std::make_shared<const Keys>(*key);
    } else {
        keys_ = error_of(key);
    }
    return keys_;
}

}  // namespace sso::httpd
