#include "core/rules/snapshot_keeper.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "tests/support/allocations.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/rules/configuration.hpp"

using namespace sso;
using rules::SnapshotKeeper;

namespace {

struct Log {
    std::vector<LogLine> lines;
    LogSink sink() {
        return [this](const LogLine& line) { lines.push_back(line); };
    }
    [[nodiscard]] std::size_t count(int number) const {
        return static_cast<std::size_t>(
            std::count_if(lines.begin(), lines.end(), [number](const LogLine& line) { return line.number == number; }));
    }
};

/// A file that is replaced as editors do: a new one takes its name.
class File {
  public:
    [[nodiscard]] std::string path() const { return folder_.path("sso.toml"); }
    void put(const std::string& text) const { std::filesystem::rename(folder_.write("new", text), path()); }
    [[nodiscard]] std::unique_ptr<config::Source> open() const { return std::move(*config::open_source(path())); }

  private:
    test::TemporaryFolder folder_;
};

/// Serves the seed's configuration, of which it compiles what is asked.
class LateKeeper {
  public:
    LateKeeper() {
        file.put(test::kSeed);
        keeper = std::make_unique<SnapshotKeeper>(file.open(), file.path(), log.sink());
        keeper->compile_at_first_use();
        EXPECT_TRUE(keeper->refresh());
    }

    File file;
    Log log;
    std::unique_ptr<SnapshotKeeper> keeper;
};

}  // namespace

TEST(SnapshotKeeper, ServesWhatIsInTheFileAndThenWhatTakesItsPlace) {
    File file;
    Log log;
    file.put(test::kLeast);
    SnapshotKeeper keeper(file.open(), file.path(), log.sink());
    EXPECT_EQ(keeper.current(), nullptr);
    EXPECT_TRUE(keeper.refresh());
    const auto first = keeper.current();
    ASSERT_NE(first, nullptr);
    EXPECT_FALSE(keeper.refresh());
    EXPECT_EQ(keeper.current(), first);
    file.put(test::kSeed);
    EXPECT_TRUE(keeper.refresh());
    EXPECT_NE(keeper.current()->policy.find_host("www1.domain.com"), nullptr);
    EXPECT_EQ(first->policy.find_host("www1.domain.com"), nullptr) << "a request keeps the one it began with";
    EXPECT_EQ(log.count(100), 2U);
}

TEST(SnapshotKeeper, MayCompileAVirtualHostAtItsFirstUse) {
    LateKeeper late;
    const auto at_once = test::good(test::kSeed);
    const auto serving = late.keeper->current();
    EXPECT_EQ(serving->policy.identity_headers(), at_once->policy.identity_headers());
    const auto& asked = *serving->policy.find_host("www1.domain.com");
    EXPECT_TRUE(at_once->policy.find_host("www1.domain.com")->is_compiled());
    EXPECT_FALSE(asked.is_compiled());
    EXPECT_EQ(asked.settings().name, "www1.domain.com");
    EXPECT_FALSE(asked.is_compiled()) << "its settings are known without";

    const Attributes subject = test::attributes({{"uid", "dwho"}, {"groups", "group1"}});
    std::vector<std::thread> threads;
    std::atomic<int> different{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (const char* path : {"/", "/protected/x", "/else"}) {
                const rules::RequestView request{.method = "GET", .path = path, .query = "", .host = "", .address = ""};
                const auto expected =
                    at_once->policy.find_host("www1.domain.com")->decide(request, &subject, test::kNow);
                const auto decision = asked.decide(request, &subject, test::kNow);
                if (decision.verdict != expected.verdict || decision.rule_source != expected.rule_source) ++different;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(different, 0);
    EXPECT_TRUE(asked.is_compiled());
    EXPECT_FALSE(serving->policy.find_host("www2.domain.com")->is_compiled()) << "nobody has asked it";
}

TEST(SnapshotKeeper, LetsNobodyWaitForAnotherVirtualHostToBeCompiled) {
    LateKeeper late;
    const auto serving = late.keeper->current();
    const auto& slow = *serving->policy.find_host("www1.domain.com");
    const auto& other = *serving->policy.find_host("www2.domain.com");
    const auto ask = [](const rules::HostPolicy& host) {
        const rules::RequestView request{.method = "GET", .path = "/", .query = "", .host = "", .address = ""};
        return host.decide(request, nullptr, test::kNow).verdict;
    };
    test::HeldThread compiling;
    std::thread first([&] {
        compiling.hold_at_next_allocation();  // to decide takes none
        ask(slow);
    });
    compiling.wait_until_held();
    auto answer = std::async(std::launch::async, [&] { return ask(other); });
    EXPECT_EQ(answer.wait_for(std::chrono::seconds(20)), std::future_status::ready) << "it waits for another host";
    EXPECT_FALSE(slow.is_compiled());
    auto same = std::async(std::launch::async, [&] { return ask(slow); });  // this one does, for what it asks for
    compiling.let_go();
    first.join();
    EXPECT_EQ(answer.get(), rules::Verdict::authenticate);
    EXPECT_EQ(same.get(), rules::Verdict::authenticate);
    EXPECT_TRUE(slow.is_compiled() && other.is_compiled());
}

TEST(SnapshotKeeper, CompilesManyVirtualHostsOfEqualPatternsAtOnce) {
    constexpr int kHosts = 24;
    std::string text(test::kSeed);
    const auto name = [](int i) { return "equal" + std::to_string(i) + ".domain.com"; };
    for (int i = 0; i < kHosts; ++i) {
        text += "[vhost.\"" + name(i) + "\"]\nrules = [ { match = '^/a', allow = 'unprotect' }, { match = '^/b', " +
                "allow = '$uid eq \"user" + std::to_string(i) + "\"' } ]\n";
    }
    LateKeeper late;
    late.file.put(text);
    ASSERT_TRUE(late.keeper->refresh());
    const auto serving = late.keeper->current();
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int step = 0; step < kHosts; ++step) {
                const int i = thread % 2 == 0 ? step : kHosts - 1 - step;
                const auto& host = *serving->policy.find_host(name(i));
                const std::string user = "user" + std::to_string(i);
                const Attributes subject = test::attributes({{"uid", user.c_str()}});
                for (const char* path : {"/a", "/b"}) {
                    const rules::RequestView request{
                        .method = "GET", .path = path, .query = "", .host = "", .address = ""};
                    const auto verdict = host.decide(request, &subject, test::kNow).verdict;
                    if (verdict != (path[1] == 'a' ? rules::Verdict::unprotected : rules::Verdict::allow)) ++wrong;
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
}

TEST(SnapshotKeeper, KeepsEachVirtualHostsOwnRulesUntilItIsAsked) {
    LateKeeper late;
    std::string text(test::kSeed);
    // none, one, several; equal texts, an empty pattern, levels of the rule's own and of the host
    text +=
        "[vhost.\"none.domain.com\"]\ndefault = 'deny'\n"
        "[vhost.\"one.domain.com\"]\nrules = [ { match = '^/a', allow = 'unprotect' } ]\n"
        "[vhost.\"more.domain.com\"]\nlevel = 1\ndefault = 'unprotect'\nrules = [ { match = '^/a', allow = 'deny' },\n"
        "  { match = '^/b', allow = '$uid eq \"dwho\"', level = 1 }, { match = '^/c', allow = 'accept', level = 2 } ]\n"
        "[vhost.\"all.domain.com\"]\nrules = [ { match = '', allow = 'skip' } ]\n";
    late.file.put(text);
    ASSERT_TRUE(late.keeper->refresh());
    const auto at_once = test::good(text);
    const auto serving = late.keeper->current();
    const Attributes subject = test::attributes({{"uid", "dwho"}, {"authenticationLevel", "1"}});
    // the last first: each finds its own, whatever was compiled before it
    for (const char* name :
         {"all.domain.com", "more.domain.com", "one.domain.com", "none.domain.com", "www1.domain.com"}) {
        const auto& asked = *serving->policy.find_host(name);
        EXPECT_TRUE(asked.settings().rules.empty()) << name;
        for (const char* path : {"/", "/a", "/b", "/c", "/protected/x"}) {
            const rules::RequestView request{.method = "GET", .path = path, .query = "", .host = "", .address = ""};
            for (const Attributes* who : {&subject, static_cast<const Attributes*>(nullptr)}) {
                const auto expected = at_once->policy.find_host(name)->decide(request, who, test::kNow);
                const auto decision = asked.decide(request, who, test::kNow);
                EXPECT_EQ(decision.verdict, expected.verdict) << name << path;
                EXPECT_EQ(decision.rule, expected.rule) << name << path;
                EXPECT_EQ(decision.rule_source, expected.rule_source) << name << path;
                EXPECT_EQ(decision.level, expected.level) << name << path;
            }
        }
    }
}

TEST(SnapshotKeeper, RefusesAVersionWholeForTheMistakeOfAHostThatNobodyAsks) {
    LateKeeper late;
    const auto good = late.keeper->current();
    for (const char* mistake :
         {"rules = [ { match = '(', allow = 'accept' } ]", "default = '$uid ='", "headers = { X-Name = '$uid =' }"}) {
        late.file.put(test::kSeed + "[vhost.\"late.domain.com\"]\n" + mistake + "\n");
        EXPECT_FALSE(late.keeper->refresh()) << mistake;
        EXPECT_EQ(late.keeper->current(), good) << mistake;
        EXPECT_TRUE(config::has_errors(late.keeper->refusal())) << mistake;
    }
}

TEST(SnapshotKeeper, KeepsTheLastGoodOneAndSaysOnceWhyTheNewOneIsRefused) {
    File file;
    Log log;
    file.put(test::kSeed);
    SnapshotKeeper keeper(file.open(), file.path(), log.sink());
    ASSERT_TRUE(keeper.refresh());
    const auto good = keeper.current();
    file.put(test::kSeed + "[sesion]\n[coookie]\n");
    for (int second = 0; second < 5; ++second) EXPECT_FALSE(keeper.refresh());
    EXPECT_EQ(keeper.current(), good);
    EXPECT_EQ(keeper.refusal().size(), 2U);
    EXPECT_EQ(log.count(101), 3U) << "one line for the version and one for each mistake";
    for (const LogLine& line : log.lines) EXPECT_EQ(line.text.find('\n'), std::string::npos);
    file.put(test::kSeed);  // taken back
    EXPECT_FALSE(keeper.refresh());
    EXPECT_EQ(keeper.current(), good);
    EXPECT_TRUE(keeper.refusal().empty());
}

TEST(SnapshotKeeper, KeepsServingWhenTheFileIsGoneAndFindsItAgain) {
    File file;
    Log log;
    file.put(test::kSeed);
    SnapshotKeeper keeper(file.open(), file.path(), log.sink());
    ASSERT_TRUE(keeper.refresh());
    std::filesystem::remove(file.path());
    for (int second = 0; second < 5; ++second) EXPECT_FALSE(keeper.refresh());
    EXPECT_NE(keeper.current(), nullptr);
    EXPECT_EQ(log.count(102), 1U);
    EXPECT_EQ(keeper.refusal().size(), 1U);
    file.put(test::kLeast);
    EXPECT_TRUE(keeper.refresh());
    EXPECT_TRUE(keeper.refusal().empty());
}

TEST(SnapshotKeeper, HasNothingUntilAConfigurationIsGood) {
    File file;
    Log log;
    SnapshotKeeper keeper(file.open(), file.path(), log.sink());
    EXPECT_FALSE(keeper.refresh());
    EXPECT_EQ(keeper.current(), nullptr);
    file.put("[portal\n");
    EXPECT_FALSE(keeper.refresh());
    EXPECT_EQ(keeper.current(), nullptr);
    file.put(test::kLeast);
    EXPECT_TRUE(keeper.refresh());
    EXPECT_NE(keeper.current(), nullptr);
}

TEST(SnapshotKeeper, IsReadByManyThreadsWhileItChanges) {
    File file;
    file.put(test::kSeed);
    SnapshotKeeper keeper(file.open(), file.path(), {});
    ASSERT_TRUE(keeper.refresh());
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i) {
        readers.emplace_back([&] {
            while (!done) {
                const auto snapshot = keeper.current();
                if (snapshot == nullptr || snapshot->settings.portal.url.host() != "auth.domain.com") ++wrong;
            }
        });
    }
    for (int version = 0; version < 20; ++version) {
        file.put(test::kSeed + "# " + std::to_string(version) + "\n");
        EXPECT_TRUE(keeper.refresh());
    }
    done = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(wrong, 0);
}
