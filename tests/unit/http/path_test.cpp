#include "core/http/path.hpp"

#include <gtest/gtest.h>

#include "core/base/text.hpp"
#include "tests/support/allocations.hpp"

namespace sso::http {
namespace {

struct Case {
    std::string_view raw;
    std::string_view canonical;
};

TEST(CanonicalPath, IsWhatHttpdMakesOfIt) {
    for (const auto& [raw, canonical] : {
             Case{"/", "/"},
             Case{"/a/b", "/a/b"},
             Case{"/a/b/", "/a/b/"},
             Case{"//a///b//", "/a/b/"},
             Case{"/a/./b/.", "/a/b/"},
             Case{"/a/../b", "/b"},
             Case{"/a/b/..", "/a/"},
             Case{"/a//../b", "/b"},
             Case{"/a/..", "/"},
             Case{"/%61%2e%2E/b", "/a../b"},
             Case{"/x/%2e%2e/b", "/b"},
             Case{"/x/.%2e/b", "/b"},
             Case{"/.../a..b/.c", "/.../a..b/.c"},
             Case{"/a;v=1/...;/b.;", "/a;v=1/...;/b.;"},
             Case{"/%252e%252e/", "/%2e%2e/"},
             Case{"/%3Fa%23b%20c%25", "/?a#b c%"},
             Case{"/caf%C3%A9", "/caf\xC3\xA9"},
             Case{"/caf%E9/", "/caf\xE9/"},
             Case{"/a:b@c!$&'()*+,=", "/a:b@c!$&'()*+,="},
         }) {
        const auto path = canonical_path(raw);
        ASSERT_TRUE(path) << raw;
        EXPECT_EQ(*path, canonical) << raw;
    }
}

TEST(CanonicalPath, RefusesWhatNoRuleMayBeAskedAbout) {
    using namespace std::string_view_literals;
    for (const auto bad : {""sv,         "*"sv,          "a/b"sv,           "http://h/a"sv,
                           "/a\0b"sv,    "/a%00"sv,      "/a%0ab"sv,        "/a\nb"sv,
                           "/a%7f"sv,    "/%1f"sv,       "/a%2fb"sv,        "/a%2Fb"sv,
                           "/a%5cb"sv,   "/a%5Cb"sv,     "/a\\b"sv,         "/%"sv,
                           "/%4"sv,      "/%zz"sv,       "/%u0061"sv,       "/.."sv,
                           "/../a"sv,    "/a/../../b"sv, "/%2e%2e/a"sv,     "/a//../../b"sv,
                           "/a?b"sv,     "/a#b"sv,       "/%c0%afb"sv,      "/\xC0\xAF"sv,
                           "/%c1%9c"sv,  "/%e0%80%af"sv, "/%c0%ae."sv,      "/%f0%80%80%af"sv,
                           "/a/..;/b"sv, "/.;x/b"sv,     "/a/%2e%2e%3bx"sv, "/a b"sv}) {
        EXPECT_FALSE(canonical_path(bad)) << printable(bad);
    }
}

TEST(CanonicalPath, EncodedSlashesStayAsWrittenWhereTheyAreKept) {
    EXPECT_EQ(canonical_path("/a%2Fb/%2f..", true), "/a%2Fb/%2f..");
    EXPECT_EQ(canonical_path("/a%5cb", true), "/a\\b");
    EXPECT_FALSE(canonical_path("/a\\b", true)) << "a plain one is no browser's";
    EXPECT_FALSE(canonical_path("/a%00", true));
}

TEST(CanonicalPath, AFlawIsFoundWithoutAllocating) {
    std::string_view none;
    std::string_view flaw;
    EXPECT_EQ(test::allocations_during([&] {
                  none = path_flaw("/a/long/enough/path/that/no/small/string/could/hold/%20/x");
                  flaw = path_flaw("/a/long/enough/path/that/no/small/string/could/hold/%0a");
              }),
              0U);
    EXPECT_EQ(none, "");
    EXPECT_EQ(flaw, "control byte in path");
}

TEST(CanonicalPath, AnOrdinaryPathIsReadAlikeByEverybody) {
    for (const std::string path : {"/", "/a", "/a/", "/a/b.html", "/a..b/c.", "/~u/x", "/a/b-c_d~e!$&'()*+,=:@/f"}) {
        EXPECT_TRUE(is_ordinary_path(path)) << path;
        EXPECT_EQ(path_flaw(path), "") << path;
        EXPECT_EQ(canonical_path(path), path);
        EXPECT_EQ(canonical_decoded_path(path), path);
    }
    for (const auto* odd : {"",      "a",     "a/b",    "//",      "//a",   "/a//b",     "/a//",       "/.",   "/..",
                            "/./a",  "/../a", "/a/./b", "/a/../b", "/a/.",  "/a/..",     "/.htaccess", "/a;b", "/a%20b",
                            "/a\\b", "/a?b",  "/a#b",   "/a b",    "/a\nb", "/\xC3\xA9", "/a\x7F"}) {
        EXPECT_FALSE(is_ordinary_path(odd)) << printable(odd);
    }
}

TEST(CanonicalPath, AnOrdinaryPathHasNoOddByteWhereverItStands) {
    const auto is_ordinary = [](std::string_view path) {  // byte by byte, what it means
        char previous = '\0';
        for (const char c : path) {
            constexpr std::string_view kMarks = "-._~/!$&'()*+,=:@";
            const bool is_slash_or_dot = c == '/' || c == '.';
            const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  kMarks.find(c) != kMarks.npos;
            if (!is_plain) return false;
            if (previous == '/' && is_slash_or_dot) return false;
            previous = c;
        }
        return true;
    };
    for (std::size_t size = 1; size <= 40; ++size) {
        for (std::size_t at = 1; at < size; ++at) {
            for (unsigned byte = 0; byte < 256; ++byte) {
                std::string path(size, 'a');
                path[0] = '/';
                path[at] = static_cast<char>(byte);
                ASSERT_EQ(is_ordinary_path(path), is_ordinary(path)) << printable(path);
                path[at - 1] = '/';
                ASSERT_EQ(is_ordinary_path(path), is_ordinary(path)) << printable(path);
            }
        }
    }
}

TEST(CanonicalPath, ADecodedPathIsNotDecodedAgain) {
    EXPECT_EQ(canonical_decoded_path("/a//%2e%2e/./b"), "/a/%2e%2e/b");
    EXPECT_EQ(canonical_decoded_path("/a/?x"), "/a/?x");
    for (const auto* bad : {"", "a", "/a\nb", "/a\\b", "/..", "/\xC0\xAF"}) {
        EXPECT_FALSE(canonical_decoded_path(bad)) << printable(bad);
    }
}

}  // namespace
}  // namespace sso::http
