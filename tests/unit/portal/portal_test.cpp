#include "portal/portal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "core/base/encoding.hpp"
#include "core/http/cookie.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/portal/hand_clock.hpp"

namespace sso::portal {
namespace {

constexpr std::string_view kSettings = R"(
[portal]
url = "https://auth.example.com/sso/"
trusted_domains = ["trusted.example.net"]
[cookie]
domain = ".example.com"
[security]
key_file = "FOLDER/key"
[session]
store = "lmdb:FOLDER/sessions"
lifetime = "2h"
idle_timeout = "10min"
[authentication.ldap]
uri = ["ldap://127.0.0.1:1"]
base = "dc=example,dc=com"
bind_dn = "cn=sso,dc=example,dc=com"
bind_password_file = "FOLDER/password"
[exported_variables]
uid = "uid"
[vhost."www1.example.com"]
title = "Wiki"
url = "https://www1.example.com/start"
rules = [
    { match = '^/start', allow = '$uid eq "alice"' },
    { match = '^/strong', allow = 'accept', level = 2 },
    { match = '^/beyond', allow = 'accept', level = 3 },
]
default = 'deny'
[vhost."www2.example.com"]
default = 'deny'
)";

/// The whole portal but for the web server and the directory: sessions are put into its store by hand.
struct PortalTest : testing::Test {
    test::TemporaryFolder folder;
    HandClock clock;
    std::vector<LogLine> lines;
    std::optional<Portal> portal;
    std::vector<std::pair<std::string, std::string>> cookies;  // the browser's
    std::map<std::string, std::string> sessions;               // cookies by user

    PortalTest() {
        write("key", std::string(64, 'a') + "\n");
        write("password", "secret\n");
        ::mkdir(folder.path("sessions").c_str(), 0700);
        make_session("alice");
        make_session("bob");
        make_session("eve");
        configure(kSettings);
        start();
    }

    /// The next process takes over, with all that the last one wrote.
    void start() {
        portal.reset();
        const std::string uri = "file:" + folder.path("sso.toml");
        auto source = config::open_source(uri);
        EXPECT_TRUE(source.has_value());
        portal.emplace(std::move(*source), uri, clock, [this](const LogLine& line) { lines.push_back(line); });
    }

    void write(std::string_view name, std::string_view text) const { EXPECT_FALSE(folder.write(name, text).empty()); }

    void configure(std::string_view text) {
        std::string settings(text);
        for (auto at = settings.find("FOLDER"); at != settings.npos; at = settings.find("FOLDER")) {
            settings.replace(at, 6, folder.path("").substr(0, folder.path("").size() - 1));
        }
        write("sso.toml", settings);
    }

    /// A session as a login leaves it behind; eve's is sealed under another cookie than her own. All are made before
    /// the portal opens the store: a process opens an LMDB environment once.
    void make_session(const std::string& user) {
        session::StoreOptions options;
        options.lifetime = std::chrono::hours{2};
        options.idle_timeout = std::chrono::minutes{10};
        auto store = session::open_store("lmdb:" + folder.path("sessions"), options);
        ASSERT_TRUE(store.has_value()) << store.error().detail;
        const session::SessionCookie cookie = session::SessionCookie::generate();
        Attributes attributes;
        attributes.set("uid", user);
        attributes.set("_user", user);
        attributes.set("authenticationLevel", std::int64_t{1});
        const session::Session session{
            cookie.id(), {user, clock.now(), clock.now(), "192.0.2.1", "test"}, std::move(attributes)};
        const bool readable = user != "eve";
        const session::SessionCookie other = session::SessionCookie::generate();
        ASSERT_TRUE((*store)->create(session.seal(readable ? cookie : other)).has_value());
        sessions[user] = cookie.text();
    }

    /// The browser holds the cookie of this person's session.
    void sign_in(const std::string& user) { cookies.emplace_back("__Secure-sso", sessions.at(user)); }

    http::Response send(const std::string& method, const std::string& path, const std::string& query = "",
                        std::map<std::string, std::string, std::less<>> variables = {}, const std::string& body = "") {
        http::Request request;
        request.method = method;
        request.path = path;
        request.query = query;
        request.body = body;
        request.variables = std::move(variables);
        request.variables.emplace("REMOTE_ADDR", "192.0.2.1");
        request.variables.emplace("CONTENT_TYPE", "application/x-www-form-urlencoded");
        std::string header;
        for (const auto& [name, value] : cookies) header += (header.empty() ? "" : "; ") + name + "=" + value;
        if (!header.empty()) request.variables.emplace("HTTP_COOKIE", header);
        http::Response response = portal->answer(request);
        for (const auto& [name, value] : response.headers) {
            if (name == "Set-Cookie") keep(value);
        }
        return response;
    }

    void keep(const std::string& set_cookie) {
        const std::string pair = set_cookie.substr(0, set_cookie.find(';'));
        const std::string name = pair.substr(0, pair.find('='));
        std::erase_if(cookies, [&](const auto& cookie) { return cookie.first == name; });
        if (set_cookie.find("Max-Age=0") == set_cookie.npos) {
            cookies.emplace_back(name, pair.substr(pair.find('=') + 1));
        }
    }

    [[nodiscard]] bool holds(std::string_view name) const {
        return std::any_of(cookies.begin(), cookies.end(), [&](const auto& cookie) { return cookie.first == name; });
    }
    [[nodiscard]] std::ptrdiff_t form_cookies() const {
        return std::count_if(cookies.begin(), cookies.end(),
                             [&](const auto& cookie) { return cookie.first.starts_with("__Host-sso-form-"); });
    }
    [[nodiscard]] bool logged(int number) const {
        return std::any_of(lines.begin(), lines.end(), [&](const LogLine& line) { return line.number == number; });
    }
};

std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return {};
}

std::string field(const http::Response& page, const std::string& name) {
    const std::string start = "name=\"" + name + "\" value=\"";
    const auto at = page.body.find(start);
    if (at == std::string::npos) return {};
    return page.body.substr(at + start.size(), page.body.find('"', at + start.size()) - at - start.size());
}

TEST_F(PortalTest, ShowsTheLoginFormToStrangersWithTheAddressTheyWant) {
    const auto page = send("GET", "/", "url=https://www1.example.com/x?a=1%262");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("<strong>Wiki</strong>"), std::string::npos);
    EXPECT_EQ(field(page, "url"), base64_encode("https://www1.example.com/x?a=1&2"));
    EXPECT_FALSE(field(page, "token").empty());
    EXPECT_EQ(form_cookies(), 1);
}

TEST_F(PortalTest, PutsItsOwnPathBeforeItsLinks) {
    const auto page = send("GET", "/");
    EXPECT_NE(page.body.find("action=\"/sso/\""), std::string::npos);
    EXPECT_NE(page.body.find("href=\"/sso/static/"), std::string::npos);
    EXPECT_NE(page.body.find("/portal.css\""), std::string::npos);
}

TEST_F(PortalTest, SendsOnWhoIsSignedIn) {
    sign_in("alice");
    const auto answer = send("GET", "/", "url=https://www1.example.com/x");
    EXPECT_EQ(answer.status, 302);
    EXPECT_EQ(header(answer, "Location"), "https://www1.example.com/x");
}

TEST_F(PortalTest, NeverSendsAnybodyElsewhere) {
    sign_in("alice");
    const auto answer = send("GET", "/", "url=https://evil.example/");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(header(answer, "Location"), "");
    EXPECT_TRUE(logged(515));
}

TEST_F(PortalTest, AsksForAStrongerLoginUnderTheNameThatIsSignedIn) {
    sign_in("alice");
    const auto page = send("GET", "/upgrade", "url=https://www1.example.com/strong?a=b");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("needs a stronger sign-in"), std::string::npos);
    EXPECT_NE(page.body.find("value=\"alice\""), std::string::npos);
    EXPECT_EQ(field(page, "url"), base64_encode("https://www1.example.com/strong?a=b"));
    EXPECT_FALSE(field(page, "token").empty());
    EXPECT_EQ(header(page, "Location"), "");
}

TEST_F(PortalTest, TellsAScriptThatAStrongerLoginIsAskedFor) {
    sign_in("alice");
    const auto answer =
        send("GET", "/upgrade", "url=https://www1.example.com/strong", {{"HTTP_ACCEPT", "application/json"}});
    EXPECT_EQ(answer.status, 401);
    EXPECT_NE(answer.body.find("stronger_authentication_required"), std::string::npos);
    EXPECT_NE(answer.body.find("\"token\""), std::string::npos);
}

TEST_F(PortalTest, SaysSoWhereNoLoginIsStrongEnough) {
    sign_in("alice");
    const auto page = send("GET", "/upgrade", "url=https://www1.example.com/beyond");
    EXPECT_EQ(page.status, 403);
    EXPECT_NE(page.body.find("strong enough"), std::string::npos);
    EXPECT_EQ(field(page, "token"), "") << "no form that leads nowhere";
    const auto answer =
        send("GET", "/upgrade", "url=https://www1.example.com/beyond", {{"HTTP_ACCEPT", "application/json"}});
    EXPECT_EQ(answer.status, 403);
}

TEST_F(PortalTest, AsksForTheLevelThatAHandlerAsksForWhereItsOwnRulesAskForLess) {
    sign_in("alice");
    for (const auto* address : {"start", "elsewhere"}) {  // whom the rules let in, whom they do not
        const std::string query = "url=https://www1.example.com/" + std::string(address);
        const auto page = send("GET", "/upgrade", query + "&level=2");
        EXPECT_EQ(page.status, 200) << address;
        EXPECT_NE(page.body.find("needs a stronger sign-in"), std::string::npos) << address;
        EXPECT_FALSE(field(page, "token").empty()) << address;
        const auto beyond = send("GET", "/upgrade", query + "&level=3");
        EXPECT_EQ(beyond.status, 403) << address;
        EXPECT_EQ(field(beyond, "token"), "") << address;
        EXPECT_EQ(send("GET", "/upgrade", query + "&level=1").status, 302) << "the session is of that level";
    }
}

TEST_F(PortalTest, AsksForNoLessThanItsRulesWhateverLevelAnAddressNames) {
    sign_in("alice");
    for (const auto* level : {"0", "1", "-1", "-0", "+9", "", " 9", "9 ", "2x", "0x3", "2.5", "100", "1000",
                              "4294967298", "99999999999999999999", "9%00", "%EF%BC%93"}) {
        const std::string query = "&level=" + std::string(level);
        const auto page = send("GET", "/upgrade", "url=https://www1.example.com/strong" + query);
        EXPECT_EQ(header(page, "Location"), "") << level;
        EXPECT_EQ(send("GET", "/upgrade", "url=https://www1.example.com/beyond" + query).status,
                  page.status == 400 ? 400 : 403)
            << level;
        EXPECT_EQ(page.status, level == std::string_view("9%00") ? 400 : 200) << level;
    }
    EXPECT_EQ(send("GET", "/upgrade", "url=https://www1.example.com/start&level=100").status, 302)
        << "what is no level asks for none";
}

TEST_F(PortalTest, SendsOnWhoeverNeedsNoStrongerLoginAndStopsWhenThatGoesInCircles) {
    sign_in("alice");
    for (int lap = 0; lap < 2; ++lap) {
        const auto answer = send("GET", "/upgrade", "url=https://www1.example.com/start");
        EXPECT_EQ(answer.status, 302);
        EXPECT_EQ(header(answer, "Location"), "https://www1.example.com/start");
    }
    EXPECT_EQ(send("GET", "/upgrade", "url=https://www1.example.com/start").status, 508);
}

TEST_F(PortalTest, AsksStrangersForAnOrdinaryLoginWhereAStrongerOneIsWanted) {
    const auto page = send("GET", "/upgrade", "url=https://www1.example.com/strong");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(field(page, "url"), base64_encode("https://www1.example.com/strong"));
    EXPECT_EQ(page.body.find("needs a stronger sign-in"), std::string::npos);
    sign_in("alice");
    EXPECT_EQ(send("GET", "/upgrade", "url=https://evil.example/").status, 200);
    EXPECT_NE(send("GET", "/upgrade").body.find("Wiki"), std::string::npos) << "the menu";
}

TEST_F(PortalTest, StopsTheThirdLapWithinHalfAMinute) {
    sign_in("alice");
    EXPECT_EQ(send("GET", "/", "url=https://www1.example.com/x").status, 302);
    clock.advance(std::chrono::seconds{5});
    EXPECT_EQ(send("GET", "/", "url=https://www1.example.com/x").status, 302);
    clock.advance(std::chrono::seconds{5});
    const auto page = send("GET", "/", "url=https://www1.example.com/x");
    EXPECT_EQ(page.status, 508);
    EXPECT_NE(page.body.find("another session store"), std::string::npos);
    EXPECT_TRUE(logged(516));
    clock.advance(std::chrono::seconds{31});
    EXPECT_EQ(send("GET", "/", "url=https://www1.example.com/x").status, 302);
}

TEST_F(PortalTest, NamesTheDomainOfTheCookieAsTheCauseOfALoop) {
    sign_in("alice");
    http::Response page;
    for (int lap = 0; lap < 3; ++lap) page = send("GET", "/", "url=https://trusted.example.net/");
    EXPECT_EQ(page.status, 508);
    EXPECT_NE(page.body.find("cookie.domain"), std::string::npos);
}

TEST_F(PortalTest, TellsWhoseBrowserLostTheCookie) {
    sign_in("alice");
    send("GET", "/", "url=https://www1.example.com/x");
    std::erase_if(cookies, [](const auto& cookie) { return cookie.first == "__Secure-sso"; });
    const auto page = send("GET", "/", "url=https://www1.example.com/x");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("did not send our cookie back"), std::string::npos);
}

TEST_F(PortalTest, ForgetsASessionAfterItsIdleTime) {
    sign_in("alice");
    clock.advance(std::chrono::minutes{11});
    EXPECT_NE(send("GET", "/").body.find("name=\"password\""), std::string::npos);
}

TEST_F(PortalTest, KeepsASessionAliveThatIsUsed) {
    sign_in("alice");
    for (int i = 0; i < 5; ++i) {
        clock.advance(std::chrono::minutes{8});
        start();
        EXPECT_EQ(send("GET", "/").body.find("name=\"password\""), std::string::npos);
    }
}

TEST_F(PortalTest, TakesASessionThatCannotBeReadForNone) {
    sign_in("eve");
    const auto page = send("GET", "/");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("name=\"password\""), std::string::npos);
    EXPECT_TRUE(logged(518));
}

TEST_F(PortalTest, ShowsOnTheMenuWhatThisPersonMayEnter) {
    sign_in("alice");
    const auto menu = send("GET", "/");
    EXPECT_NE(menu.body.find("href=\"https://www1.example.com/start\""), std::string::npos);
    EXPECT_EQ(menu.body.find("href=\"https://www2.example.com"), std::string::npos);
    cookies.clear();
    sign_in("bob");
    EXPECT_NE(send("GET", "/").body.find("No application is open to you yet"), std::string::npos);
}

TEST_F(PortalTest, RefusesALoginFormThatWasOpenForMoreThanAnHourAndHandsOutAFreshOne) {
    const auto page = send("GET", "/", "url=https://www1.example.com/x");
    const std::string body = "token=" + field(page, "token") + "&user=alice&password=x&url=" + field(page, "url");
    clock.advance(std::chrono::minutes{61});
    const auto answer = send("POST", "/", "", {}, body);
    EXPECT_EQ(answer.status, 403);
    EXPECT_NE(answer.body.find("open for too long"), std::string::npos);
    EXPECT_EQ(field(answer, "url"), base64_encode("https://www1.example.com/x"));
    EXPECT_NE(answer.body.find("type=\"text\" value=\"alice\""), std::string::npos);
    EXPECT_NE(field(answer, "token"), field(page, "token"));
}

TEST_F(PortalTest, GivesAllTabsOneFormCookieUnlessTheyAreOpenedAtTheSameMoment) {
    send("GET", "/");
    send("GET", "/");
    EXPECT_EQ(form_cookies(), 1);
    const auto before = std::exchange(cookies, {});  // the second request left before the first answer came
    const auto page = send("GET", "/", "url=https://www1.example.com/x");
    cookies.insert(cookies.begin(), before.begin(), before.end());
    EXPECT_EQ(form_cookies(), 2);
    // 503: the form was taken for our own, and the directory asked
    EXPECT_EQ(send("POST", "/", "", {}, "token=" + field(page, "token") + "&user=alice&password=x").status, 503);
}

TEST_F(PortalTest, DoesNotLetFormCookiesPileUp) {
    std::vector<std::pair<std::string, std::string>> many;
    for (int i = 0; i < 40; ++i) {
        cookies.clear();
        send("GET", "/");
        many.insert(many.end(), cookies.begin(), cookies.end());
    }
    cookies = many;
    EXPECT_EQ(form_cookies(), 40);
    send("GET", "/");
    EXPECT_EQ(form_cookies(), 16);
}

TEST_F(PortalTest, AnswersBusyAndNotWrongWhenTheDirectoryIsAway) {
    const auto page = send("GET", "/");
    const auto answer = send("POST", "/", "", {}, "token=" + field(page, "token") + "&user=alice&password=x");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(header(answer, "Retry-After"), "10");
    EXPECT_TRUE(logged(504));
}

TEST_F(PortalTest, CountsNoGuessWhileTheDirectoryCannotBeAsked) {
    std::filesystem::remove(folder.path("password"));
    const std::string token = field(send("GET", "/"), "token");
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(send("POST", "/", "", {}, "token=" + token + "&user=alice&password=x").status, 503);
    }
}

TEST_F(PortalTest, LogsOutByTheFormAlone) {
    sign_in("alice");
    const std::string token = field(send("GET", "/logout"), "token");
    EXPECT_EQ(send("POST", "/logout", "", {}, "token=wrong").status, 403);
    EXPECT_TRUE(holds("__Secure-sso"));
    EXPECT_EQ(send("POST", "/logout", "", {}, "token=" + token).status, 200);
    EXPECT_FALSE(holds("__Secure-sso"));
    EXPECT_TRUE(logged(513));
}

TEST_F(PortalTest, HasFewAddresses) {
    EXPECT_EQ(send("GET", "/nowhere").status, 404);
    EXPECT_EQ(send("GET", "/logout/").status, 404);
    EXPECT_EQ(header(send("DELETE", "/"), "Allow"), "GET, HEAD, POST");
    EXPECT_EQ(send("OPTIONS", "/logout").status, 405);
    EXPECT_EQ(send("HEAD", "/").status, 200);
    EXPECT_EQ(send("GET", "/health").body, "{\"status\":\"ok\"}\n");
    EXPECT_EQ(send("GET", "/static/icon.svg").status, 200);
    EXPECT_EQ(header(send("POST", "/static/icon.svg"), "Allow"), "GET, HEAD");
}

TEST_F(PortalTest, HasAPageOfMachinesWhereTheyCanBeRegistered) {
    sign_in("alice");
    EXPECT_EQ(send("GET", "/machines").status, 404);
    EXPECT_EQ(send("GET", "/").body.find("/sso/machines"), std::string::npos);
    configure(std::string(kSettings) +
              "[registration]\nurl = \"https://backup.example.com/backuppc/\"\ndns_suffixes = [\".example.com\"]\n");
    start();
    EXPECT_NE(send("GET", "/").body.find("/sso/machines"), std::string::npos);
    const auto page = send("GET", "/machines");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("No machine is registered under your name."), std::string::npos);
    EXPECT_EQ(send("POST", "/machines", "", {}, "act=withdraw&host=dormeur").status, 403);
    cookies.clear();
    EXPECT_EQ(send("GET", "/machines").status, 302);
}

TEST_F(PortalTest, KeepsServingTheLastGoodConfiguration) {
    EXPECT_EQ(send("GET", "/").status, 200);
    configure("[portal]\nurl = 1\n");
    clock.advance(std::chrono::seconds{2});
    EXPECT_EQ(send("GET", "/").status, 200);
    EXPECT_TRUE(logged(101));
}

TEST_F(PortalTest, TakesUpANewConfigurationWithinASecond) {
    EXPECT_EQ(send("GET", "/").status, 200);
    std::string text(kSettings);
    text.replace(text.find("title = \"Wiki\""), 14, "title = \"Shop\"");
    configure(text);
    clock.advance(std::chrono::seconds{1});
    const auto page = send("GET", "/", "url=https://www1.example.com/");
    EXPECT_NE(page.body.find("<strong>Shop</strong>"), std::string::npos);
}

TEST_F(PortalTest, TakesUpANewSiteKeyWithinASecond) {  // else processes of different age refuse each other's forms
    const std::string token = field(send("GET", "/"), "token");
    const std::string login = "token=" + token + "&user=alice&password=x";
    write("key", std::string(64, 'b') + "\n" + std::string(64, 'a') + "\n");
    clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(send("POST", "/", "", {}, login).status, 503) << "the former key's forms are good while a rotation lasts";
    write("key", std::string(64, 'b') + "\n");
    clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(send("POST", "/", "", {}, login).status, 403);
}

TEST_F(PortalTest, ServesOnWithTheKeyThatItHasWhileTheNewOneCannotBeRead) {
    EXPECT_EQ(send("GET", "/").status, 200);
    write("key", "not a key\n");
    clock.advance(std::chrono::seconds{1});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(send("GET", "/").status, 200);
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](const LogLine& line) { return line.number == 502; }), 1)
        << "said once a second, not with each request";
}

TEST_F(PortalTest, ReadsTheDirectorysPasswordAnewWhenItsFileChanges) {
    const std::string token = field(send("GET", "/"), "token");
    write("password", "\n");
    clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(send("POST", "/", "", {}, "token=" + token + "&user=alice&password=x").status, 503);
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const LogLine& line) {
        return line.number == 504 && line.text.find("bind_password_file") != std::string::npos;
    }));
}

TEST_F(PortalTest, ServesStaticFilesAloneWithoutAKey) {
    std::filesystem::remove(folder.path("key"));
    EXPECT_EQ(send("GET", "/").status, 503);
    EXPECT_TRUE(logged(502));
    EXPECT_EQ(send("GET", "/static/portal.css").status, 200);
}

}  // namespace
}  // namespace sso::portal
