// What every place of versions promises, on each of them.
#include "core/config/versions.hpp"

#include <sys/stat.h>

#include <thread>

#include "core/config/private_file.hpp"
#include "core/config/settings.hpp"
#include "core/rules/snapshot_keeper.hpp"
#include "tests/contract/config/places.hpp"

namespace sso::config::contract {
namespace {

constexpr SysSeconds kDate{std::chrono::seconds{1'769'860'800}};

Draft draft(std::string text, std::string message = "why") {
    return {std::move(text), "alice", kDate, std::move(message)};
}

class VersionsContract : public ::testing::TestWithParam<PlaceCase> {
  protected:
    void SetUp() override {
        place_ = GetParam().make();
        source_ = place_->open();
    }
    [[nodiscard]] Versions& versions() const { return *source_->versions(); }

    std::unique_ptr<Place> place_;
    std::unique_ptr<Source> source_;
};
INSTANTIATE_TEST_SUITE_P(Places, VersionsContract, every_place(), name_of);

TEST_P(VersionsContract, HasNoVersionAtFirst) {
    EXPECT_EQ(versions().latest().value(), 0U);
    EXPECT_TRUE(versions().list(10).value().empty());
    EXPECT_EQ(versions().load(1).error().code, ErrorCode::not_found);
    const auto document = source_->fetch();
    ASSERT_FALSE(document.has_value());
    EXPECT_EQ(document.error().code, ErrorCode::not_found);
    EXPECT_NE(document.error().detail.find("config apply"), std::string::npos);
    EXPECT_EQ(source_->mark().value(), source_->mark().value());
}

TEST_P(VersionsContract, GivesBackWhatWasPublishedByteForByte) {
    const std::string text = "# ünïcode \\ \"quotes\"\n[portal]\nurl = 'x'\n";
    const auto info = versions().publish(0, draft(text, "größer, \"besser\" \\o/"));
    ASSERT_TRUE(info.has_value()) << info.error().detail;
    EXPECT_EQ(*info, (VersionInfo{1, "alice", kDate, "größer, \"besser\" \\o/"}));
    const auto other = place_->open();
    const auto version = other->versions()->load(1);
    ASSERT_TRUE(version.has_value()) << version.error().detail;
    EXPECT_EQ(version->info, *info);
    EXPECT_EQ(version->text, text);
    const auto document = other->fetch();
    ASSERT_TRUE(document.has_value());
    EXPECT_EQ(document->text, text);
    EXPECT_TRUE(document->version.starts_with("1-")) << document->version;
    EXPECT_EQ(document->origin, versions().origin(1));
}

TEST_P(VersionsContract, EndsATextInALineBreak) {
    ASSERT_TRUE(versions().publish(0, draft("a = 1")).has_value());
    ASSERT_TRUE(versions().publish(1, draft("")).has_value());
    EXPECT_EQ(versions().load(1)->text, "a = 1\n");
    EXPECT_EQ(versions().load(2)->text, "\n");
}

TEST_P(VersionsContract, RefusesASecondWriterWhoBeganAtAnOlderVersion) {
    const auto other = place_->open();
    ASSERT_TRUE(versions().publish(0, draft("first")).has_value());
    for (const std::uint64_t base : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{7}}) {
        const auto second = other->versions()->publish(base, draft("second"));
        ASSERT_FALSE(second.has_value()) << base;
        EXPECT_EQ(second.error().code, ErrorCode::conflict);
    }
    EXPECT_EQ(versions().latest().value(), 1U);
    EXPECT_EQ(versions().load(1)->text, "first\n");
}

TEST_P(VersionsContract, MovesItsMarkWithEachVersionForEverybody) {
    const auto reader = place_->open();
    std::string before = reader->mark().value();
    for (std::uint64_t base = 0; base < 20; ++base) {
        ASSERT_TRUE(versions().publish(base, draft("n = " + std::to_string(base + 1))).has_value());
        const std::string after = reader->mark().value();
        EXPECT_NE(after, before);
        EXPECT_EQ(reader->mark().value(), after);
        EXPECT_EQ(reader->fetch()->text, "n = " + std::to_string(base + 1) + "\n");
        before = after;
    }
}

TEST_P(VersionsContract, ListsTheNewestFirstAndNoMoreThanAskedFor) {
    for (std::uint64_t base = 0; base < 70; ++base) {  // more than one round trip's worth
        ASSERT_TRUE(versions().publish(base, draft(std::string(6'000, '#'), "m" + std::to_string(base + 1))));
    }
    const auto all = versions().list(1'000).value();
    ASSERT_EQ(all.size(), 70U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].number, 70 - i);
        EXPECT_EQ(all[i].message, "m" + std::to_string(70 - i));
    }
    const auto some = versions().list(3).value();
    ASSERT_EQ(some.size(), 3U);
    EXPECT_EQ(some.back().number, 68U);
}

TEST_P(VersionsContract, NeverGivesOutADamagedVersion) {
    ASSERT_TRUE(versions().publish(0, draft("good = 'a long enough line to have its middle in it'")).has_value());
    place_->damage(1);
    EXPECT_EQ(versions().load(1).error().code, ErrorCode::corrupt);
    EXPECT_EQ(place_->open()->fetch().error().code, ErrorCode::corrupt);
}

TEST_P(VersionsContract, RefusesADraftOutOfBounds) {
    const std::vector<Draft> bad{
        {"x", "two\nlines", kDate, ""},
        {"x", std::string(kMostAuthor + 1, 'a'), kDate, ""},
        {"x", "alice", kDate, "a\tb"},
        {"x", "alice", kDate, "\xff"},
        {"x", "alice", kDate, std::string(kMostMessage + 1, 'a')},
        {std::string(kTextLimit + 1, '#'), "alice", kDate, ""},
    };
    for (const Draft& each : bad) EXPECT_EQ(versions().publish(0, each).error().code, ErrorCode::invalid);
    EXPECT_EQ(versions().latest().value(), 0U);
    const Draft longest{std::string(kTextLimit - 1, '#'), std::string(kMostAuthor, '"'), kDate,
                        std::string(kMostMessage, '\\')};
    ASSERT_TRUE(versions().publish(0, longest).has_value());
    EXPECT_EQ(versions().load(1)->text.size(), kTextLimit);
    EXPECT_EQ(versions().list(1)->front().message, longest.message);
}

TEST_P(VersionsContract, GivesEachNumberToOneOfManyWriters) {
    constexpr std::uint64_t kEach = 15;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer) {
        writers.emplace_back([&, writer] {
            const auto mine = place_->open();
            for (std::uint64_t done = 0; done < kEach;) {
                const auto base = mine->versions()->latest();
                const auto info = mine->versions()->publish(
                    base.value(), draft("writer = " + std::to_string(writer), std::to_string(done)));
                if (info) {
                    EXPECT_EQ(mine->versions()->load(info->number)->text, "writer = " + std::to_string(writer) + "\n");
                    ++done;
                } else {
                    EXPECT_EQ(info.error().code, ErrorCode::conflict) << info.error().detail;
                }
            }
        });
    }
    writers.clear();
    EXPECT_EQ(versions().latest().value(), 4 * kEach);
    EXPECT_EQ(versions().list(1'000)->size(), 4 * kEach);
}

TEST_P(VersionsContract, ServesAPublishedVersionAtTheNextLook) {
    rules::SnapshotKeeper keeper(place_->open(), place_->uri(), {});
    EXPECT_FALSE(keeper.refresh());
    const auto good = [](const std::string& name) {
        return "[portal]\nurl = 'http://auth.example.test/'\n[cookie]\ndomain = '.example.test'\n"
               "[authentication.ldap]\nuri = ['ldap://127.0.0.1']\nbase = 'dc=x'\n[exported_variables]\nuid = 'uid'\n"
               "[vhost.'" +
               name + "']\n";
    };
    ASSERT_TRUE(versions().publish(0, draft(good("a.example.test"))).has_value());
    EXPECT_TRUE(keeper.refresh());
    EXPECT_NE(keeper.current()->policy.find_host("a.example.test"), nullptr);
    ASSERT_TRUE(versions().publish(1, draft("[portal]\nurl = 1\n")).has_value());
    EXPECT_FALSE(keeper.refresh()) << "the last good one serves";
    EXPECT_FALSE(keeper.refusal().empty());
    ASSERT_TRUE(versions().publish(2, draft(good("b.example.test"))).has_value());
    EXPECT_TRUE(keeper.refresh());
    EXPECT_NE(keeper.current()->policy.find_host("b.example.test"), nullptr);
    EXPECT_TRUE(keeper.current()->version.starts_with("3-"));
}

TEST(VersionFolder, LeavesTheNoteOfACopiedFileOut) {
    const FolderPlace place;
    const auto source = place.open();
    ASSERT_TRUE(source->versions()->publish(0, draft("a = 1")).has_value());
    const auto copy = read_file(place.folder() + "00000001.toml", kTextLimit);
    ASSERT_TRUE(copy.has_value());
    EXPECT_NE(*copy, "a = 1\n");
    ASSERT_TRUE(source->versions()->publish(1, draft(*copy)).has_value());
    EXPECT_EQ(source->versions()->load(2)->text, "a = 1\n");
    // and no version is taken for another one
    std::filesystem::copy_file(place.folder() + "00000001.toml", place.folder() + "00000003.toml");
    EXPECT_EQ(source->versions()->load(3).error().code, ErrorCode::corrupt);
}

TEST(VersionFolder, GivesFilesToTheFoldersGroupAndToNobodyElse) {
    const FolderPlace place;
    ASSERT_TRUE(place.open()->versions()->publish(0, draft("a = 1")).has_value());
    struct stat folder {};
    struct stat file {};
    ASSERT_EQ(::stat(place.folder().c_str(), &folder), 0);
    ASSERT_EQ(::stat((place.folder() + "00000001.toml").c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 07777U, 0640U);
    EXPECT_EQ(file.st_uid, folder.st_uid);
    EXPECT_EQ(file.st_gid, folder.st_gid);
}

TEST(VersionFolder, ClearsAwayWhatAWriterThatDiedLongAgoHasLeft) {
    const FolderPlace place;
    const std::string old = place.folder() + ".new-0123";
    const std::string fresh = place.folder() + ".new-4567";
    for (const auto& path : {old, fresh}) std::ofstream(path) << "half";
    std::filesystem::last_write_time(old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
    ASSERT_TRUE(place.open()->versions()->publish(0, draft("a = 1")).has_value());
    EXPECT_FALSE(std::filesystem::exists(old));
    EXPECT_TRUE(std::filesystem::exists(fresh)) << "somebody may be writing it";
    EXPECT_EQ(place.open()->versions()->list(10)->size(), 1U);
}

TEST(VersionFolder, SaysWhichFolderIsNotThere) {
    const auto source = std::move(*open_source("dir:/no/such/folder"));
    for (const ErrorCode code : {source->mark().error().code, source->fetch().error().code,
                                 source->versions()->publish(0, draft("x")).error().code}) {
        EXPECT_EQ(code, ErrorCode::not_found);
    }
    EXPECT_NE(source->mark().error().detail.find("/no/such/folder"), std::string::npos);
}

TEST(VersionServer, LogsInWithThePasswordOfAFileAndShowsNone) {
    const test::TemporaryFolder folder;
    const test::RedisServer server({.arguments = {}, .password = "s3cret", .tls = false});
    const std::string address = "redis://127.0.0.1:" + std::to_string(server.port());
    const std::string file = folder.write("password", "s3cret\n");
    const auto right = std::move(*open_source(address + "?password_file=" + file));
    ASSERT_TRUE(right->versions()->publish(0, draft("a = 1")).has_value());
    EXPECT_EQ(right->fetch()->origin.find("s3cret"), std::string::npos);
    const auto wrong = std::move(*open_source(address + "?password_file=" + folder.write("wrong", "guess\n")));
    EXPECT_EQ(wrong->mark().error().code, ErrorCode::refused);
    EXPECT_EQ(wrong->mark().error().detail.find("guess"), std::string::npos);
    EXPECT_EQ(open_source(address + "?password_file=" + folder.path("none")).error().code, ErrorCode::not_found);
    EXPECT_EQ(shown_uri("redis://user:p%40ss@host/1"), "redis://***@host/1");
}

}  // namespace
}  // namespace sso::config::contract
