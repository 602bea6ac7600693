#include "core/redis/uri.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace sso::redis {
namespace {

ServerUri parsed(std::string_view text) {
    auto uri = ServerUri::parse(text);
    EXPECT_TRUE(uri.has_value()) << text << ": " << (uri ? "" : uri.error().detail);
    return uri ? std::move(*uri) : ServerUri{};
}

TEST(RedisUri, TakesHostPortAndDatabase) {
    const auto uri = parsed("redis://redis1.example.com:7000/3");
    EXPECT_EQ(uri.endpoint.host, "redis1.example.com");
    EXPECT_EQ(uri.endpoint.port, 7000);
    EXPECT_EQ(uri.database, 3u);
    EXPECT_FALSE(uri.tls);
    EXPECT_TRUE(uri.password.empty());
    EXPECT_EQ(uri.endpoint.text(), "redis1.example.com:7000");
}

TEST(RedisUri, PortAndDatabaseMayBeLeftOut) {
    for (const auto* text : {"redis://h", "redis://h/", "redis://h/0", "redis://H:6379"}) {
        const auto uri = parsed(text);
        EXPECT_EQ(uri.endpoint.text(), "h:6379") << text;
        EXPECT_EQ(uri.database, 0u) << text;
    }
}

TEST(RedisUri, TakesAnIpv6AddressInBrackets) {
    const auto uri = parsed("redis://[::1]:7001/1");
    EXPECT_EQ(uri.endpoint.host, "::1");
    EXPECT_EQ(uri.endpoint.text(), "[::1]:7001");
}

TEST(RedisUri, DecodesUserAndPassword) {
    const auto uri = parsed("redis://s%73o:p%40ss%2Fw%3A%25@h");
    EXPECT_EQ(uri.user, "sso");
    EXPECT_EQ(uri.password.reveal(), "p@ss/w:%");
    const auto alone = parsed("rediss://:secret@h");
    EXPECT_EQ(alone.user, "");
    EXPECT_EQ(alone.password.reveal(), "secret");
    const auto from_file = parsed("redis://sso@h");
    EXPECT_EQ(from_file.user, "sso");
    EXPECT_TRUE(from_file.password.empty());
}

TEST(RedisUri, TlsTakesCertificateFiles) {
    const auto uri = parsed("rediss://h:6380/0?ca=/etc/ca%20x.pem&cert=/c.pem&key=/k.pem");
    EXPECT_TRUE(uri.tls);
    EXPECT_EQ(uri.tls_files.ca_file, "/etc/ca x.pem");
    EXPECT_EQ(uri.tls_files.certificate_file, "/c.pem");
    EXPECT_EQ(uri.tls_files.key_file, "/k.pem");
}

TEST(RedisUri, TakesTheFileNameOfAUnixSocket) {
    const auto uri = parsed("redis+unix://:secret@/run/redis/redis.sock?db=2");
    EXPECT_EQ(uri.endpoint.host, "");
    EXPECT_EQ(uri.endpoint.socket_path, "/run/redis/redis.sock");
    EXPECT_EQ(uri.password.reveal(), "secret");
    EXPECT_EQ(uri.database, 2u);
    EXPECT_EQ(uri.endpoint.text(), "unix:/run/redis/redis.sock");
}

TEST(RedisUri, RefusesWhatIsBrokenAndQuotesNoneOfIt) {
    const std::string long_socket = "redis+unix:///hunter2" + std::string(100, 'x');
    const std::string long_host = "redis://hunter2" + std::string(260, 'x');
    const std::string too_long = "redis://hunter2/" + std::string(5000, '0');
    for (const std::string_view text : {std::string_view("hunter2"),
                                        std::string_view("http://hunter2"),
                                        std::string_view("redis:hunter2"),
                                        std::string_view("redis+sentinel://hunter2"),
                                        std::string_view("redis://"),
                                        std::string_view("redis:///0"),
                                        std::string_view("redis://@hunter2"),
                                        std::string_view("redis://u:@h"),
                                        std::string_view("redis://u:hunter2@"),
                                        std::string_view("redis://u:hunter2@@h"),
                                        std::string_view("redis://u:hun/ter2@h"),
                                        std::string_view("redis://u:hun?ter2@h"),
                                        std::string_view("redis://u:hun#ter2@h"),
                                        std::string_view("redis://u:hun:ter2@h"),
                                        std::string_view("redis://u:%zzhunter2@h"),
                                        std::string_view("redis://u:hunter2"),
                                        std::string_view("redis://hunter2:0"),
                                        std::string_view("redis://hunter2:65536"),
                                        std::string_view("redis://hunter2:"),
                                        std::string_view("redis://hunter2:+1"),
                                        std::string_view("redis://h/hunter2"),
                                        std::string_view("redis://h/0/hunter2"),
                                        std::string_view("redis://h/-1"),
                                        std::string_view("redis://h/1000001"),
                                        std::string_view("redis://h?hunter2=1"),
                                        std::string_view("redis://h?ca=/hunter2"),
                                        std::string_view("rediss://h?ca=hunter2"),
                                        std::string_view("rediss://h?ca="),
                                        std::string_view("rediss://h?cert=/hunter2"),
                                        std::string_view("rediss://h?ca=/a%00hunter2"),
                                        std::string_view("redis://[::1hunter2"),
                                        std::string_view("redis://[hunter2]"),
                                        std::string_view("redis://[::1]hunter2"),
                                        std::string_view("redis://a b"),
                                        std::string_view("redis://hunter2\n"),
                                        std::string_view("redis://hunter2\0h", 18),
                                        std::string_view("redis+unix://hunter2"),
                                        std::string_view("redis+unix://%00/hunter2"),
                                        std::string_view("redis+unix:///s?db=hunter2"),
                                        std::string_view("redis://hünter2"),
                                        std::string_view(long_socket),
                                        std::string_view(long_host),
                                        std::string_view(too_long)}) {
        const auto uri = ServerUri::parse(text);
        ASSERT_FALSE(uri.has_value()) << text;
        EXPECT_EQ(uri.error().code, ErrorCode::invalid);
        EXPECT_EQ(uri.error().detail.find("hun"), std::string::npos) << uri.error().detail;
        EXPECT_EQ(uri.error().detail.find("ter2"), std::string::npos) << uri.error().detail;
    }
}

TEST(RedisUri, IsKnownByItsScheme) {
    EXPECT_TRUE(is_redis_uri("redis://h"));
    EXPECT_TRUE(is_redis_uri("rediss://"));
    EXPECT_TRUE(is_redis_uri("redis+unix:///s"));
    EXPECT_FALSE(is_redis_uri("lmdb:/x"));
    EXPECT_FALSE(is_redis_uri("redis+sentinel://h"));
}

}  // namespace
}  // namespace sso::redis
