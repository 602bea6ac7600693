#include "core/session/machines.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/session/session_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sso::session {
namespace {

struct MachinesTest : testing::Test {
    test::TemporaryFolder folder;
    SysSeconds now{std::chrono::seconds{1'800'000'000}};
    std::unique_ptr<SessionStore> store;
    config::SiteKey key = config::SiteKey::read(folder.write("key", std::string(64, 'a') + "\n")).value();
    config::SiteKey foreign = config::SiteKey::read(folder.write("foreign", std::string(64, 'b') + "\n")).value();
    Machine pending{"dormeur", "mac", "192.0.2.7", now, true, "0123"};
    Machine enrolled{"atchoum", "linux", "192.0.2.8", now, false, ""};

    MachinesTest() {
        ::mkdir(folder.path("store").c_str(), 0700);
        store = open_store("lmdb:" + folder.path("store"), {}).value();
    }
    Machines machines() { return Machines(*store, key); }
};

TEST_F(MachinesTest, AnOwnerSeesTheirOwnAlone) {
    ASSERT_TRUE(machines().ask("cmartin", pending, now + std::chrono::hours(1)));
    ASSERT_TRUE(machines().publish("cmartin", {enrolled, pending}));
    EXPECT_EQ(machines().list("cmartin", now).value(), (std::vector{enrolled, pending}));
    EXPECT_TRUE(machines().list("adupont", now)->empty());
}

TEST_F(MachinesTest, AQuestionIsAnsweredOnce) {
    ASSERT_TRUE(machines().ask("cmartin", pending, now + std::chrono::hours(1)));
    ASSERT_TRUE(machines().publish("cmartin", {pending}));
    EXPECT_FALSE(machines().answer_of("cmartin", "0123", now).value());
    EXPECT_EQ(machines().answer("adupont", "0123", MachineAnswer::accepted, now).error().code, ErrorCode::not_found);
    ASSERT_TRUE(machines().answer("cmartin", "0123", MachineAnswer::accepted, now));
    EXPECT_EQ(machines().answer("cmartin", "0123", MachineAnswer::refused, now).error().code, ErrorCode::not_found);
    EXPECT_EQ(machines().answer_of("cmartin", "0123", now).value(), MachineAnswer::accepted);
    EXPECT_TRUE(machines().list("cmartin", now)->empty()) << "shown no more as waiting";
    ASSERT_TRUE(machines().forget("cmartin", "0123"));
    EXPECT_FALSE(machines().answer_of("cmartin", "0123", now).value());
}

TEST_F(MachinesTest, AQuestionExpires) {
    ASSERT_TRUE(machines().ask("cmartin", pending, now + std::chrono::hours(1)));
    now += std::chrono::hours(2);
    EXPECT_EQ(machines().answer("cmartin", "0123", MachineAnswer::accepted, now).error().code, ErrorCode::not_found);
}

TEST_F(MachinesTest, WhoHasTheStoreAloneCanNeitherAcceptNorShow) {
    ASSERT_TRUE(Machines(*store, foreign).ask("cmartin", pending, now + std::chrono::hours(1)));
    ASSERT_TRUE(Machines(*store, foreign).answer("cmartin", "0123", MachineAnswer::accepted, now));
    EXPECT_EQ(machines().answer_of("cmartin", "0123", now).error().code, ErrorCode::corrupt);
    ASSERT_TRUE(Machines(*store, foreign).publish("cmartin", {enrolled}));
    EXPECT_EQ(machines().list("cmartin", now).error().code, ErrorCode::corrupt);
    ASSERT_TRUE(Machines(*store, foreign).withdraw("cmartin", "atchoum", now));
    EXPECT_EQ(machines().is_withdrawn("cmartin", "atchoum", now, now).error().code, ErrorCode::corrupt);
}

TEST_F(MachinesTest, AnAnswerMovedToAnotherOwnerDoesNotOpen) {
    ASSERT_TRUE(machines().ask("adupont", pending, now + std::chrono::hours(1)));
    ASSERT_TRUE(machines().answer("adupont", "0123", MachineAnswer::accepted, now));
    const std::string moved = store->get(RecordKind::ticket, "machine-answered/adupont/0123", now).value().value();
    ASSERT_TRUE(store->put(RecordKind::ticket, "machine-answered/cmartin/0123", moved, std::nullopt));
    EXPECT_EQ(machines().answer_of("cmartin", "0123", now).error().code, ErrorCode::corrupt);
}

TEST_F(MachinesTest, AWithdrawalHoldsUntilTheMachineIsRegisteredAgain) {
    ASSERT_TRUE(machines().publish("cmartin", {enrolled}));
    ASSERT_TRUE(machines().withdraw("cmartin", "atchoum", now + std::chrono::seconds(5)));
    EXPECT_TRUE(machines().list("cmartin", now)->empty()) << "gone from the page at once";
    EXPECT_TRUE(machines().is_withdrawn("cmartin", "atchoum", enrolled.since, now).value());
    EXPECT_FALSE(machines().is_withdrawn("cmartin", "atchoum", now + std::chrono::seconds(9), now).value());
    ASSERT_TRUE(machines().withdrawal_done("cmartin", "atchoum"));
    EXPECT_FALSE(machines().is_withdrawn("cmartin", "atchoum", enrolled.since, now).value());
}

}  // namespace
}  // namespace sso::session
