// The module's client for the portal over TLS. The server is a Redis: what it answers is no HTTP, but its certificate
// is one, and nothing is said to it before that has passed.
#include <gtest/gtest.h>

#include "core/credentials/portal_client.hpp"
#include "tests/support/redis_server.hpp"

namespace sso::credentials {
namespace {

struct PortalClientTls : testing::Test {
    const test::RedisServer server{test::RedisServer::Options{.tls = true}};

    ErrorCode outcome(const std::string& ca_file, const std::string& host = "127.0.0.1") const {
        const auto address = http::Url::parse("https://" + host + ":" + std::to_string(server.port()) + "/").value();
        PortalClient client(
            {address, http::Url::parse("https://auth.example.com/").value(), ca_file, std::chrono::seconds{5}});
        const auto answer = client.post("basic", "user=alice");
        EXPECT_FALSE(answer.has_value());
        return answer ? ErrorCode::internal : answer.error().code;
    }
};

TEST_F(PortalClientTls, SpeaksToWhomTheAuthorityVouchesFor) {
    EXPECT_EQ(outcome(server.authority()), ErrorCode::unavailable) << "Redis hangs up on HTTP";
}

TEST_F(PortalClientTls, SaysNothingToWhoeverHasNoGoodCertificate) {
    EXPECT_EQ(outcome(server.other_authority()), ErrorCode::refused);
    EXPECT_EQ(outcome(""), ErrorCode::refused) << "the system's authorities";
    EXPECT_EQ(outcome(server.authority(), "localhost"), ErrorCode::refused) << "another host's certificate";
}

TEST_F(PortalClientTls, NamesAnAuthorityThatIsNotThere) {
    EXPECT_EQ(outcome(server.authority().string() + ".gone"), ErrorCode::invalid);
}

}  // namespace
}  // namespace sso::credentials
