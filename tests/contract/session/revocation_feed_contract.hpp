// What every store's revocation feed promises, as a suite beside the store's own: instantiated with the same engines,
// and built together with revocation_feed_contract.cpp.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/session/revocation_feed.hpp"
#include "tests/contract/session/session_store_contract.hpp"

namespace sso::session::contract {

class RevocationFeedContract : public SessionStoreContract {
  public:
    /// One time for the whole run.
    static SysSeconds now() {
        static const SysSeconds begun = SystemClock().now();
        return begun;
    }

  protected:
    void SetUp() override {
        SessionStoreContract::SetUp();
        store_ = open();
    }
    SessionId logged_in(std::string_view user) {
        const SessionCookie cookie = SessionCookie::generate();
        Attributes attributes;
        attributes.set("uid", user);
        const Session session{cookie.id(), {std::string(user), now(), now(), "192.0.2.1", "Browser"}, attributes};
        EXPECT_TRUE(store_->create(session.seal(cookie)));
        last_cookie_ = cookie.text();
        return cookie.id();
    }
    std::unique_ptr<RevocationFeed> feed(std::string id = "one") {
        return open_revocation_feed(engine_->uri(), options(), {std::move(id), "host.test", std::chrono::seconds(30)})
            .value();
    }
    std::uint32_t epoch(const SessionId& id) const { return board_->epoch(RevocationBoard::index_of(id)); }
    /// Listens until `there_is`, or says after ten seconds that there was not.
    template <class Condition>
    bool listen_until(RevocationFeed& feed, const Condition& there_is) {
        for (const auto began = std::chrono::steady_clock::now();
             std::chrono::steady_clock::now() - began < std::chrono::seconds(10);) {
            static_cast<void>(feed.listen(*board_));
            if (there_is()) return true;
        }
        return false;
    }
    /// A feed that has begun to listen.
    std::unique_ptr<RevocationFeed> listening() {
        board_->watch(kMark);
        auto feed = this->feed();
        EXPECT_TRUE(
            listen_until(*feed, [&] { return board_->heard(kMark) != std::chrono::steady_clock::time_point{}; }));
        return feed;
    }

    static constexpr std::uint64_t kMark = 3;
    std::unique_ptr<SessionStore> store_;
    std::string last_cookie_;
    const std::unique_ptr<RevocationBoard> board_ = std::make_unique<RevocationBoard>();
};

}  // namespace sso::session::contract
