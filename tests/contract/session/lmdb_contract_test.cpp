#include "tests/contract/session/lmdb_engine.hpp"
#include "tests/contract/session/revocation_feed_contract.hpp"

namespace sso::session::contract {

INSTANTIATE_TEST_SUITE_P(Lmdb, SessionStoreContract,
                         ::testing::Values(EngineCase{"folder", [] { return std::make_unique<LmdbEngine>(); }}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Lmdb, RevocationFeedContract,
                         ::testing::Values(EngineCase{"folder", [] { return std::make_unique<LmdbEngine>(); }}),
                         name_of);

}  // namespace sso::session::contract
