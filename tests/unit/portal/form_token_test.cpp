#include "portal/form_token.hpp"

#include <gtest/gtest.h>

#include "tests/unit/portal/hand_clock.hpp"
#include "tests/unit/portal/keys.hpp"

namespace sso::portal {
namespace {

struct FormTokensTest : testing::Test {
    FormTokens tokens{key_of(kFirstKey)};
    std::string browser = FormTokens::new_browser();
    HandClock clock;
};

TEST_F(FormTokensTest, AcceptsItsOwnTokenFromTheSameBrowser) {
    const std::string token = tokens.issue("login", browser, clock.now());
    EXPECT_TRUE(tokens.accepts(token, "login", browser, clock.now()));
}

TEST_F(FormTokensTest, RefusesATokenThatWasMadeForAnotherBrowser) {
    const std::string token = tokens.issue("login", FormTokens::new_browser(), clock.now());
    EXPECT_FALSE(tokens.accepts(token, "login", browser, clock.now()));
}

TEST_F(FormTokensTest, RefusesATokenOfAnotherForm) {
    const std::string token = tokens.issue("login", browser, clock.now());
    EXPECT_FALSE(tokens.accepts(token, "logout", browser, clock.now()));
}

TEST_F(FormTokensTest, HoldsForAnHourAndNoLonger) {
    const std::string token = tokens.issue("login", browser, clock.now());
    clock.advance(FormTokens::kLifetime);
    EXPECT_TRUE(tokens.accepts(token, "login", browser, clock.now()));
    clock.advance(std::chrono::seconds{1});
    EXPECT_FALSE(tokens.accepts(token, "login", browser, clock.now()));
}

TEST_F(FormTokensTest, RefusesALaterExpiryUnderTheSameSignature) {
    const std::string token = tokens.issue("login", browser, clock.now());
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    ASSERT_LT(first, last);
    EXPECT_FALSE(
        tokens.accepts(token.substr(0, first) + ".9999999999" + token.substr(last), "login", browser, clock.now()));
}

TEST_F(FormTokensTest, SaysWhichOfABrowsersCookiesGoesWithIt) {
    const std::string token = tokens.issue("login", browser, clock.now());
    EXPECT_EQ(FormTokens::tag_of_token(token), FormTokens::tag_of_browser(browser));
    EXPECT_FALSE(tokens.accepts("AAAAAAAA" + token.substr(8), "login", browser, clock.now()));
}

TEST_F(FormTokensTest, RefusesWhatIsNoToken) {
    for (const std::string_view text :
         {"", ".", "..", "...", "1", "1.", ".x", "AAAAAAAA.99999999999999999999999999.x", "\0.\0"}) {
        EXPECT_FALSE(tokens.accepts(text, "login", browser, clock.now())) << text;
    }
}

TEST_F(FormTokensTest, RefusesATokenForABrowserValueThatWeCannotHaveMade) {
    const std::string token = tokens.issue("login", "chosen", clock.now());
    EXPECT_FALSE(tokens.accepts(token, "login", "chosen", clock.now()));
}

TEST_F(FormTokensTest, RefusesATokenOfAnotherSite) {
    const FormTokens others{key_of(kSecondKey)};
    const std::string token = others.issue("login", browser, clock.now());
    EXPECT_FALSE(tokens.accepts(token, "login", browser, clock.now()));
}

TEST_F(FormTokensTest, AcceptsTokensOfTheFormerKeyWhileARotationLasts) {
    const std::string token = tokens.issue("login", browser, clock.now());
    const FormTokens rotated{key_of(kSecondKey + kFirstKey)};
    EXPECT_TRUE(rotated.accepts(token, "login", browser, clock.now()));
    EXPECT_NE(rotated.issue("login", browser, clock.now()), token);
}

TEST_F(FormTokensTest, MakesAnotherBrowserValueEachTime) {
    EXPECT_NE(FormTokens::new_browser(), FormTokens::new_browser());
    EXPECT_TRUE(FormTokens::is_browser(FormTokens::new_browser()));
    EXPECT_FALSE(FormTokens::is_browser(""));
    EXPECT_FALSE(FormTokens::is_browser("AAAA"));
}

}  // namespace
}  // namespace sso::portal
