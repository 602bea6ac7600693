#include "core/redis/reply.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace sso::redis {
namespace {

using namespace std::string_view_literals;

Reply read_whole(std::string_view bytes) {
    ReplyReader reader;
    EXPECT_TRUE(reader.feed(bytes).has_value());
    auto reply = reader.next();
    EXPECT_TRUE(reply.has_value() && reply->has_value()) << bytes;
    EXPECT_TRUE(reader.is_empty());
    return reply && *reply ? std::move(**reply) : Reply{};
}

TEST(ReplyReader, ReadsEveryType) {
    EXPECT_EQ(read_whole("+OK\r\n").text, "OK");
    EXPECT_TRUE(read_whole("+OK\r\n").as_ok().has_value());
    EXPECT_EQ(read_whole(":-42\r\n").as_integer().value(), -42);
    EXPECT_EQ(read_whole("$5\r\na\r\n\0b\r\n"sv).as_text().value().value(), "a\r\n\0b"sv);
    EXPECT_EQ(read_whole("$0\r\n\r\n").as_text().value().value(), "");
    EXPECT_EQ(read_whole("$-1\r\n").as_text().value(), std::nullopt);
    EXPECT_EQ(read_whole("*-1\r\n").type, Reply::Type::nil);
    EXPECT_EQ(read_whole("-ERR no\r\n").type, Reply::Type::error);
}

TEST(ReplyReader, KeepsTheShapeOfNestedArrays) {
    const auto reply = read_whole("*4\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n*1\r\n+x\r\n$-1\r\n");
    ASSERT_EQ(reply.elements.size(), 4u);
    EXPECT_EQ(reply.elements[0].number, 1);
    ASSERT_EQ(reply.elements[1].elements.size(), 2u);
    EXPECT_EQ(reply.elements[1].elements[0].text, "a");
    EXPECT_TRUE(reply.elements[1].elements[1].elements.empty());
    EXPECT_EQ(reply.elements[2].elements.at(0).text, "x");
    EXPECT_EQ(reply.elements[3].type, Reply::Type::nil);
}

TEST(ReplyReader, WaitsForTheWholeReplyHoweverItIsCut) {
    const std::string_view bytes = "*2\r\n$3\r\nabc\r\n*1\r\n:7\r\n+next\r\n";
    ReplyReader reader;
    std::vector<Reply> replies;
    for (const char byte : bytes) {
        ASSERT_TRUE(reader.feed({&byte, 1}).has_value());
        auto reply = reader.next();
        ASSERT_TRUE(reply.has_value());
        if (*reply) replies.push_back(std::move(**reply));
    }
    ASSERT_EQ(replies.size(), 2u);
    EXPECT_EQ(replies[0].elements[1].elements[0].number, 7);
    EXPECT_EQ(replies[1].text, "next");
}

TEST(ReplyReader, KnowsWhenBytesAreLeftOver) {
    ReplyReader reader;
    ASSERT_TRUE(reader.feed("+a\r\n+b\r\n").has_value());
    EXPECT_EQ(reader.next().value().value().text, "a");
    EXPECT_FALSE(reader.is_empty());
    EXPECT_EQ(reader.next().value().value().text, "b");
    EXPECT_TRUE(reader.is_empty());
    EXPECT_FALSE(reader.next().value().has_value());
}

ErrorCode code_of(std::string_view bytes, const ReplyReader::Limits& limits) {
    ReplyReader reader(limits);
    EXPECT_TRUE(reader.feed(bytes).has_value());
    const auto reply = reader.next();
    EXPECT_FALSE(reply.has_value()) << bytes.substr(0, 60);
    return reply ? ErrorCode::exists : reply.error().code;
}

TEST(ReplyReader, RefusesAReplyThatIsTooLargeBeforeItIsWhole) {
    const ReplyReader::Limits limits{1000, 10};
    EXPECT_EQ(code_of("$1000000\r\n" + std::string(1000, 'x'), limits), ErrorCode::limit);
    EXPECT_EQ(code_of("+" + std::string(1001, 'x'), limits), ErrorCode::limit);
    EXPECT_EQ(code_of("*2\r\n$500\r\n" + std::string(500, 'x') + "\r\n$500\r\n" + std::string(495, 'x'), limits),
              ErrorCode::limit);
    EXPECT_EQ(code_of("*11\r\n", limits), ErrorCode::limit);
    EXPECT_EQ(code_of("*2147483647\r\n", limits), ErrorCode::limit);
    EXPECT_EQ(code_of("*2\r\n*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n*5\r\n:1\r\n:1\r\n:1\r\n", limits), ErrorCode::limit);
}

TEST(ReplyReader, CountsEachReplyForItself) {
    ReplyReader reader(ReplyReader::Limits{100, 3});
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(reader.feed("*2\r\n$20\r\n" + std::string(20, 'x') + "\r\n:1\r\n").has_value());
        const auto reply = reader.next();
        ASSERT_TRUE(reply.has_value() && reply->has_value()) << i;
    }
}

TEST(ReplyReader, RefusesWhatIsNotRedis) {
    for (const auto bytes : {"HTTP/1.1 400 Bad Request\r\n"sv, "%1\r\n"sv, "\0"sv, ":x\r\n"sv, "$x\r\n"sv, "$-2\r\n"sv,
                             "*-2\r\n"sv, "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"sv}) {
        EXPECT_EQ(code_of(bytes, {}), ErrorCode::unavailable);
    }
}

Error error_of(std::string_view text) {
    return Reply{Reply::Type::error, 0, std::string(text), {}}.error();
}

TEST(Reply, ErrorsHaveTheCodeThatTheCallerActsOn) {
    EXPECT_EQ(error_of("LOADING Redis is loading the dataset in memory").code, ErrorCode::unavailable);
    EXPECT_EQ(error_of("READONLY You can't write against a read only replica.").code, ErrorCode::unavailable);
    EXPECT_EQ(error_of("MASTERDOWN Link with MASTER is down").code, ErrorCode::unavailable);
    EXPECT_EQ(error_of("ERR max number of clients reached").code, ErrorCode::unavailable);
    EXPECT_EQ(error_of("MISCONF Redis is configured to save RDB snapshots").code, ErrorCode::unavailable);
    EXPECT_EQ(error_of("OOM command not allowed when used memory > 'maxmemory'.").code, ErrorCode::full);
    EXPECT_EQ(error_of("WRONGTYPE Operation against a key").code, ErrorCode::corrupt);
    EXPECT_EQ(error_of("NOAUTH Authentication required.").code, ErrorCode::refused);
    EXPECT_EQ(error_of("WRONGPASS invalid username-password pair").code, ErrorCode::refused);
    EXPECT_EQ(error_of("NOPERM this user has no permissions").code, ErrorCode::refused);
    EXPECT_EQ(error_of("ERR syntax error").code, ErrorCode::internal);
    EXPECT_EQ(error_of("OOMx").code, ErrorCode::internal);
    EXPECT_EQ(error_of("").code, ErrorCode::internal);
}

TEST(Reply, ErrorsRepeatNoArgumentAndNoControlCharacter) {
    const auto unknown = error_of("ERR unknown command 'AUTH', with args beginning with: 'hunter2' ");
    EXPECT_EQ(unknown.detail, "Redis: ERR unknown command 'AUTH'");
    EXPECT_EQ(error_of("ERR a\x1B[2Jb").detail, "Redis: ERR a\\x1b[2Jb");
}

TEST(Reply, IsNothingElseThanWhatItIs) {
    const Reply number{Reply::Type::integer, 1, {}, {}};
    EXPECT_EQ(number.as_text().error().code, ErrorCode::internal);
    EXPECT_EQ(number.as_ok().error().code, ErrorCode::internal);
    EXPECT_EQ(number.as_array().error().code, ErrorCode::internal);
    EXPECT_EQ(Reply{}.as_integer().error().code, ErrorCode::internal);
    EXPECT_EQ((Reply{Reply::Type::error, 0, "OOM x", {}}.as_integer().error().code), ErrorCode::full);
}

}  // namespace
}  // namespace sso::redis
