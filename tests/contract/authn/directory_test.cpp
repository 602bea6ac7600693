// The directory against a real slapd with the demo's people (conf/demo/people.ldif, sandbox/with_servers.py).
#include "core/authn/directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/contract/authn/loopback_servers.hpp"

namespace sso::authn {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    EXPECT_NE(value, nullptr) << name << " is unset: run this by ctest, or by sandbox/with_servers.py";
    return value == nullptr ? "" : value;
}

class DirectoryTest : public testing::Test {
  protected:
    DirectoryTest() {
        settings_.uri = {from_environment("SSO_TEST_LDAP_URI")};
        settings_.base = from_environment("SSO_TEST_LDAP_BASE");
        settings_.bind_dn = from_environment("SSO_TEST_LDAP_BIND_DN");
        settings_.bind_password_file = from_environment("SSO_TEST_LDAP_BIND_PASSWORD_FILE");
        settings_.timeout = milliseconds(3000);
    }

    std::unique_ptr<Directory> open() {
        auto directory = Directory::open(settings_, exported_, [this](const LogLine& line) { lines_.push_back(line); });
        EXPECT_TRUE(directory) << directory.error().detail;
        return directory ? std::move(*directory) : nullptr;
    }

    Result<Person> login(std::string_view user, std::string password) {
        return open()->authenticate(user, Secret(std::move(password)));
    }

    [[nodiscard]] bool logged(int number) const {
        return std::any_of(lines_.begin(), lines_.end(), [=](const LogLine& line) { return line.number == number; });
    }

    static std::string text(const Person& person, std::string_view name) {
        const auto* value = person.attributes.find(name);
        return value == nullptr || value->text() == nullptr ? "(absent)" : *value->text();
    }

    config::LdapSettings settings_;
    std::vector<config::ExportedVariable> exported_{{"uid", "uid"},
                                                    {"cn", "cn"},
                                                    {"ou", "ou"},
                                                    {"mail", "mail"},
                                                    {"departmentUID", "departmentUID"},
                                                    {"login", "uid"},
                                                    {"number", "employeeNumber"},
                                                    {"fax", "facsimileTelephoneNumber"},
                                                    {"name", "dn"}};
    std::vector<LogLine> lines_;
};

TEST_F(DirectoryTest, KnowsAPersonByNameAndPassword) {
    const auto person = login("alice", "alice-demo");
    ASSERT_TRUE(person) << person.error().detail;
    EXPECT_EQ(person->dn, "uid=alice,ou=people,dc=example,dc=com");
    EXPECT_EQ(person->user, "alice");
    EXPECT_EQ(text(*person, "uid"), "alice");
    EXPECT_EQ(text(*person, "login"), "alice");
    EXPECT_EQ(text(*person, "departmentUID"), "unit1");
    EXPECT_EQ(text(*person, "number"), "1001");
    EXPECT_EQ(text(*person, "_dn"), person->dn);
    EXPECT_EQ(text(*person, "name"), person->dn);
    EXPECT_EQ(text(*person, "fax"), "(absent)");
    EXPECT_TRUE(lines_.empty());
}

TEST_F(DirectoryTest, SpellsTheNameAsTheDirectoryDoes) {
    const auto person = login("ALICE", "alice-demo");
    ASSERT_TRUE(person) << person.error().detail;
    EXPECT_EQ(person->user, "alice");
}

TEST_F(DirectoryTest, JoinsSeveralValuesInTheDirectorysOrder) {
    const auto person = login("helene", "h\xC3\xA9l\xC3\xA8ne-demo");
    ASSERT_TRUE(person) << person.error().detail;
    EXPECT_EQ(text(*person, "mail"), "helene@example.com; h.mueller@example.com; h\xC3\xA9l\xC3\xA8ne@example.com");
    EXPECT_EQ(text(*person, "ou"), "research; unit1");
    EXPECT_EQ(text(*person, "cn"), "H\xC3\xA9l\xC3\xA8ne M\xC3\xBCller");
}

TEST_F(DirectoryTest, BindsANameFullOfSpecialCharacters) {
    const auto person = login("zoe", "zoe-demo");
    ASSERT_TRUE(person) << person.error().detail;
    EXPECT_EQ(text(*person, "cn"), "O'Neil, Zo\xC3\xA9 (R&D) \\ Ops*");
    EXPECT_EQ(text(*person, "_dn"), person->dn);
    settings_.user_filter = "(cn=$user)";  // and the same as the name that is typed
    const auto by_name = login("O'Neil, Zo\xC3\xA9 (R&D) \\ Ops*", "zoe-demo");
    ASSERT_TRUE(by_name) << by_name.error().detail;
    EXPECT_EQ(by_name->user, "zoe");
}

TEST_F(DirectoryTest, RefusesUnknownNamesWrongPasswordsAndTwinsAlike) {
    const auto wrong = login("alice", "bob-demo");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::refused);
    for (const auto& [user, password] : std::vector<std::pair<std::string, std::string>>{
             {"nobody", "alice-demo"}, {"twin", "twin-demo"}, {"nopassword", "x"}, {"alice", ""}}) {
        const auto other = login(user, password);
        ASSERT_FALSE(other) << user;
        EXPECT_EQ(other.error().code, wrong.error().code) << user;
        EXPECT_EQ(other.error().detail, wrong.error().detail) << user;
    }
    EXPECT_TRUE(logged(302) && logged(303) && logged(304)) << "the log tells them apart";
    for (const auto& line : lines_) {
        EXPECT_EQ(line.text.find("-demo"), std::string::npos) << line.text;
        if (line.number == 302) {
            EXPECT_EQ(line.text.find("nobody"), std::string::npos)
                << "a password typed into the wrong field is not for the log: " << line.text;
        }
    }
}

TEST_F(DirectoryTest, AsksAsMuchForAnUnknownNameAsForAKnownOne) {  // what it takes must not tell who exists
    const auto& uri = settings_.uri.front();
    const Forwarder forwarder(static_cast<std::uint16_t>(std::stoi(uri.substr(uri.rfind(':') + 1))));
    settings_.uri = {loopback(forwarder.port())};
    const auto directory = open();
    ASSERT_TRUE(directory->find("alice"));
    const int before = forwarder.connections();
    for (const auto* user : {"alice", "nobody", "twin"}) {
        EXPECT_FALSE(directory->authenticate(user, Secret("wrong")));
        EXPECT_FALSE(directory->authenticate(user, Secret("wrong")));
    }
    EXPECT_EQ(forwarder.connections(), before + 6) << "a connection for each password";
}

TEST_F(DirectoryTest, NeverBindsWithAnEmptyPassword) {  // this slapd would answer it with success
    for (const auto& password : {std::string(), std::string("\0", 1), std::string("\0alice-demo", 11)}) {
        const auto person = login("alice", password);
        ASSERT_FALSE(person);
        EXPECT_EQ(person.error().code, ErrorCode::refused);
    }
    EXPECT_EQ(login("alice", std::string("alice-demo\0", 11)).error().code, ErrorCode::refused);
    EXPECT_EQ(login("alice", std::string(kPasswordBytes + 1, 'x')).error().code, ErrorCode::refused);
}

TEST_F(DirectoryTest, RefusesNamesThatNoAccountCanHave) {
    for (const auto& user : {std::string(), std::string("ali\0ce", 6), std::string("alice\n"), std::string("\x7F"),
                             std::string("\xFF"), std::string(kUserBytes + 1, 'a')}) {
        const auto person = login(user, "alice-demo");
        ASSERT_FALSE(person);
        EXPECT_EQ(person.error().code, ErrorCode::invalid);
        EXPECT_EQ(open()->find(user).error().code, ErrorCode::invalid);
    }
}

TEST_F(DirectoryTest, TakesWhatIsTypedAsAValueNeverAsAFilter) {
    const auto star = login("*", "star-demo");  // one account bears this very name
    ASSERT_TRUE(star) << star.error().detail;
    EXPECT_EQ(star->user, "*");
    for (const auto* user : {"al*", "a*e", "*)(uid=alice", "alice)(uid=*", "*)(uid=*))(|(uid=*", "alice)", "(alice",
                             "\\61lice", "alice\\", ")(", "alice)(&)"}) {
        EXPECT_EQ(login(user, "alice-demo").error().code, ErrorCode::refused) << user;
        EXPECT_EQ(open()->find(user).error().code, ErrorCode::not_found) << user;
    }
}

TEST_F(DirectoryTest, FindsAPersonWithoutAPassword) {
    const auto directory = open();
    const auto person = directory->find("bob");
    ASSERT_TRUE(person) << person.error().detail;
    EXPECT_EQ(text(*person, "ou"), "unit1");
    EXPECT_EQ(directory->find("nobody").error().code, ErrorCode::not_found);
    EXPECT_EQ(directory->find("twin").error().code, ErrorCode::not_found);
}

TEST_F(DirectoryTest, ServesManyCallsOverOneConnection) {
    const auto directory = open();
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(directory->authenticate("alice", Secret("alice-demo")));
        EXPECT_FALSE(directory->authenticate("alice", Secret("wrong")));
        EXPECT_TRUE(directory->find("bob")) << "the service account still asks";
    }
}

TEST_F(DirectoryTest, TellsWhetherAPersonMatchesAFilter) {
    const auto directory = open();
    const auto xavier = directory->find("xavier.guimard");
    const auto alice = directory->find("alice");
    ASSERT_TRUE(xavier && alice);
    EXPECT_TRUE(directory->matches(*xavier, "(|(uid=xavier.guimard)(ou=unit1))").value());
    EXPECT_FALSE(directory->matches(*alice, "(|(uid=xavier.guimard)(ou=unit1))").value());
    EXPECT_TRUE(directory->matches(*alice, "(!(ou=unit1))").value());
    EXPECT_FALSE(directory->matches(*alice, "(noSuchAttribute=x)").value());
    EXPECT_EQ(directory->matches(*alice, "(uid=*").error().code, ErrorCode::invalid);
    EXPECT_EQ(directory->matches(*alice, "(uid=alice))(|(uid=*)").error().code, ErrorCode::invalid);
    Person gone = *alice;
    gone.dn = "uid=gone,ou=people,dc=example,dc=com";
    EXPECT_EQ(directory->matches(gone, "(uid=*)").error().code, ErrorCode::not_found);
}

TEST_F(DirectoryTest, NeverReadsAPassword) {
    exported_.push_back({"secret", "userPassword"});
    const auto person = login("alice", "alice-demo");
    ASSERT_TRUE(person);
    EXPECT_EQ(text(*person, "secret"), "(absent)");
}

TEST_F(DirectoryTest, RefusesAnEntryLargerThanWeRead) {
    exported_.push_back({"description", "description"});
    EXPECT_EQ(login("large", "large-demo").error().code, ErrorCode::limit);
    EXPECT_TRUE(login("alice", "alice-demo"));
}

TEST_F(DirectoryTest, NamesTheSettingWhenTheServiceAccountIsRefused) {
    settings_.bind_password_file = from_environment("SSO_TEST_LDAP_WRONG_PASSWORD_FILE");
    const auto person = login("alice", "alice-demo");
    ASSERT_FALSE(person);
    EXPECT_EQ(person.error().code, ErrorCode::unavailable) << "this is not the fault of who logs in";
    EXPECT_NE(person.error().detail.find("authentication.ldap.bind_dn, bind_password_file"), std::string::npos);
    EXPECT_EQ(person.error().detail.find("not the password"), std::string::npos);
    EXPECT_TRUE(logged(301));
}

TEST_F(DirectoryTest, SaysWhatIsWrongWithItsSettings) {
    const auto detail_of = [this](auto&& change) {
        config::LdapSettings changed = settings_;
        change(changed);
        const auto opened = Directory::open(changed, exported_);
        return opened ? std::string("opened") : std::string(name(opened.error().code)) + ": " + opened.error().detail;
    };
    EXPECT_EQ(detail_of([](auto& s) { s.bind_password_file = "/nonexistent/password"; }),
              "not_found: authentication.ldap.bind_password_file: /nonexistent/password: No such file or directory");
    EXPECT_EQ(detail_of([](auto& s) { s.bind_password_file = "/tmp"; }),
              "invalid: authentication.ldap.bind_password_file: /tmp: is not a regular file");
    EXPECT_EQ(detail_of([](auto& s) { s.user_filter = "(uid=alice)"; }),
              "invalid: authentication.ldap.user_filter: expected $user somewhere in it");
    EXPECT_EQ(detail_of([](auto& s) { s.user_filter = "(uid=$user"; }),
              "invalid: authentication.ldap.user_filter: LDAP filter, byte 6: found the end, expected ')'");
    EXPECT_EQ(detail_of([](auto& s) { s.uri = {"http://127.0.0.1"}; }),
              "invalid: authentication.ldap.uri: http://127.0.0.1: expected one ldap://host[:port], "
              "ldaps://host[:port] or ldapi:// an entry");
    EXPECT_EQ(detail_of([](auto& s) { s.uri.clear(); }), "invalid: authentication.ldap.uri: no server is named");
    settings_.base = "dc=example,dc=org";
    EXPECT_NE(login("alice", "alice-demo").error().detail.find("authentication.ldap.base: dc=example,dc=org"),
              std::string::npos);
}

TEST_F(DirectoryTest, RefusesAPasswordFileThatEverybodyMayRead) {
    std::string path = testing::TempDir() + "/ldap-password-XXXXXX";
    const int file = ::mkstemp(path.data());
    ASSERT_GE(file, 0);
    EXPECT_EQ(::write(file, "secret\n", 7), 7);
    EXPECT_EQ(::fchmod(file, 0644), 0);
    ::close(file);
    settings_.bind_password_file = path;
    const auto opened = Directory::open(settings_, exported_);
    ::unlink(path.c_str());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::refused);
    EXPECT_EQ(opened.error().detail.find("secret\n"), std::string::npos);
}

TEST_F(DirectoryTest, AsksTheNextServerWhenTheFirstIsDown) {
    Listener closed;
    closed.close();
    settings_.uri.insert(settings_.uri.begin(), loopback(closed.port()));
    EXPECT_TRUE(login("alice", "alice-demo"));
    EXPECT_TRUE(logged(300));
}

TEST_F(DirectoryTest, AsksTheNextServerWhenTheFirstSaysNothing) {
    const StallingServer silent("");
    settings_.uri.insert(settings_.uri.begin(), loopback(silent.port()));
    settings_.timeout = milliseconds(1500);
    const auto directory = open();
    EXPECT_TRUE(directory->authenticate("alice", Secret("alice-demo")));
    const auto before = steady_clock::now();
    EXPECT_TRUE(directory->authenticate("alice", Secret("alice-demo")));
    EXPECT_LT(steady_clock::now() - before, milliseconds(500)) << "the server that answered serves on";
}

TEST_F(DirectoryTest, NoServerHoldsACallerLongerThanTheTimeOut) {
    settings_.timeout = milliseconds(400);
    const std::string half_a_bind_response("\x30\x0c\x02\x01", 4);
    const std::string promise_of_a_gigabyte("\x30\x84\x40\x00\x00\x00\x02\x01\x01", 9);
    const std::string not_ldap("HTTP/1.0 400 Bad Request\r\n\r\n");
    for (const auto& bytes : {std::string(), half_a_bind_response, promise_of_a_gigabyte, not_ldap}) {
        const StallingServer stalling(bytes);
        for (const auto* scheme : {"ldap", "ldaps", "StartTLS"}) {
            settings_.start_tls = std::string(scheme) == "StartTLS";
            settings_.uri = {std::string(settings_.start_tls ? "ldap" : scheme) +
                             "://127.0.0.1:" + std::to_string(stalling.port())};
            const auto before = steady_clock::now();
            const auto person = login("alice", "alice-demo");
            EXPECT_LT(steady_clock::now() - before, milliseconds(1200)) << scheme;
            ASSERT_FALSE(person);
            EXPECT_EQ(person.error().code, ErrorCode::unavailable) << scheme << ": " << person.error().detail;
        }
    }
}

TEST_F(DirectoryTest, AServerThatNeverStopsTalkingHoldsNobodyLongerThanTheTimeOut) {
    settings_.timeout = milliseconds(400);
    const std::string bound("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00", 14);
    const std::string reference("\x30\x10\x02\x01\x02\x73\x0b\x04\x09ldap://x/", 18);
    std::string references;
    for (int i = 0; i < 1000; ++i) references += reference;
    const StallingServer talking(bound, references);
    settings_.uri = {loopback(talking.port())};
    const auto before = steady_clock::now();
    const auto person = login("alice", "alice-demo");
    EXPECT_LT(steady_clock::now() - before, milliseconds(1200));
    ASSERT_FALSE(person);
    EXPECT_EQ(person.error().code, ErrorCode::unavailable);
    EXPECT_NE(person.error().detail.find("no answer in time"), std::string::npos) << person.error().detail;
}

TEST_F(DirectoryTest, EncryptsWithACertificateThatItCanCheck) {
    const std::string plain = settings_.uri.front();
    const std::string tls = from_environment("SSO_TEST_LDAP_TLS_URI");
    for (const bool start_tls : {true, false}) {
        settings_.start_tls = start_tls;
        settings_.uri = {start_tls ? plain : tls};
        settings_.ca_file = from_environment("SSO_TEST_LDAP_CA_FILE");
        const auto person = login("alice", "alice-demo");
        EXPECT_TRUE(person) << person.error().detail;
        for (const auto& bad :
             {from_environment("SSO_TEST_LDAP_OTHER_CA_FILE"), std::string("/nonexistent/ca.pem"), std::string()}) {
            settings_.ca_file = bad;
            const auto refused = login("alice", "alice-demo");
            ASSERT_FALSE(refused) << start_tls << " " << bad;
            EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
            EXPECT_NE(refused.error().detail.find("authentication.ldap.ca_file"), std::string::npos)
                << refused.error().detail;
        }
    }
}

TEST_F(DirectoryTest, RefusesACertificateOfAnotherHost) {
    settings_.ca_file = from_environment("SSO_TEST_LDAP_CA_FILE");
    std::string uri = from_environment("SSO_TEST_LDAP_TLS_URI");
    uri.replace(uri.find("127.0.0.1"), 9, "localhost");  // the certificate bears the address alone
    settings_.uri = {uri};
    const auto person = login("alice", "alice-demo");
    ASSERT_FALSE(person);
    EXPECT_EQ(person.error().code, ErrorCode::unavailable);
}

pid_t slapd_process() {
    std::ifstream file(from_environment("SSO_TEST_LDAP_PID_FILE"));
    pid_t id = 0;
    file >> id;
    return id;
}

/// A process that stands still, whatever becomes of the test.
class StoppedProcess {
  public:
    explicit StoppedProcess(pid_t id) : id_(id) { EXPECT_EQ(::kill(id_, SIGSTOP), 0); }
    ~StoppedProcess() { go_on(); }
    StoppedProcess(const StoppedProcess&) = delete;
    StoppedProcess& operator=(const StoppedProcess&) = delete;
    void go_on() const { EXPECT_EQ(::kill(id_, SIGCONT), 0); }

  private:
    pid_t id_;
};

TEST_F(DirectoryTest, AStoppedServerIsUnavailableWithinTheTimeOutAndServesAgainWhenItGoesOn) {
    settings_.timeout = milliseconds(600);
    const auto directory = open();
    ASSERT_TRUE(directory->find("alice"));
    const pid_t server = slapd_process();
    ASSERT_GT(server, 1);
    const StoppedProcess stopped(server);
    for (int attempt = 0; attempt < 2; ++attempt) {  // over the old connection, and over a new one
        const auto before = steady_clock::now();
        const auto person = directory->authenticate("alice", Secret("alice-demo"));
        EXPECT_LT(steady_clock::now() - before, milliseconds(1200));
        ASSERT_FALSE(person);
        EXPECT_EQ(person.error().code, ErrorCode::unavailable);
    }
    stopped.go_on();
    settings_.timeout = milliseconds(5000);
    EXPECT_TRUE(open()->authenticate("alice", Secret("alice-demo")));
}

TEST_F(DirectoryTest, ReconnectsToAServerThatWasRestarted) {
    const auto directory = open();
    const auto alice = directory->find("alice");
    ASSERT_TRUE(alice);
    const pid_t before = slapd_process();
    ASSERT_GT(before, 1);
    ASSERT_EQ(::kill(before, SIGTERM), 0);
    const auto fresh = open();  // asks until the new one answers; `directory` keeps its broken connection
    const auto deadline = steady_clock::now() + std::chrono::seconds(20);
    while (slapd_process() <= 1 || slapd_process() == before || !fresh->find("alice")) {
        ASSERT_LT(steady_clock::now(), deadline) << "slapd was not started again";
        std::this_thread::sleep_for(milliseconds(20));
    }
    lines_.clear();
    EXPECT_TRUE(directory->authenticate("alice", Secret("alice-demo")));
    EXPECT_TRUE(directory->matches(*alice, "(uid=alice)").value_or(false));
    EXPECT_TRUE(lines_.empty()) << "a connection that the server closed is nothing to report";
}

}  // namespace
}  // namespace sso::authn
