#include "core/http/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace sso::http {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

/// A body that comes in pieces of at most `piece` bytes.
BodyReader body_of(std::string text, std::size_t piece = 7) {
    return [text = std::move(text), piece, at = std::size_t{0}](char* into, std::size_t count) mutable {
        const std::size_t size = std::min({count, piece, text.size() - at});
        std::memcpy(into, text.data() + at, size);
        at += size;
        return size;
    };
}

TEST(Message, ARequestIsReadFromItsVariables) {
    const auto request = read_request(Variables{{"REQUEST_METHOD", "POST"},
                                                {"PATH_INFO", "/a//./b/"},
                                                {"QUERY_STRING", "x=1&y=%20"},
                                                {"CONTENT_LENGTH", "13"},
                                                {"CONTENT_TYPE", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"},
                                                {"HTTP_ACCEPT_LANGUAGE", "fr"},
                                                {"HTTPS", "on"}},
                                      body_of("user=a&b=%63c and more"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->path, "/a/b/");
    EXPECT_EQ(request->body, "user=a&b=%63c") << "no more than announced";
    EXPECT_EQ(request->header("Accept-Language"), "fr");
    EXPECT_EQ(request->header("content-length"), "13");
    EXPECT_EQ(request->header("Cookie"), std::nullopt);
    EXPECT_TRUE(request->is_https());
    EXPECT_EQ(*request->query_form()->find("y"), " ");
    EXPECT_EQ(*request->body_form()->find("b"), "cc");
}

TEST(Message, ARequestWithoutPathOrBodyIsForTheRoot) {
    const auto request = read_request(Variables{{"REQUEST_METHOD", "GET"}}, body_of("not ours"));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->path, "/");
    EXPECT_EQ(request->body, "");
    EXPECT_FALSE(request->is_https());
    EXPECT_EQ(request->body_form().error().code, ErrorCode::invalid);
}

TEST(Message, ABodyOfUnknownLengthIsReadToItsEnd) {
    const Variables chunked{{"REQUEST_METHOD", "POST"}, {"HTTP_TRANSFER_ENCODING", "chunked"}};
    EXPECT_EQ(read_request(chunked, body_of("abc", 1))->body, "abc");
    EXPECT_EQ(read_request(chunked, body_of(std::string(kBodyLimit, 'x'), 4096))->body.size(), kBodyLimit);
    EXPECT_EQ(read_request(chunked, body_of(std::string(kBodyLimit + 1, 'x'), 4096)).error().code, ErrorCode::limit);
}

TEST(Message, WhatIsMalformedIsRefused) {
    const auto code = [](Variables variables, const BodyReader& body) {
        variables.emplace("REQUEST_METHOD", "POST");
        const auto request = read_request(std::move(variables), body);
        return request ? std::optional<ErrorCode>() : request.error().code;
    };
    EXPECT_EQ(code({{"CONTENT_LENGTH", "65537"}}, body_of("")), ErrorCode::limit);
    EXPECT_EQ(code({{"CONTENT_LENGTH", "99999999999999999999999"}}, body_of("")), ErrorCode::limit);
    EXPECT_EQ(code({{"CONTENT_LENGTH", "-1"}}, body_of("")), ErrorCode::invalid);
    EXPECT_EQ(code({{"CONTENT_LENGTH", "3x"}}, body_of("abc")), ErrorCode::invalid);
    EXPECT_EQ(code({{"CONTENT_LENGTH", "4"}}, body_of("abc")), ErrorCode::invalid) << "ended early";
    EXPECT_EQ(code({{"PATH_INFO", "/a\nb"}}, body_of("")), ErrorCode::invalid);
    EXPECT_EQ(code({{"PATH_INFO", "/../a"}}, body_of("")), ErrorCode::invalid);
    EXPECT_EQ(code({{"REQUEST_METHOD", "get"}}, body_of("")), ErrorCode::invalid);
    EXPECT_EQ(code({{"REQUEST_METHOD", ""}}, body_of("")), ErrorCode::invalid);
    EXPECT_EQ(code({{"REQUEST_METHOD", "GET /"}}, body_of("")), ErrorCode::invalid);
    EXPECT_EQ(code({{"CONTENT_LENGTH", "65536"}}, body_of(std::string(kBodyLimit, 'x'), 65'536)), std::nullopt);
}

TEST(Message, AResponseIsWrittenAsCgiWantsIt) {
    Response response;
    response.status = 303;
    response.header("Location", "http://a.test/\r\nSet-Cookie: evil=1").header("Cache-Control", "no-store");
    response.body = "body";
    EXPECT_EQ(
        to_cgi(response, "GET"),
        "Status: 303 See Other\r\nLocation: http://a.test/Set-Cookie: evil=1\r\nCache-Control: no-store\r\n\r\nbody");
    EXPECT_EQ(to_cgi(response, "HEAD").find("body"), std::string::npos);
    response.status = 204;
    EXPECT_EQ(to_cgi(response, "GET").find("body"), std::string::npos);
}

TEST(Message, AStatusHasItsReason) {
    EXPECT_EQ(reason(413), "Content Too Large");
    EXPECT_EQ(reason(299), "Unknown");
}

}  // namespace
}  // namespace sso::http
