// What the tests of L1, alone and with L2, stand on.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/session/lmdb_store.hpp"
#include "core/session/session_cache.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/session/watched_store.hpp"

namespace sso::session {

inline constexpr SysSeconds kLogin{std::chrono::seconds{1'800'000'000}};

class SessionCacheTest : public ::testing::Test {
  protected:
    SessionCookie logged_in(std::string_view user, std::size_t attribute_bytes = 10) {
        SessionCookie cookie = SessionCookie::generate();
        Attributes attributes;
        attributes.set("uid", user);
        attributes.set("padding", std::string(attribute_bytes, 'x'));
        const Session session{cookie.id(), {std::string(user), kLogin, kLogin, "192.0.2.1", "Browser"}, attributes};
        EXPECT_TRUE(real_.create(session.seal(cookie)));
        return cookie;
    }
    SessionCacheTest() { board_->identify({1, 2, 3, 4}); }
    SessionCache cache(const SessionCache::Limits& limits = {}) { return cache(*board_, kMark, limits); }
    SessionCache cache(const RevocationBoard& board, std::uint64_t mark, const SessionCache::Limits& limits = {}) {
        return SessionCache({store_, options_, board, mark, records_}, limits, [this] { return steady_.load(); });
    }
    Result<HeldSession> resume(SessionCache& cache, std::string_view cookie, SysSeconds now) {
        return cache.resume(cookie, now, terms_);
    }
    /// A watcher has heard all until now.
    void hear() { board_->hear(steady_.load()); }
    void wait(std::chrono::milliseconds time) { steady_ = steady_.load() + time; }

    static constexpr std::uint64_t kMark = 7;
    const StoreOptions options_;
    SessionCache::Terms terms_;
    const std::unique_ptr<RevocationBoard> board_ = std::make_unique<RevocationBoard>();
    RecordCache* records_ = nullptr;
    test::TemporaryFolder folder_;
    LmdbStore real_{folder_.path("sessions"), {}};
    WatchedStore store_{real_};
    std::atomic<std::chrono::steady_clock::time_point> steady_{
        std::chrono::steady_clock::time_point(std::chrono::hours{1})};
};

}  // namespace sso::session
