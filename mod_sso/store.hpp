// The session store in the life of a child: opened at the first request that needs it, after httpd has forked, and
// kept over changes of the configuration that do not concern it.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/session/bounded_record_cache.hpp"
#include "core/session/session_cache.hpp"
#include "core/session/session_store.hpp"

namespace sso::httpd {

class StoreOpener {
  public:
    /// @param limits  of L1
    StoreOpener(std::string uri, session::StoreOptions options, session::SessionCache::Limits limits);

    /// The sessions, opening the store if that was not done yet. A store that could not be opened is tried again a
    /// second later; until then the same error is given at once.
    Result<session::SessionCache*> sessions();

    [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
    [[nodiscard]] const session::StoreOptions& options() const noexcept { return options_; }
    [[nodiscard]] std::uint64_t mark() const noexcept { return mark_; }  ///< session::store_mark of the URI

    /// The sessions, if the store was opened, else null. Opens nothing.
    [[nodiscard]] session::SessionCache* opened() const noexcept { return ready_.load(std::memory_order_acquire); }

    /// Whether the store says by itself what has ended (else SSOCacheTTL holds).
    [[nodiscard]] bool can_be_listened_to() const noexcept { return can_be_listened_to_; }

    /// Ends the session that the cookie opens, here and in the store. That it opens none is no error.
    Status end(std::string_view cookie);

    /// As credentials::redeem_ticket; `unavailable` at once while the store was silent just now.
    Result<std::optional<std::string>> redeem(std::string_view bits, std::string_view origin, std::string_view browser,
                                              SysSeconds now);

    /// Whether this one serves for these settings too.
    [[nodiscard]] bool serves(const std::string& uri, const session::StoreOptions& options) const noexcept;

  private:
    const std::string uri_;
    const session::StoreOptions options_;
    const session::SessionCache::Limits limits_;
    const std::uint64_t mark_;
    const bool can_be_listened_to_;
    std::atomic<session::SessionCache*> ready_{nullptr};  ///< set once, read without the lock

    std::mutex opening_;
    session::StoreOptions opened_with_;  ///< as options_, but for what a cache in a server has of the time-out
    std::unique_ptr<session::SessionStore> store_;
    std::unique_ptr<session::BoundedRecordCache> records_;  ///< null: there is no such cache
    std::unique_ptr<session::SessionCache> cache_;
    Error last_error_{ErrorCode::unavailable, "not opened"};
    std::chrono::steady_clock::time_point next_try_{};
};

}  // namespace sso::httpd
