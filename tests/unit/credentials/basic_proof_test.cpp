#include "core/credentials/basic_proof.hpp"

#include <gtest/gtest.h>

#include "core/http/url.hpp"
#include "tests/unit/credentials/site_keys.hpp"

namespace sso::credentials {
namespace {

constexpr SysSeconds kNow{std::chrono::seconds{1'800'000'000}};

BasicQuestion question(std::string user = "alice", std::string password = "a:b&c=é") {
    return {std::move(user), Secret(std::move(password)), "192.0.2.1", "a script/1.0", {}};
}

std::string form_of(const BasicQuestion& asked, const std::string& letters = "a", SysSeconds now = kNow) {
    return std::string(BasicProof(site_key(letters)).form(asked, now).reveal());
}

Result<BasicQuestion> read(const std::string& form, const std::string& letters = "a", SysSeconds now = kNow) {
    return http::Form::parse(form).and_then(
        [&](const http::Form& fields) { return BasicProof(site_key(letters)).read(fields, now); });
}

ErrorCode refusal(const std::string& form, const std::string& letters = "a", SysSeconds now = kNow) {
    const auto asked = read(form, letters, now);
    EXPECT_FALSE(asked.has_value());
    return asked ? ErrorCode::internal : asked.error().code;
}

/// The form with the value of one field replaced.
std::string with(std::string form, const std::string& field, std::string_view value) {
    const auto start = form.find(field + "=") + field.size() + 1;
    const auto end = std::min(form.find('&', start), form.size());
    return form.replace(start, end - start, http::percent_encode(value));
}

TEST(BasicProof, CarriesTheQuestionToWhoeverHasTheSiteKey) {
    const auto asked = read(form_of(question()));
    ASSERT_TRUE(asked.has_value()) << asked.error().detail;
    EXPECT_EQ(asked->user, "alice");
    EXPECT_EQ(asked->password.reveal(), "a:b&c=é");
    EXPECT_EQ(asked->address, "192.0.2.1");
    EXPECT_EQ(asked->user_agent, "a script/1.0");
}

TEST(BasicProof, FitsNoOtherQuestion) {
    const std::string form = form_of(question());
    for (const char* field : {"user", "password", "address", "user_agent", "once", "proof"}) {
        EXPECT_EQ(refusal(with(form, field, "other")), ErrorCode::refused) << field;
    }
    EXPECT_EQ(refusal(with(form, "time", std::to_string(kNow.time_since_epoch().count() + 1))), ErrorCode::refused);
    // the border between two fields cannot be moved
    const std::string moved = with(with(form_of(question("ab", "c")), "user", "a"), "password", "bc");
    EXPECT_EQ(refusal(moved), ErrorCode::refused);
}

TEST(BasicProof, IsGoodForAMomentAlone) {
    const std::string form = form_of(question());
    for (const auto late : {-BasicProof::kWindow, BasicProof::kWindow}) {
        EXPECT_TRUE(read(form, "a", kNow + late).has_value());
    }
    for (const auto late :
         {-BasicProof::kWindow - std::chrono::seconds{1}, BasicProof::kWindow + std::chrono::seconds{1}}) {
        EXPECT_EQ(refusal(form, "a", kNow + late), ErrorCode::expired);
    }
}

TEST(BasicProof, IsAnotherEachTimeForOneQuestionInOneSecond) {
    const auto first = read(form_of(question()));
    const auto second = read(form_of(question()));
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->once, second->once);
    EXPECT_GE(first->once.size(), 32U);
}

TEST(BasicProof, NeedsTheSiteKeyOfNowOrOfBeforeItsRotation) {
    EXPECT_EQ(refusal(form_of(question(), "c")), ErrorCode::refused);
    EXPECT_TRUE(read(form_of(question(), "a"), "ba").has_value());
    EXPECT_EQ(refusal(form_of(question(), "ba"), "a"), ErrorCode::refused);
}

TEST(BasicProof, IsNoneWithoutItsFields) {
    const std::string form = form_of(question());
    for (const char* field : {"user", "password", "address", "time", "once"}) {
        EXPECT_EQ(refusal(with(form, field, "")), ErrorCode::invalid) << field;
    }
    EXPECT_EQ(refusal(""), ErrorCode::invalid);
    EXPECT_EQ(refusal(with(form, "proof", "")), ErrorCode::refused);
}

TEST(BasicProof, CarriesWhateverAClientCallsItself) {
    BasicQuestion asked = question();
    asked.user_agent = std::string("\xff\0\n", 3) + std::string(10'000, 'x');
    const auto got = read(form_of(asked));
    ASSERT_TRUE(got.has_value()) << got.error().detail;
    EXPECT_LE(got->user_agent.size(), 256U);
}

}  // namespace
}  // namespace sso::credentials
