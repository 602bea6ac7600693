#include "core/http/html.hpp"

#include <gtest/gtest.h>

#include "core/base/text.hpp"

namespace sso::http {
namespace {

TEST(Html, TextBringsNoTag) {
    EXPECT_EQ(html::text("<b a='1' c=\"2\">&amp;"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
    EXPECT_EQ(html::text("h\xC3\xA9\n"), "h\xC3\xA9\n");
    EXPECT_EQ(html::text(std::string_view("a\0b", 3)),
              "a\xEF\xBF\xBD"
              "b");
}

TEST(Html, AnAttributeStaysInItsQuotes) {
    EXPECT_EQ(html::attribute("a\" onclick='x' `\n\t"), "a&quot; onclick=&#39;x&#39; &#96;&#10;&#9;");
}

TEST(Html, AnAddressIsOfTheWebOrOurOwn) {
    EXPECT_EQ(html::url("http://a.test/?a=1&b=2"), "http://a.test/?a=1&amp;b=2");
    EXPECT_EQ(html::url("https://a.test"), "https://a.test");
    EXPECT_EQ(html::url("/path?x=1#y"), "/path?x=1#y");
    EXPECT_EQ(html::url("/"), "/");
    for (const auto* bad :
         {"", "javascript:alert(1)", "data:text/html,x", "//evil.test/", "/\\evil.test/", "/\t/evil.test", "relative",
          "?q", "#f", " /x", "http://a.test@evil.test/", "JaVaScRiPt:x", "/x\ny"}) {
        EXPECT_EQ(html::url(bad), "#") << printable(bad);
    }
}

}  // namespace
}  // namespace sso::http
