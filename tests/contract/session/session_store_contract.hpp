// What every session store promises, as one suite that runs on each engine. An engine brings an `Engine` and one line:
// INSTANTIATE_TEST_SUITE_P(Redis, SessionStoreContract, ::testing::Values(EngineCase{"plain", &make_redis}), name_of);
// and is built together with the sources named session_store_*contract.cpp: what goes wrong, and what is kept beside
// sessions, stand in files of their own.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "core/session/session_store.hpp"

namespace sso::session::contract {

/// One private instance of an engine, empty at first, gone with this object.
class Engine {
  public:
    virtual ~Engine() = default;

    /// Opens a store on the instance. Called several times in one process, and in children after fork().
    virtual std::unique_ptr<SessionStore> open(const StoreOptions& options) = 0;

    /// What `open_revocation_feed` is to listen to.
    [[nodiscard]] virtual std::string uri() const = 0;

    /// Changes one byte in the middle of the stored record, behind the store's back.
    virtual void damage(const SessionId& id) = 0;

    /// Makes the engine stop answering, as a stopped process does, until `go_on`. While it lasts, writes answer
    /// `unavailable` within the time-out; so do reads if `reads_need_an_answer`, else they serve.
    virtual void stall() = 0;
    virtual void go_on() = 0;
    [[nodiscard]] virtual bool reads_need_an_answer() const = 0;

    /// Leaves no more than some hundred kilobytes of room.
    virtual void leave_little_room() = 0;
};

/// What names an engine in test output and makes an instance of it.
struct EngineCase {
    std::string name;
    std::function<std::unique_ptr<Engine>()> make;
};
inline std::string name_of(const ::testing::TestParamInfo<EngineCase>& info) {
    return info.param.name;
}
inline void PrintTo(const EngineCase& engine, std::ostream* out) {
    *out << engine.name;
}

class SessionStoreContract : public ::testing::TestWithParam<EngineCase> {
  protected:
    void SetUp() override { engine_ = GetParam().make(); }
    /// A store with the suite's lifetime (10 h), idle_timeout (1 h) and time-out (5 s).
    std::unique_ptr<SessionStore> open() { return engine_->open(options()); }
    static StoreOptions options();

    std::unique_ptr<Engine> engine_;
};

}  // namespace sso::session::contract
