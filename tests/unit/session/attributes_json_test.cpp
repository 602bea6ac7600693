#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/session/attributes_json.hpp"
#include "core/session/session.hpp"

namespace sso::session {
namespace {

Attributes one(AttributeValue value) {
    Attributes attributes;
    attributes.set("a", std::move(value));
    return attributes;
}

/// What stands under "a" after reading `json` there.
AttributeValue read(std::string_view json) {
    const auto attributes = parse_attributes("{\"a\":" + std::string(json) + "}");
    EXPECT_TRUE(attributes) << json << ": " << (attributes ? "" : attributes.error().detail);
    return attributes ? *attributes->find("a") : AttributeValue();
}

TEST(AttributesJson, WritesEachKindOfValue) {
    Attributes attributes;
    attributes.set("uid", "dwho");
    attributes.set("n", std::int64_t{-7});
    attributes.set("x", 1.5);
    attributes.set("whole", 2.0);
    attributes.set("none", AttributeValue());
    attributes.set("list", AttributeValue::List{"a", std::int64_t{1}});
    attributes.set("members", one("v"));
    EXPECT_EQ(to_json(attributes),
              R"({"list":["a",1],"members":{"a":"v"},"n":-7,"none":null,"uid":"dwho","whole":2.0,"x":1.5})");
    EXPECT_EQ(to_json(Attributes()), "{}");
}

TEST(AttributesJson, ReadsBackWhatItWrites) {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    const AttributeValue values[] = {
        AttributeValue(),
        "",
        "é 漢 \xF0\x9F\x98\x80",
        every_byte,
        "\xE9t\xE9",     // Latin-1
        "\xC3",          // half a character
        "\xED\xB3\xBF",  // a surrogate in UTF-8
        "\xC0\x80",      // overlong
        "\\udce9",       // looks like our escape
        "\"\\/\b\f\n\r\t\x7f\x01",
        std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min(),
        0.1,
        -0.0,
        1e300,
        std::numeric_limits<double>::denorm_min() * 1e10,
        AttributeValue::List{},
        AttributeValue::List{AttributeValue::List{}, Attributes()},
        one(one("deep")),
    };
    for (const AttributeValue& value : values) {
        const std::string json = to_json(one(value));
        const auto back = parse_attributes(json);
        ASSERT_TRUE(back) << json;
        EXPECT_TRUE(*back == one(value)) << json;
    }
}

TEST(AttributesJson, WritesTextThatOthersCanRead) {
    EXPECT_EQ(to_json(one("\xC3\xA9\xE9")), "{\"a\":\"\xC3\xA9\\udce9\"}");
    EXPECT_EQ(to_json(one("\n\x7f\"\\")), R"({"a":"\u000a\u007f\"\\"})");
    EXPECT_EQ(to_json(one(std::nan(""))), R"({"a":null})");
    EXPECT_EQ(to_json(one(std::numeric_limits<double>::infinity())), R"({"a":null})");
}

TEST(AttributesJson, SeesWhatATextMustNotHoldWhereverItStands) {
    for (std::size_t before = 0; before <= 40; ++before) {
        for (int byte = 0; byte < 256; ++byte) {
            const std::string text = std::string(before, 'x') + static_cast<char>(byte) + std::string(40 - before, 'y');
            const auto read = parse_attributes("{\"a\":\"" + text + "\"}");
            const bool is_plain = byte >= 0x20 && byte != '"' && byte != '\\';
            ASSERT_EQ(read.has_value(), is_plain) << byte << " behind " << before;
            if (is_plain) {
                ASSERT_EQ(*read, one(text)) << byte << " behind " << before;
            }
        }
    }
}

TEST(AttributesJson, ReadsRawBytesAsLemonLdapWritesThem) {
    EXPECT_EQ(read("\"\xE9t\xE9\""), "\xE9t\xE9");
}

TEST(AttributesJson, ReadsEveryEscape) {
    EXPECT_EQ(read(R"("\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00\u0000")"),
              std::string("\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\0", 18));
}

TEST(AttributesJson, ReadsNumbersAsIntegersWhereTheyAre) {
    EXPECT_EQ(read("0"), std::int64_t{0});
    EXPECT_EQ(read("-12"), std::int64_t{-12});
    EXPECT_EQ(read("12345678901234567890"), 12345678901234567890.0);
    EXPECT_EQ(read("1.0"), 1.0);
    EXPECT_EQ(read("2E+2"), 200.0);
    EXPECT_EQ(read("true"), std::int64_t{1});
    EXPECT_EQ(read("false"), std::int64_t{0});
    EXPECT_EQ(read(" null "), AttributeValue());
}

TEST(AttributesJson, KeepsTheLastOfEqualNames) {
    EXPECT_EQ(to_json(parse_attributes(R"({"b":1,"a":2,"b":3})").value()), R"({"a":2,"b":3})");
}

TEST(AttributesJson, ReadsTheSameInWhateverOrderTheNamesCome) {
    constexpr std::string_view kWritten = R"({"a":1,"b":2,"c":{"x":3,"y":4},"d":5})";
    for (const std::string_view json : {kWritten, std::string_view(R"({"d":5,"c":{"y":4,"x":3},"b":2,"a":1})"),
                                        std::string_view(R"({"b":9,"c":0,"a":1,"c":{"x":3,"x":3,"y":4},"d":5,"b":2})"),
                                        std::string_view(R"({"a":0,"a":1,"b":2,"d":5,"c":{"x":0,"y":4,"x":3}})"),
                                        std::string_view(R"({"":0,"a":1,"b":2,"":0,"c":{"x":3,"y":4},"d":5,"":0})")}) {
        auto attributes = parse_attributes(json);
        ASSERT_TRUE(attributes) << json;
        attributes->erase("");
        EXPECT_EQ(to_json(*attributes), kWritten) << json;
    }
}

TEST(AttributesJson, RefusesWhatIsNotOneObject) {
    for (const char* bad : {"",
                            "[]",
                            "\"a\"",
                            "1",
                            "{",
                            "{}}",
                            "{} x",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{\"a\":1,}",
                            "{a:1}",
                            "{'a':1}",
                            "{\"a\":01}",
                            "{\"a\":+1}",
                            "{\"a\":1.}",
                            "{\"a\":.5}",
                            "{\"a\":1e}",
                            "{\"a\":-}",
                            "{\"a\":[1,]}",
                            "{\"a\":[1 2]}",
                            "{\"a\":\"\n\"}",
                            "{\"a\":\"\\x\"}",
                            "{\"a\":\"\\u12\"}",
                            "{\"a\":\"\\u12g4\"}",
                            "{\"a\":\"\\ud800\"}",
                            "{\"a\":\"\\ud800\\u0041\"}",
                            "{\"a\":\"\\udc00\"}",
                            "{\"a\":\"x}",
                            "{\"a\":\"\\",
                            "{\"a\":nul}",
                            "{\"a\":1e999}",
                            "{\"a\":NaN}",

                            "\xEF\xBB\xBF{}"}) {
        const auto read = parse_attributes(bad);
        ASSERT_FALSE(read) << bad;
        EXPECT_EQ(read.error().code, ErrorCode::invalid);
    }
    EXPECT_FALSE(parse_attributes(std::string_view("{}\0", 3)));
}

TEST(AttributesJson, IsBoundedInDepthInCountAndInLength) {
    const auto nested = [](std::size_t levels) {
        return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
    };
    EXPECT_TRUE(parse_attributes(nested(16)));
    EXPECT_FALSE(parse_attributes(nested(17)));
    EXPECT_FALSE(parse_attributes(nested(500'000)));

    const auto many = [](std::size_t count) {
        std::string json = "{\"a\":[0";
        for (std::size_t i = 0; i < count - 2; ++i) json += ",0";
        return json + "]}";
    };
    EXPECT_TRUE(parse_attributes(many(65'536)));
    EXPECT_FALSE(parse_attributes(many(65'537)));

    EXPECT_TRUE(parse_attributes("{\"a\":\"" + std::string(1'048'568, 'x') + "\"}"));
    EXPECT_FALSE(parse_attributes("{\"a\":\"" + std::string(1'048'569, 'x') + "\"}"));
}

TEST(AttributesJson, ReadsTextsOfEveryLengthUpToTheirEnd) {
    for (std::size_t length = 0; length < 40; ++length) {
        for (const char* end : {"\"", "\\\"\"", "\\u0001\"", "\x01\"", "\xFF\"", "\x7F\""}) {
            const std::string_view written(end);
            const std::string plain(length, 'x');
            const auto value = parse_attributes("{\"a\":\"" + plain + end + "}");
            ASSERT_EQ(value.has_value(), written[0] != '\x01') << length;  // JSON has no control character in a text
            if (!value) continue;
            const std::string rest = written == "\\\"\""      ? "\""
                                     : written == "\\u0001\"" ? "\x01"
                                                              : std::string(written.substr(0, written.size() - 1));
            EXPECT_EQ(*value->find("a")->text(), plain + rest) << length;
        }
    }
}

TEST(JsonMembers, AreTheSameAsTheAttributesThatAreRead) {
    for (const char* json :
         {"{}", R"({"a":"x","b":"y"})", R"({"b":"1","a":"2","b":"3","a":"4","c":[1]})", R"({"a":[1],"a":"x","a":null})",
          R"({"":"","a\u0062":"c","ab":"\"","n":{"m":"o"},"t":true})"}) {
        const auto attributes = parse_attributes(json);
        const auto members = JsonMembers::parse(json);
        ASSERT_TRUE(attributes && members) << json;
        Attributes same;
        for (const auto& [name, text, other] : members->all())
            same.set(name, other != nullptr ? *other : AttributeValue(text));
        EXPECT_EQ(same, *attributes) << json;
        EXPECT_EQ(same.size(), members->all().size()) << json;
    }
    EXPECT_EQ(JsonMembers::parse("{\"a\":}").error().code, ErrorCode::invalid);
}

TEST(JsonMembers, AreSetAmongTheOthers) {
    auto members = JsonMembers::parse(R"({"b":"1","d":[2]})").value();
    for (const char* name : {"a", "c", "e", "d"}) members.set(name, "new");
    std::string all;
    for (const auto& [name, text, other] : members.all()) all += std::string(name) + "=" + std::string(text) + " ";
    EXPECT_EQ(all, "a=new b=1 c=new d=new e=new ");
    EXPECT_EQ(members.all()[3].other, nullptr);
}

}  // namespace
}  // namespace sso::session
