#include <gtest/gtest.h>

#include <array>
#include <deque>

#include "tests/unit/rules/www1.hpp"

using namespace sso;
using rules::HostPolicy;
using test::attributes;
using test::headers;
using test::Headers;
using test::host_with;
using test::kNow;
using test::Names;
using test::request;

TEST(SeedHeaders, OfWww1GiveUserAndUnit) {
    const auto snapshot = test::good(test::kSeed);
    const Attributes somebody = attributes({{"uid", "dwho"}, {"ou", "unit1"}});
    EXPECT_EQ(headers(*snapshot->policy.find_host("www1.domain.com"), somebody),
              (Headers{{"Auth-User", "dwho"}, {"Unit", "unit1"}}));
}

TEST(SeedHeaders, OfWww2GiveAnAuthorizationWithoutALineBreakAndTheClientsAddress) {
    const auto snapshot = test::good(test::kSeed);
    const Attributes somebody = attributes({{"employeeNumber", "1234"}});
    EXPECT_EQ(headers(*snapshot->policy.find_host("www2.domain.com"), somebody),
              (Headers{{"Authorization", "Basic MTIzNDpkdW1teQ=="}, {"Remote-IP", "192.0.2.7"}}));
    const std::string number(80, '7');  // encode_base64 breaks the line at 76 characters
    for (const auto& [name, value] :
         headers(*snapshot->policy.find_host("www2.domain.com"), attributes({{"employeeNumber", number.c_str()}}))) {
        EXPECT_EQ(value.find('\n'), std::string::npos) << name;
    }
}

TEST(Headers, AreAuthUserAloneWhereNoneAreWritten) {
    const auto snapshot = host_with("");
    const HostPolicy* host = snapshot->policy.find_host("www1.domain.com");
    EXPECT_EQ(host->header_names(), std::vector<std::string>{"Auth-User"});
    EXPECT_EQ(headers(*host, attributes({{"uid", "dwho"}})), (Headers{{"Auth-User", "dwho"}}));
    const auto none = test::good(test::kLeast + "[vhost.\"www1.domain.com\".headers]\n");
    EXPECT_TRUE(headers(*none->policy.find_host("www1.domain.com"), attributes({{"uid", "dwho"}})).empty());
}

TEST(Headers, AreEmptyForWhatIsUndefinedAndLoseControlBytes) {
    const auto snapshot = test::good(test::kLeast + R"(
[vhost."www1.domain.com".headers]
Mail = '$mail'
Name = '$cn'
)");
    EXPECT_EQ(headers(*snapshot->policy.find_host("www1.domain.com"), attributes({{"cn", "a\r\nX-Evil: 1"}})),
              (Headers{{"Mail", ""}, {"Name", "aX-Evil: 1"}}));
}

TEST(Headers, ThatCannotBeComputedAreReportedAndNotSent) {
    const auto snapshot = test::good(test::kLeast + R"(
[vhost."www1.domain.com".headers]
Long = '$cn x 100000'
Name = '$uid'
)");
    const HostPolicy& host = *snapshot->policy.find_host("www1.domain.com");
    Names names(host);
    host.headers(request("/"), attributes({{"cn", "abcdefgh"}, {"uid", "dwho"}}), kNow, names);
    EXPECT_EQ(names.sent(), std::vector<std::string>{"Name"});
    EXPECT_EQ(names.failed, std::vector<std::string>{"Long"});
}

TEST(Headers, ThatAreOptionalAreAbsentWhereTheyWouldBeEmpty) {
    const auto snapshot = test::good(test::kLeast + R"(
[vhost."www1.domain.com".headers]
Mail = { value = '$mail', optional = true }
Unit = { value = '$ou', optional = false }
Name = '$cn'
)");
    const HostPolicy* host = snapshot->policy.find_host("www1.domain.com");
    EXPECT_EQ(headers(*host, attributes({{"uid", "x"}})), (Headers{{"Unit", ""}, {"Name", ""}}));
    EXPECT_EQ(headers(*host, attributes({{"mail", "\n"}})), (Headers{{"Unit", ""}, {"Name", ""}}));
    EXPECT_EQ(headers(*host, attributes({{"mail", "a@b"}})), (Headers{{"Mail", "a@b"}, {"Unit", ""}, {"Name", ""}}));
    EXPECT_EQ(host->header_names(), (std::vector<std::string>{"Mail", "Unit", "Name"})) << "deleted from every request";
}

TEST(Headers, OfNoExpressionAreEmptyAndBytesGoAsTheyAre) {
    const auto snapshot = test::good(test::kLeast + R"(
[vhost."www1.domain.com".headers]
Nothing = ''
Name = '$cn'
)");
    EXPECT_EQ(
        headers(*snapshot->policy.find_host("www1.domain.com"), attributes({{"cn", "zo\xc3\xa9 \xe2\x82\xac \xe9"}})),
        (Headers{{"Nothing", ""}, {"Name", "zo\xc3\xa9 \xe2\x82\xac \xe9"}}));
}

TEST(IdentityHeaders, AreThoseOfAllHostsEachOnce) {
    const auto snapshot = test::good(test::kSeed + R"(
[vhost."www3.domain.com"]
[vhost."www4.domain.com".headers]
AUTH_USER = '$uid'
)");
    EXPECT_EQ(snapshot->policy.identity_headers(),
              (std::vector<std::string>{"Auth-User", "Unit", "Authorization", "Remote-IP"}));
}

TEST(Headers, ForWhichThereIsNoRoomLeftGetSomeOfTheirOwn) {
    struct Tight final : rules::HeaderSink {
        Tight(rules::ReadyHeader* first, std::span<char> room) : HeaderSink(first, room) {}
        char* more_room(std::size_t size) override { return more.emplace_back(size, 'x').data(); }
        void fail(const std::string& name, const Error&) override { ADD_FAILURE() << name; }
        std::deque<std::string> more;
    };
    const auto snapshot = test::good(test::kLeast + R"(
[vhost."www1.domain.com".headers]
A = '$uid'
B = '$cn'
C = '$ou'
D = '$mail'
)");
    std::array<rules::ReadyHeader, 4> headers{};
    std::array<char, 8> room{};
    Tight sink(headers.data(), room);
    const Attributes subject = attributes({{"uid", "123"}, {"cn", "12345"}, {"ou", "456"}, {"mail", ""}});
    snapshot->policy.find_host("www1.domain.com")->headers(request("/"), subject, kNow, sink);
    ASSERT_EQ(sink.taken().size(), 4U);
    EXPECT_STREQ(sink.taken()[0].value, "123");
    EXPECT_STREQ(sink.taken()[1].value, "12345");
    EXPECT_STREQ(sink.taken()[2].value, "456") << "what is left of the room serves those that fit";
    EXPECT_STREQ(sink.taken()[3].value, "");
    EXPECT_EQ(sink.more.size(), 2U);
}
