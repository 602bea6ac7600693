#include "core/http/form.hpp"

#include <gtest/gtest.h>

#include "core/base/text.hpp"

namespace sso::http {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(Form, FieldsKeepTheirOrder) {
    const auto form = Form::parse("user=d+w%68o&password=a%26b%3D%2B&&empty=&bare&user=second&x=a=b");
    ASSERT_TRUE(form);
    EXPECT_EQ(
        form->fields(),
        (Fields{
            {"user", "d who"}, {"password", "a&b=+"}, {"empty", ""}, {"bare", ""}, {"user", "second"}, {"x", "a=b"}}));
    ASSERT_NE(form->find("user"), nullptr);
    EXPECT_EQ(*form->find("user"), "d who") << "the first one";
    EXPECT_EQ(form->find("User"), nullptr);
    EXPECT_TRUE(Form::parse("")->fields().empty());
}

TEST(Form, MalformedTextIsRefusedWhole) {
    for (const auto* bad : {"a=%", "a=%4", "a=%zz", "%=a", "a=%00", "a=%ff", "a=%c0%af", "a=\xFF", "a=%ed%a0%80"}) {
        const auto form = Form::parse(bad);
        ASSERT_FALSE(form) << printable(bad);
        EXPECT_EQ(form.error().code, ErrorCode::invalid);
    }
}

TEST(Form, ARefusalDoesNotShowTheValue) {
    const auto form = Form::parse("user=a&password=hunter2%");
    ASSERT_FALSE(form);
    EXPECT_EQ(form.error().detail.find("hunter2"), std::string::npos);
    EXPECT_NE(form.error().detail.find("field 2"), std::string::npos) << form.error().detail;
}

TEST(Form, SizeAndCountAreBounded) {
    EXPECT_TRUE(Form::parse("a=" + std::string(65'534, 'x')));
    EXPECT_EQ(Form::parse("a=" + std::string(65'535, 'x')).error().code, ErrorCode::limit);
    std::string many;
    for (int i = 0; i < 100; ++i) many += "a=1&";
    EXPECT_TRUE(Form::parse(many));
    EXPECT_EQ(Form::parse(many + "a=1").error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace sso::http
