#include "mod_sso/store.hpp"

#include <algorithm>
#include <utility>

#include "core/credentials/ticket.hpp"
#include "core/session/revocation_feed.hpp"
#include "mod_sso/shared_cache.hpp"
#include "mod_sso/shared_memory.hpp"

namespace sso::httpd {
namespace {

constexpr std::chrono::seconds kRetryAfter{1};

/// What a cache in a server has of the store's time-out: so nobody is held longer where neither answers.
std::chrono::milliseconds cache_part(std::chrono::milliseconds timeout) noexcept {
    return std::max(timeout / 4, std::chrono::milliseconds{1});
}

}  // namespace

StoreOpener::StoreOpener(std::string uri, session::StoreOptions options, session::SessionCache::Limits limits)
    : uri_(std::move(uri)),
      options_(std::move(options)),
      limits_(limits),
      mark_(session::store_mark(uri_)),
      can_be_listened_to_(session::can_be_listened_to(uri_)) {}

Result<session::SessionCache*> StoreOpener::sessions() {
    if (auto* cache = ready_.load(std::memory_order_acquire)) return cache;

    const std::lock_guard lock(opening_);
    if (cache_) return cache_.get();
    const auto now = std::chrono::steady_clock::now();
    if (now < next_try_) return tl::unexpected<Error>(last_error_);
    session::RecordCache* records = shared_cache();
    const bool may_be_silent = is_shared_cache_a_server();
    opened_with_ = options_;
    if (may_be_silent) opened_with_.timeout -= cache_part(options_.timeout);
    auto opened = session::open_store(uri_, opened_with_);
    if (!opened) {
        last_error_ = opened.error();
        next_try_ = now + kRetryAfter;
        return tl::unexpected<Error>(last_error_);
    }
    store_ = std::move(*opened);
    if (may_be_silent) {
        records_ = std::make_unique<session::BoundedRecordCache>(*records, cache_part(options_.timeout), options_.log);
        records = records_.get();
    }
    const session::SessionCache::Sources sources{*store_, opened_with_, shared_memory().revocations,
                                                 mark_,   records,      &shared_memory().lookups};
    cache_ = std::make_unique<session::SessionCache>(sources, limits_);
    ready_.store(cache_.get(), std::memory_order_release);
    return cache_.get();
}

Status StoreOpener::end(std::string_view cookie) {
    const auto parsed = session::SessionCookie::parse(cookie);
    if (!parsed) return {};
    const auto cache = sessions();
    if (!cache) return fail(cache.error());
    const auto removed = store_->remove(parsed->id());
    if (!removed) return fail(removed.error());
    shared_memory().revocations.let_go(parsed->id());  // before the watcher has heard of it
    (*cache)->forget(cookie);
    return {};
}

Result<std::optional<std::string>> StoreOpener::redeem(std::string_view bits, std::string_view origin,
                                                       std::string_view browser, SysSeconds now) {
    const auto cache = sessions();
    if (!cache) return fail(cache.error());
    if ((*cache)->is_store_given_up()) return fail(ErrorCode::unavailable, "the store did not answer just now");
    return credentials::redeem_ticket(*store_, bits, origin, browser, now);
}

bool StoreOpener::serves(const std::string& uri, const session::StoreOptions& options) const noexcept {
    return uri == uri_ && options.lifetime == options_.lifetime && options.idle_timeout == options_.idle_timeout &&
           options.timeout == options_.timeout && options.password_file == options_.password_file &&
           options.ca_file == options_.ca_file;
}

}  // namespace sso::httpd
