// The session store in the life of a child: opened at the first request that needs it, after httpd has forked, and
// kept over changes of the configuration that do not concern it.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "core/session/session_cache.hpp"
#include "core/session/session_store.hpp"

namespace sso::httpd {

class StoreOpener {
  public:
    StoreOpener(std::string uri, session::StoreOptions options);

    /// The sessions, opening the store if that was not done yet. A store that could not be opened is tried again a
    /// second later; until then the same error is given at once.
    Result<session::SessionCache*> sessions();

    /// Whether this one serves for these settings too.
    [[nodiscard]] bool serves(const std::string& uri, const session::StoreOptions& options) const noexcept;

  private:
    std::string uri_;
    session::StoreOptions options_;
    std::atomic<session::SessionCache*> ready_{nullptr};  ///< set once, read without the lock

    std::mutex opening_;
    std::unique_ptr<session::SessionStore> store_;
    std::unique_ptr<session::SessionCache> cache_;
    Error last_error_{ErrorCode::unavailable, "not opened"};
    std::chrono::steady_clock::time_point next_try_{};
};

}  // namespace sso::httpd
