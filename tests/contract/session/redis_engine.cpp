#include "tests/contract/session/redis_engine.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "core/session/redis_layout.hpp"
#include "core/session/redis_store.hpp"

namespace sso::session::contract {

RedisEngine::RedisEngine(const test::RedisServer::Options& options) : server_(options) {
    redis::Client::Options patient;
    patient.timeout = std::chrono::seconds(10);
    administrator_ = redis::Client::open(redis::ServerUri::parse(server_.uri()).value(), patient).value();
}

std::unique_ptr<SessionStore> RedisEngine::open(const StoreOptions& options) {
    return open_redis_store(server_.uri(), options).value();
}

redis::Reply RedisEngine::command(const redis::Command& command) {
    auto reply = administrator_->run(command, redis::Repeat::harmless);
    if (!reply) throw std::runtime_error(reply.error().detail);
    return std::move(*reply);
}

std::vector<std::string> RedisEngine::keys(std::string_view pattern) {
    std::vector<std::string> keys;
    for (auto& key : command({"KEYS", pattern}).elements) keys.push_back(std::move(key.text));
    return keys;
}

void RedisEngine::damage(const SessionId& id) {
    const RedisSessionKeys keys(id);
    std::string record = command({"GET", keys.record()}).text;
    record.at(record.size() / 2) = static_cast<char>(record[record.size() / 2] ^ 1);
    command({"SET", keys.record(), record, "XX", "KEEPTTL"});
}

void RedisEngine::leave_little_room() {
    const std::string memory = command({"INFO", "memory"}).text;
    const auto used = std::stoul(memory.substr(memory.find("used_memory:") + 12));
    command({"CONFIG", "SET", "maxmemory", std::to_string(used + 700'000)});
}

std::unique_ptr<RedisEngine> make_cluster_of_one() {
    auto engine = std::make_unique<RedisEngine>(
        test::RedisServer::Options{.arguments = {"--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"}});
    engine->command({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    for (int i = 0; i < 500; ++i) {  // the node takes a moment to find itself complete
        if (engine->command({"CLUSTER", "INFO"}).text.starts_with("cluster_state:ok")) return engine;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("the cluster of one does not become ready");
}

}  // namespace sso::session::contract
