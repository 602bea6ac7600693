#include "core/redis/command.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace sso::redis {
namespace {

using namespace std::string_view_literals;

TEST(Command, TravelsAsBulkStringsWhateverItsBytes) {
    std::string wire;
    append_command(wire, {"SET", "a b\r\n", "\0\xFF"sv});
    EXPECT_EQ(wire, "*3\r\n$3\r\nSET\r\n$5\r\na b\r\n\r\n$2\r\n\0\xFF\r\n"sv);
}

TEST(Command, ManyShareOneWire) {
    std::string wire;
    append_command(wire, {"PING"});
    append_command(wire, {"GET", ""});
    EXPECT_EQ(wire, "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n");
}

TEST(Command, HasNoMoreWordsThanThereIsRoomFor) {
    Arguments most{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};
    most.append({"12"});
    EXPECT_EQ(most.size(), Arguments::kMost);
    EXPECT_EQ(*(most.end() - 1), "12");
    EXPECT_THROW(most.append({"13"}), std::out_of_range);
}

TEST(Command, TakesNoMoreRoomThanWasSaid) {
    const std::string long_word(1000, 'x');
    for (const Arguments& words : {Arguments{"PING"}, Arguments{"SET", "", long_word}}) {
        std::string wire;
        append_command(wire, words);
        EXPECT_LE(wire.size(), room_for_command(words));
    }
}

TEST(Script, IsCalledByItsDigestAndThenByItsText) {
    const Script script("return 1");
    EXPECT_EQ(script.digest(), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");  // sha1sum of the text
    const Command call(script, {"k1", "k2"}, {"v"});
    EXPECT_EQ(call.arguments, (Arguments{"EVALSHA", script.digest(), "2", "k1", "k2", "v"}));
    EXPECT_EQ(call.with_text().arguments, (Arguments{"EVAL", "return 1", "2", "k1", "k2", "v"}));
}

}  // namespace
}  // namespace sso::redis
