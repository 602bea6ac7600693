// The LMDB store for the contract suite.
#pragma once

#include <csignal>
#include <memory>

#include "core/session/lmdb_environment.hpp"
#include "core/session/lmdb_store.hpp"
#include "tests/contract/session/child.hpp"
#include "tests/contract/session/session_store_contract.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sso::session::contract {

class LmdbEngine final : public Engine {
  public:
    [[nodiscard]] std::string folder() const { return folder_.path("sessions"); }

    std::unique_ptr<SessionStore> open(const StoreOptions& options) override {
        return std::make_unique<LmdbStore>(folder(), options, map_bytes_);
    }

    [[nodiscard]] std::string uri() const override { return "lmdb:" + folder(); }

    void damage(const SessionId& id) override {
        const auto environment = LmdbEnvironment::open(folder(), map_bytes_, std::chrono::seconds(1)).value();
        const auto done = environment->writes().run(
            [&](WriteTransaction& transaction) -> Status {
                std::string record(transaction.get(Table::sessions, id.bytes()).value().value());
                record[record.size() / 2] ^= '\x10';
                return transaction.put(Table::sessions, id.bytes(), record);
            },
            std::chrono::seconds(1));
        if (!done) std::abort();
    }

    /// A process that is stopped in the middle of a write: it holds the lock of all writers.
    void stall() override {
        stopped_ = std::make_unique<Child>([this](const Child::Say&) {
            const auto environment = LmdbEnvironment::open(folder(), map_bytes_, std::chrono::seconds(5)).value();
            static_cast<void>(environment->writes().run(
                [](WriteTransaction& transaction) -> Status {
                    const auto put = transaction.put(Table::persons, "half written", "value");
                    ::raise(SIGSTOP);
                    return put;
                },
                std::chrono::minutes(1)));
        });
        if (!stopped_->wait_until_stopped()) std::abort();
    }
    void go_on() override { stopped_->go_on(); }
    [[nodiscard]] bool reads_need_an_answer() const override { return false; }

    void leave_little_room() override { map_bytes_ = std::size_t{1} << 20U; }

  private:
    test::TemporaryFolder folder_;
    std::size_t map_bytes_ = std::size_t{64} << 20U;
    std::unique_ptr<Child> stopped_;
};

}  // namespace sso::session::contract
