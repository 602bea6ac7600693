#include "registration/request.hpp"

#include <gtest/gtest.h>

#include "registration/outcome.hpp"

namespace sso::registration {
namespace {

TEST(EnrolRequest, IsAnOperatingSystemAColonAndALogon) {
    const auto request = parse_request("mac:C.Martin_2-x");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->os.text(), "mac");
    EXPECT_EQ(request->logon.text(), "C.Martin_2-x");
}

TEST(EnrolRequest, NothingIsTrimmedFoldedOrPassedOver) {
    for (const std::string_view text :
         {"",         ":",         "linux",     "linux:",         ":x",        "linux:a:b",          " linux:a",
          "linux:a ", "linux: a",  "linux:a\n", "Linux:a",        "linux2:a",  "linux:-a",           "linux:.a",
          "linux:_a", "linux:a/b", "linux:a*",  "linux:\xC3\xA9", "linux:a\\", "abcdefghijklmnopq:a"}) {
        EXPECT_FALSE(parse_request(text)) << text;
    }
    EXPECT_FALSE(parse_request(std::string_view("linux:a\0", 8)));
}

TEST(EnrolRequest, LengthsAreBounded) {
    EXPECT_TRUE(parse_request("linux:" + std::string(64, 'a')));
    EXPECT_FALSE(parse_request("linux:" + std::string(65, 'a')));
    EXPECT_TRUE(parse_request(std::string(16, 'a') + ":x"));
    EXPECT_FALSE(parse_request(std::string(1'000'000, ':')));
}

TEST(Outcome, NoRefusalBeginsLikeASuccessAndNoneEndsWithSshsOwnStatus) {
    for (const Code code :
         {Code::malformed, Code::os_refused, Code::logon_unknown, Code::host_unknown, Code::unavailable, Code::internal,
          Code::storage, Code::busy, Code::pending, Code::taken, Code::config}) {
        const std::string reply = reply_text(refuse(code, "detail"));
        EXPECT_TRUE(reply.starts_with("error: " + std::string(name(code)) + " "));
        EXPECT_EQ(reply.find("detail"), reply.npos) << "details are for the audit";
        EXPECT_TRUE(reply.ends_with(".\n")) << reply;
        EXPECT_GT(exit_status(code), 0);
        EXPECT_LT(exit_status(code), 255);
    }
    Outcome good;
    good.code = Code::success;
    good.key = "ssh-ed25519 AAAA x";
    good.url = "https://b.example.com/?host=h";
    EXPECT_EQ(reply_text(good), "success\nkey: ssh-ed25519 AAAA x\nurl: https://b.example.com/?host=h\n");
}

}  // namespace
}  // namespace sso::registration
