#include "core/http/described_request.hpp"

#include <gtest/gtest.h>

namespace sso::http {
namespace {

DescriptionHeaders forwarded() {
    DescriptionHeaders headers;
    headers.forwarded_method = "POST";
    headers.forwarded_uri = "/a%20b?c=d";
    headers.forwarded_host = "App.Example.com:8443";
    headers.forwarded_proto = "https";
    return headers;
}

DescriptionHeaders original(std::string_view url) {
    DescriptionHeaders headers;
    headers.original_url = url;
    return headers;
}

TEST(DescribedRequest, IsReadFromAnOriginalUrl) {
    auto headers = original("http://App.Example.com:8080/a%20b?c=d");
    headers.original_method = "PUT";
    const auto request = parse_description(headers);
    ASSERT_TRUE(request) << request.error().detail;
    EXPECT_EQ(request->by, DescribedRequest::By::original_url);
    EXPECT_EQ(request->method, "PUT");
    EXPECT_EQ(request->scheme, "http");
    EXPECT_EQ(request->host, "app.example.com");
    EXPECT_EQ(request->target, "/a%20b?c=d");
    EXPECT_FALSE(request->address);
}

TEST(DescribedRequest, IsReadFromForwardedHeaders) {
    const auto request = parse_description(forwarded());
    ASSERT_TRUE(request) << request.error().detail;
    EXPECT_EQ(request->by, DescribedRequest::By::forwarded);
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->scheme, "https");
    EXPECT_EQ(request->host, "app.example.com");
    EXPECT_EQ(request->target, "/a%20b?c=d");
}

TEST(DescribedRequest, KeepsTheTargetAsTheClientSentIt) {
    for (const std::string target : {"/", "/%2e%2e/x", "//x", "/a|b\"<>", "/\xC3\xA9", "/?", "/?a?b", "/x://y/"}) {
        const auto request = parse_description(original("https://app.test" + target));
        ASSERT_TRUE(request) << target << ": " << request.error().detail;
        EXPECT_EQ(request->target, target);
    }
}

TEST(DescribedRequest, IsOfOneKind) {
    auto headers = forwarded();
    headers.original_url = "https://app.example.com/";
    EXPECT_FALSE(parse_description(headers));
    headers = original("https://app.example.com/");
    headers.forwarded_uri = "/";
    EXPECT_FALSE(parse_description(headers));
    EXPECT_FALSE(parse_description({}));
}

TEST(DescribedRequest, HasEveryPart) {
    for (const auto part : {&DescriptionHeaders::forwarded_method, &DescriptionHeaders::forwarded_uri,
                            &DescriptionHeaders::forwarded_host, &DescriptionHeaders::forwarded_proto}) {
        for (const std::optional<std::string_view> less : {std::optional<std::string_view>(), {""}}) {
            auto headers = forwarded();
            headers.*part = less;
            EXPECT_FALSE(parse_description(headers));
        }
    }
}

TEST(DescribedRequest, TakesTheLastAddressOfAChain) {
    auto headers = forwarded();
    for (const auto& [chain, address] : {std::pair{"192.0.2.1", "192.0.2.1"},
                                         {"198.51.100.1,192.0.2.1", "192.0.2.1"},
                                         {"unknown, 2001:db8::1", "2001:db8::1"},
                                         {" 192.0.2.1\t", "192.0.2.1"}}) {
        headers.forwarded_for = chain;
        const auto request = parse_description(headers);
        ASSERT_TRUE(request) << chain;
        EXPECT_EQ(request->address, address);
    }
    for (const auto* chain : {"", ",", "192.0.2.1,", "192.0.2.1:80", "[2001:db8::1]", "192.0.2.256", "localhost"}) {
        headers.forwarded_for = chain;
        EXPECT_FALSE(parse_description(headers)) << chain;
    }
}

}  // namespace
}  // namespace sso::http
