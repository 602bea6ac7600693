// The store's contract on a real Redis: over TCP, and over TLS with a password.
#include "tests/contract/session/redis_engine.hpp"
#include "tests/contract/session/revocation_feed_contract.hpp"

namespace sso::session::contract {
namespace {

std::unique_ptr<Engine> make_plain() {
    return std::make_unique<RedisEngine>();
}

std::unique_ptr<Engine> make_tls() {
    return std::make_unique<RedisEngine>(test::RedisServer::Options{.password = "p-w", .tls = true});
}

INSTANTIATE_TEST_SUITE_P(Redis, SessionStoreContract,
                         testing::Values(EngineCase{"plain", &make_plain}, EngineCase{"tls", &make_tls}), name_of);
INSTANTIATE_TEST_SUITE_P(Redis, RevocationFeedContract,
                         testing::Values(EngineCase{"plain", &make_plain}, EngineCase{"tls", &make_tls}), name_of);

}  // namespace
}  // namespace sso::session::contract
