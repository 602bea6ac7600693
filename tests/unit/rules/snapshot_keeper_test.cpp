#include "core/rules/snapshot_keeper.hpp"

#include <gtest/gtest.h>

#include <thread>

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
