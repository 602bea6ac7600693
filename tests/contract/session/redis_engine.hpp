// A private Redis for the session store's tests, and a way to look and meddle behind the store's back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/redis/client.hpp"
#include "tests/contract/session/session_store_contract.hpp"
#include "tests/support/redis_server.hpp"

namespace sso::session::contract {

class RedisEngine final : public Engine {
  public:
    RedisEngine() : RedisEngine(test::RedisServer::Options{}) {}
    explicit RedisEngine(const test::RedisServer::Options& options);

    std::unique_ptr<SessionStore> open(const StoreOptions& options) override;
    [[nodiscard]] std::string uri() const override { return server_.uri(); }
    void damage(const SessionId& id) override;
    void stall() override { server_.pause(); }
    void go_on() override { server_.resume(); }
    [[nodiscard]] bool reads_need_an_answer() const override { return true; }
    void leave_little_room() override;

    test::RedisServer& server() noexcept { return server_; }
    /// A command of the administrator's. Throws if it fails.
    redis::Reply command(const redis::Command& command);
    std::vector<std::string> keys(std::string_view pattern);

  private:
    test::RedisServer server_;
    std::unique_ptr<redis::Client> administrator_;
};

/// A node that holds all slots of a Cluster by itself: it refuses what would concern two nodes.
std::unique_ptr<RedisEngine> make_cluster_of_one();

}  // namespace sso::session::contract
