// What a process keeps of an LMDB store while it does nothing: pages of the file, and a thread.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "core/session/lmdb_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sso::session::contract {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const SysSeconds kNow = SystemClock().now();

StoreOptions options() {
    StoreOptions options;
    options.timeout = 5s;  // a busy disk is no stalled writer
    return options;
}

SealedSession login() {
    const auto cookie = SessionCookie::generate();
    return Session{cookie.id(), {"alice", kNow, kNow, "192.0.2.1", "Browser"}, {}}.seal(cookie);
}

class LmdbPagesTest : public ::testing::Test {
  protected:
    [[nodiscard]] std::string folder() const { return parent_.path("sessions"); }
    [[nodiscard]] std::string file(const char* name) const { return folder() + "/" + name; }

    test::TemporaryFolder parent_;
};

/// KiB of the file that are in this process's memory, by smaps.
std::size_t mapped_kib(const std::string& file) {
    std::ifstream maps("/proc/self/smaps");
    bool is_it = false;
    std::size_t sum = 0;
    for (std::string line; std::getline(maps, line);) {
        if (line.find(" kB") == std::string::npos && line.find('-') != std::string::npos) is_it = line.ends_with(file);
        if (is_it && line.starts_with("Rss:")) sum += std::stoul(line.substr(4));
    }
    return sum;
}

TEST_F(LmdbPagesTest, LetsGoOfThePagesThatWereReadAndReadsThemAgain) {
    constexpr std::size_t kPersons = 16;
    LmdbStore store(folder(), options());
    const auto value_of = [](std::size_t i) { return std::string(500'000, static_cast<char>('a' + i)); };
    for (std::size_t i = 0; i < kPersons; ++i) {
        ASSERT_TRUE(store.put(RecordKind::person, std::to_string(i), value_of(i), std::nullopt));
    }
    for (int round = 0; round < 2; ++round) {
        const auto deadline = steady_clock::now() + 30s;
        std::size_t mapped = 0;
        while (mapped < 4096 && steady_clock::now() < deadline) {  // again where a second ended in the middle of it
            for (std::size_t i = 0; i < kPersons; ++i) {
                ASSERT_EQ(store.get(RecordKind::person, std::to_string(i), kNow).value(), value_of(i)) << i;
            }
            mapped = mapped_kib(file("data.mdb"));
        }
        ASSERT_GE(mapped, 4096U);
        while (mapped > 1024 && steady_clock::now() < deadline) {
            std::this_thread::sleep_for(10ms);
            mapped = mapped_kib(file("data.mdb"));
        }
        EXPECT_LE(mapped, 1024U);
    }
}

std::size_t threads() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
}

TEST_F(LmdbPagesTest, HasNoThreadUntilItWrites) {
    const std::size_t before = threads();
    LmdbStore store(folder(), options());
    EXPECT_EQ(store.load(SessionCookie::generate().id(), kNow).error().code, ErrorCode::not_found);
    EXPECT_EQ(threads(), before);
    ASSERT_TRUE(store.create(login()));
    EXPECT_GT(threads(), before);
}

TEST_F(LmdbPagesTest, KeepsFewPagesOfTheManyThatItReadsWhereItDoesNotWrite) {
    constexpr int kPersons = 250;
    const std::string value(32'000, 'v');
    {
        LmdbStore writer(folder(), options());
        for (int i = 0; i < kPersons; ++i) {
            ASSERT_TRUE(writer.put(RecordKind::person, std::to_string(i), value, std::nullopt));
        }
    }
    LmdbStore reader(folder(), options());
    std::size_t most = 0;
    for (int i = 0; i < kPersons; ++i) {
        const int far = i * 97 % kPersons;  // from the one before
        ASSERT_EQ(reader.get(RecordKind::person, std::to_string(far), kNow).value(), value) << far;
        if (i % 7 == 0) most = std::max(most, mapped_kib(file("data.mdb")));
    }
    EXPECT_GT(most, 0U);
    EXPECT_LE(most, 4096U);
}

}  // namespace
}  // namespace sso::session::contract
