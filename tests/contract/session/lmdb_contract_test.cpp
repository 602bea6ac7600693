#include "tests/contract/session/lmdb_engine.hpp"

namespace sso::session::contract {

INSTANTIATE_TEST_SUITE_P(Lmdb, SessionStoreContract,
                         ::testing::Values(EngineCase{"folder", [] { return std::make_unique<LmdbEngine>(); }}),
                         name_of);

}  // namespace sso::session::contract
