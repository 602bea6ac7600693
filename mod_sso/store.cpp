#include "mod_sso/store.hpp"

#include <utility>

namespace sso::httpd {
namespace {

constexpr std::chrono::seconds kRetryAfter{1};

}  // namespace

StoreOpener::StoreOpener(std::string uri, session::StoreOptions options)
    : uri_(std::move(uri)), options_(std::move(options)) {}

Result<session::SessionCache*> StoreOpener::sessions() {
    if (auto* cache = ready_.load(std::memory_order_acquire)) return cache;

    const std::lock_guard lock(opening_);
    if (cache_) return cache_.get();
    const auto now = std::chrono::steady_clock::now();
    if (now < next_try_) return tl::unexpected<Error>(last_error_);
    auto opened = session::open_store(uri_, options_);
    if (!opened) {
        last_error_ = opened.error();
        next_try_ = now + kRetryAfter;
        return tl::unexpected<Error>(last_error_);
    }
    store_ = std::move(*opened);
    session::SessionCache::Limits limits;
    limits.touch_after = session::SessionCache::touch_interval(options_.idle_timeout);
    cache_ = std::make_unique<session::SessionCache>(*store_, limits);
    ready_.store(cache_.get(), std::memory_order_release);
    return cache_.get();
}

bool StoreOpener::serves(const std::string& uri, const session::StoreOptions& options) const noexcept {
    return uri == uri_ && options.lifetime == options_.lifetime && options.idle_timeout == options_.idle_timeout &&
           options.timeout == options_.timeout && options.password_file == options_.password_file &&
           options.ca_file == options_.ca_file;
}

}  // namespace sso::httpd
