// What LMDB alone can get wrong: files, owners, processes, a map of a fixed size.
#include "core/session/lmdb_store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/descriptor.hpp"
#include "tests/contract/session/lmdb_engine.hpp"

namespace sso::session::contract {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const SysSeconds kNow = SystemClock().now();

SealedSession login(const SessionCookie& cookie, std::string user = "alice") {
    return Session{cookie.id(), {std::move(user), kNow, kNow, "192.0.2.1", "Browser"}, {}}.seal(cookie);
}

StoreOptions options() {
    StoreOptions options;
    options.timeout = 5s;  // a busy disk is no stalled writer
    return options;
}

/// For those who wait for a writer that will not come back.
StoreOptions hurried() {
    StoreOptions options;
    options.timeout = 500ms;
    return options;
}

class LmdbStoreTest : public ::testing::Test {
  protected:
    [[nodiscard]] std::string folder() const { return parent_.path("sessions"); }
    [[nodiscard]] std::string file(const char* name) const { return folder() + "/" + name; }

    test::TemporaryFolder parent_;
};

TEST_F(LmdbStoreTest, MakesItsFolderAndFilesForOwnerAndGroupAlone) {
    const mode_t before = ::umask(077);
    const LmdbStore store(folder(), options());
    ::umask(before);
    struct stat parent {};
    struct stat made {};
    ASSERT_EQ(::stat(parent_.path("").c_str(), &parent), 0);
    ASSERT_EQ(::stat(folder().c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 07777U, 02770U);
    for (const char* name : {"data.mdb", "lock.mdb", "writer.lock"}) {
        ASSERT_EQ(::stat(file(name).c_str(), &made), 0) << name;
        EXPECT_EQ(made.st_mode & 07777U, 0660U) << name;
        EXPECT_EQ(made.st_uid, parent.st_uid) << name;
        EXPECT_EQ(made.st_gid, parent.st_gid) << name;
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder()), {}), 3);
}

/// The user that the others run as: www-data where the test is root's, else whoever runs it.
struct ServiceUser {
    ServiceUser() {
        const struct passwd* const entry = ::geteuid() == 0 ? ::getpwnam("www-data") : ::getpwuid(::geteuid());
        if (entry == nullptr) std::abort();
        uid = entry->pw_uid;
        gid = entry->pw_gid;
    }
    void become() const {
        if (::geteuid() == 0 && (::setgid(gid) != 0 || ::setuid(uid) != 0)) ::_exit(1);
    }
    uid_t uid;
    gid_t gid;
};

TEST_F(LmdbStoreTest, IsUsedByTheFoldersOwnerThoughRootMadeTheFiles) {
    const ServiceUser user;
    ASSERT_EQ(::chown(parent_.path("").c_str(), user.uid, user.gid), 0);
    const SessionCookie by_root = SessionCookie::generate();
    const SessionCookie by_user = SessionCookie::generate();
    LmdbStore root(folder(), options());
    ASSERT_TRUE(root.create(login(by_root)));
    const Child child([&](const Child::Say& say) {
        user.become();
        LmdbStore store(folder(), options());
        const bool works = store.load(by_root.id(), kNow) && store.create(login(by_user)) &&
                           store.remove(by_root.id()) && store.purge(kNow);
        say(works ? 1 : 0);
    });
    EXPECT_EQ(child.hear(), 1U);
    EXPECT_TRUE(root.load(by_user.id(), kNow));
    EXPECT_EQ(root.count(kNow).value(), 1U);
}

TEST_F(LmdbStoreTest, IsUsedByRootThoughTheFoldersOwnerMadeTheFiles) {
    const ServiceUser user;
    ASSERT_EQ(::chown(parent_.path("").c_str(), user.uid, user.gid), 0);
    const SessionCookie cookie = SessionCookie::generate();
    const Child child([&](const Child::Say& say) {
        user.become();
        LmdbStore store(folder(), options());
        say(store.create(login(cookie)) ? 1 : 0);
    });
    EXPECT_EQ(child.hear(), 1U);
    LmdbStore root(folder(), options());
    EXPECT_TRUE(root.load(cookie.id(), kNow));
    EXPECT_TRUE(root.remove(cookie.id()).value_or(false));
}

TEST_F(LmdbStoreTest, FollowsNoLinkThatStandsInAFilesPlace) {
    ASSERT_EQ(::mkdir(folder().c_str(), 0770), 0);
    for (const char* name : {"data.mdb", "lock.mdb", "writer.lock"}) {
        const std::string target = parent_.write(name, "precious");
        ASSERT_EQ(::symlink(target.c_str(), file(name).c_str()), 0);
        LmdbStore store(folder(), options());
        const auto count = store.count(kNow);
        ASSERT_FALSE(count);
        EXPECT_EQ(count.error().code, ErrorCode::unavailable);
        EXPECT_NE(count.error().detail.find(name), std::string::npos) << count.error().detail;
        std::string text;
        std::ifstream(target) >> text;
        EXPECT_EQ(text, "precious");
        ASSERT_EQ(::unlink(file(name).c_str()), 0);
    }
}

TEST_F(LmdbStoreTest, SaysWhatIsMissingAndHowToMendIt) {
    const std::string deep = folder() + "/not/there";
    std::vector<LogLine> log;
    StoreOptions listening = options();
    listening.log = [&](const LogLine& line) { log.push_back(line); };
    LmdbStore store(deep, listening);
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0].number, 200);
    EXPECT_EQ(log[0].level, LogLevel::error);
    for (const std::string& part : {deep, folder() + "/not", std::string("install -d -m 2770")}) {
        EXPECT_NE(log[0].text.find(part), std::string::npos) << log[0].text;
    }
    EXPECT_EQ(store.load(SessionCookie::generate().id(), kNow).error().code, ErrorCode::unavailable);
    EXPECT_EQ(store.create(login(SessionCookie::generate())).error().code, ErrorCode::unavailable);
    EXPECT_EQ(log.size(), 1U);  // the same complaint is made once
}

TEST_F(LmdbStoreTest, RefusesAFolderThatEverybodyMayWriteTo) {
    ASSERT_EQ(::mkdir(folder().c_str(), 0770), 0);
    ASSERT_EQ(::chmod(folder().c_str(), 0777), 0);
    LmdbStore store(folder(), options());
    EXPECT_EQ(store.count(kNow).error().code, ErrorCode::unavailable);
}

TEST_F(LmdbStoreTest, ComesToItselfWhenTheFolderIsMended) {
    const std::string deep = folder() + "/later";
    LmdbStore store(deep, options());
    ASSERT_FALSE(store.count(kNow));
    ASSERT_EQ(::mkdir(folder().c_str(), 0770), 0);
    const auto deadline = steady_clock::now() + 5s;  // it looks again each second
    while (!store.count(kNow) && steady_clock::now() < deadline) std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(store.create(login(SessionCookie::generate())));
}

TEST_F(LmdbStoreTest, FindsTheNewFilesWhenTheFolderWasEmptied) {
    const SessionCookie cookie = SessionCookie::generate();
    LmdbStore store(folder(), options());
    ASSERT_TRUE(store.create(login(cookie)));
    std::filesystem::remove_all(folder());
    const auto deadline = steady_clock::now() + 5s;
    while (store.load(cookie.id(), kNow) && steady_clock::now() < deadline) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(store.load(cookie.id(), kNow).error().code, ErrorCode::not_found);
    EXPECT_TRUE(store.create(login(cookie)));
    EXPECT_TRUE(std::filesystem::exists(file("data.mdb")));
}

TEST_F(LmdbStoreTest, RefusesAFileThatWasCut) {
    {
        LmdbStore store(folder(), options());
        for (int i = 0; i < 50; ++i) ASSERT_TRUE(store.create(login(SessionCookie::generate())));
    }
    std::filesystem::resize_file(file("data.mdb"), 3 * 4096);
    LmdbStore store(folder(), options());
    const auto count = store.count(kNow);
    ASSERT_FALSE(count);
    EXPECT_NE(count.error().detail.find("was cut"), std::string::npos) << count.error().detail;
}

TEST_F(LmdbStoreTest, RefusesAFileThatIsNotItsOwn) {
    ASSERT_EQ(::mkdir(folder().c_str(), 0770), 0);
    std::ofstream(file("data.mdb")) << std::string(20'000, 'x');
    LmdbStore store(folder(), options());
    EXPECT_FALSE(store.count(kNow));
}

TEST_F(LmdbStoreTest, RefusesAStoreOfAnotherVersion) {
    { const LmdbStore store(folder(), options()); }
    MDB_env* environment = nullptr;
    ASSERT_EQ(mdb_env_create(&environment), 0);
    ASSERT_EQ(mdb_env_open(environment, folder().c_str(), 0, 0660), 0);
    MDB_txn* transaction = nullptr;
    MDB_dbi unnamed = 0;
    std::string key = "format";
    std::string text = "mod_sso 2";
    MDB_val name{key.size(), key.data()};
    MDB_val value{text.size(), text.data()};
    ASSERT_EQ(mdb_txn_begin(environment, nullptr, 0, &transaction), 0);
    ASSERT_EQ(mdb_dbi_open(transaction, nullptr, 0, &unnamed), 0);
    ASSERT_EQ(mdb_put(transaction, unnamed, &name, &value, 0), 0);
    ASSERT_EQ(mdb_txn_commit(transaction), 0);
    mdb_env_close(environment);
    LmdbStore store(folder(), options());
    const auto count = store.count(kNow);
    ASSERT_FALSE(count);
    EXPECT_NE(count.error().detail.find("another version"), std::string::npos) << count.error().detail;
}

TEST_F(LmdbStoreTest, SharesItsFilesWithinAProcess) {
    const SessionCookie cookie = SessionCookie::generate();
    auto first = std::make_unique<LmdbStore>(folder(), options());
    LmdbStore second(folder(), options());
    ASSERT_TRUE(first->create(login(cookie)));
    first.reset();
    EXPECT_TRUE(second.load(cookie.id(), kNow));
    EXPECT_TRUE(second.remove(cookie.id()).value_or(false));
}

TEST_F(LmdbStoreTest, IsNotForAChildThatWasForkedSince) {
    LmdbStore store(folder(), options());
    ASSERT_TRUE(store.create(login(SessionCookie::generate())));
    const Child child([&](const Child::Say& say) {
        const auto read = store.count(kNow);
        const auto write = store.reset("c");
        say(!read && !write && read.error().code == ErrorCode::internal ? 1 : 0);
        LmdbStore own(folder(), options());
        say(own.count(kNow).value_or(0));
    });
    EXPECT_EQ(child.hear(), 1U);
    EXPECT_EQ(child.hear(), 1U);
    EXPECT_TRUE(store.create(login(SessionCookie::generate())));
}

TEST_F(LmdbStoreTest, LeavesNoFileOpenForProgramsThatAreStarted) {
    LmdbStore store(folder(), options());
    ASSERT_TRUE(store.create(login(SessionCookie::generate())));
    int open_files = 0;
    for (int file = 0; file < 1024; ++file) {
        const std::string path = "/proc/self/fd/" + std::to_string(file);
        std::error_code closed;
        const std::filesystem::path target = std::filesystem::read_symlink(path, closed);
        if (closed || target.string().rfind(folder(), 0) != 0) continue;
        ++open_files;
        EXPECT_NE(::fcntl(file, F_GETFD) & FD_CLOEXEC, 0) << target;
    }
    EXPECT_GE(open_files, 3);
}

TEST_F(LmdbStoreTest, NeverDoesAWriteWhoseCallerHasGivenUp) {
    LmdbEngine engine;
    const auto store = engine.open(hurried());
    const SessionCookie cookie = SessionCookie::generate();
    engine.stall();
    EXPECT_EQ(store->create(login(cookie)).error().code, ErrorCode::unavailable);
    engine.go_on();
    ASSERT_TRUE(engine.open(options())->reset("what comes behind it"));
    EXPECT_EQ(store->load(cookie.id(), kNow).error().code, ErrorCode::not_found);
}

TEST_F(LmdbStoreTest, NamesTheProcessThatHoldsTheWriteLock) {
    LmdbEngine engine;
    const auto store = engine.open(hurried());
    engine.stall();
    const auto written = store->reset("c");
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().detail.find(": process "), std::string::npos) << written.error().detail;
}

TEST_F(LmdbStoreTest, OpensAndClosesWhileAnotherProcessHoldsTheWriteLock) {
    LmdbEngine engine;
    const SessionCookie cookie = SessionCookie::generate();
    ASSERT_TRUE(engine.open(hurried())->create(login(cookie)));
    engine.stall();
    const auto began = steady_clock::now();
    {
        const auto store = engine.open(hurried());
        EXPECT_TRUE(store->load(cookie.id(), kNow));
        EXPECT_TRUE(store->touch(cookie.id(), kNow + 1min));
    }
    EXPECT_LT(steady_clock::now() - began, 2s);
}

TEST_F(LmdbStoreTest, BoundsTheNotesThatWaitForTheWriteLock) {
    LmdbEngine engine;
    const auto store = engine.open(hurried());
    engine.stall();
    const SessionId id = SessionCookie::generate().id();
    int taken = 0;
    while (taken < 10'000 && store->touch(id, kNow)) ++taken;
    EXPECT_EQ(taken, 3072);
    EXPECT_EQ(store->touch(id, kNow).error().code, ErrorCode::limit);
}

TEST_F(LmdbStoreTest, WritesNotesDownThoughNobodyWaitsForThem) {
    const SessionCookie cookie = SessionCookie::generate();
    LmdbStore store(folder(), options());
    ASSERT_TRUE(store.create(login(cookie)));
    ASSERT_TRUE(store.touch(cookie.id(), kNow + 1min));
    const auto deadline = steady_clock::now() + 5s;
    while (store.load(cookie.id(), kNow)->facts.last_seen == kNow && steady_clock::now() < deadline) {
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(store.load(cookie.id(), kNow)->facts.last_seen, kNow + 1min);
}

TEST_F(LmdbStoreTest, WritesNotesDownBeforeItCloses) {
    const SessionCookie cookie = SessionCookie::generate();
    {
        LmdbStore store(folder(), options());
        ASSERT_TRUE(store.create(login(cookie)));
        ASSERT_TRUE(store.touch(cookie.id(), kNow + 1min));
    }
    EXPECT_EQ(LmdbStore(folder(), options()).load(cookie.id(), kNow)->facts.last_seen, kNow + 1min);
}

TEST_F(LmdbStoreTest, SaysFullWhenTheDiskTakesNoMore) {
    const SessionCookie cookie = SessionCookie::generate();
    { ASSERT_TRUE(LmdbStore(folder(), options()).create(login(cookie))); }
    const Child child([&](const Child::Say& say) {
        ::signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit {};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 400'000;  // the kernel then answers EFBIG, as it answers ENOSPC on a full disk
        ::setrlimit(RLIMIT_FSIZE, &limit);
        LmdbStore store(folder(), options());
        Status written;
        for (int i = 0; i < 100 && written; ++i) {
            written = store.put(RecordKind::person, std::to_string(i), std::string(20'000, 'v'), std::nullopt);
        }
        say(!written && written.error().code == ErrorCode::full ? 1 : 0);
        say(store.load(cookie.id(), kNow) ? 1 : 0);
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        say(store.put(RecordKind::person, "p", std::string(20'000, 'v'), std::nullopt) ? 1 : 0);
    });
    EXPECT_EQ(child.hear(), 1U) << "full is said";
    EXPECT_EQ(child.hear(), 1U) << "reading still serves";
    EXPECT_EQ(child.hear(), 1U) << "and writing again, when there is room";
}

/// The descriptor through which LMDB writes the page that says which tree is the newest: it alone waits for the disk.
int root_page_file(const std::string& folder) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code closed;
        const int file = std::stoi(entry.path().filename());
        const auto target = std::filesystem::read_symlink(entry.path(), closed);
        if (!closed && target == folder + "/data.mdb" && (::fcntl(file, F_GETFL) & O_DSYNC) != 0) return file;
    }
    return -1;
}

TEST_F(LmdbStoreTest, ServesAgainAfterADiskThatRefusedTheRootPage) {
    LmdbEngine engine;
    const auto store = engine.open(options());
    const SessionCookie before = SessionCookie::generate();
    const SessionCookie after = SessionCookie::generate();
    ASSERT_TRUE(store->create(login(before)));
    const Descriptor refusing(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    const int file = root_page_file(engine.folder());
    ASSERT_GE(::dup2(refusing.number(), file), 0);
    EXPECT_FALSE(store->create(login(after))) << "the disk refused it";
    EXPECT_FALSE(store->load(before.id(), kNow)) << "LMDB has given up";
    const auto loaded = store->load(before.id(), kNow);
    EXPECT_TRUE(loaded) << loaded.error().detail;
    const auto created = store->create(login(after));
    EXPECT_TRUE(created) << created.error().detail;
}

TEST_F(LmdbStoreTest, CountsWhatABatchHasPutBeforeItPromisesRoom) {
    const auto environment = LmdbEnvironment::open(folder(), std::size_t{1} << 20U, 1s).value();
    ASSERT_TRUE(environment->try_lock_writer());
    {
        auto batch = environment->write().value();
        int put = 0;
        Status room;
        while (put < 1'000 && (room = batch.has_room(3'000))) {
            ASSERT_TRUE(batch.put(Table::persons, std::to_string(put++), std::string(3'000, 'v')));
        }
        ASSERT_FALSE(room);
        EXPECT_EQ(room.error().code, ErrorCode::full);
        EXPECT_GT(put, 50);
        EXPECT_TRUE(batch.commit());
    }
    environment->unlock_writer();
}

TEST_F(LmdbStoreTest, TakesBackThePagesOfReadersThatWereKilled) {
    constexpr std::size_t kMap = std::size_t{1} << 20U;
    LmdbStore store(folder(), options(), kMap);
    ASSERT_TRUE(store.put(RecordKind::person, "p", "first", std::nullopt));
    Child reader([&](const Child::Say& say) {
        const auto environment = LmdbEnvironment::open(folder(), kMap, 1s).value();
        const auto snapshot = environment->read();
        say(snapshot ? 1 : 0);
        ::pause();
    });
    ASSERT_EQ(reader.hear(), 1U);
    reader.kill();
    for (int i = 0; i < 60; ++i) {
        const auto put = store.put(RecordKind::person, "p", std::string(60'000, 'v'), std::nullopt);
        ASSERT_TRUE(put) << i << ": " << put.error().detail;
    }
}

TEST_F(LmdbStoreTest, SaysThatItCannotWriteWhereThereIsNoThreadToBeHadAndReads) {
    const ServiceUser user;
    ASSERT_EQ(::chown(parent_.path("").c_str(), user.uid, user.gid), 0);
    const SessionCookie cookie = SessionCookie::generate();
    ASSERT_TRUE(LmdbStore(folder(), options()).create(login(cookie)));
    const Child child([&](const Child::Say& say) {
        const struct rlimit none {};
        ::setrlimit(RLIMIT_NPROC, &none);
        user.become();
        LmdbStore store(folder(), options());
        const auto created = store.create(login(SessionCookie::generate()));
        const auto touched = store.touch(cookie.id(), kNow);
        const bool says_so = !created && created.error().code == ErrorCode::unavailable && !touched &&
                             touched.error().code == ErrorCode::limit;
        say(says_so && store.load(cookie.id(), kNow) ? 1 : 0);
    });
    EXPECT_EQ(child.hear(), 1U);
}

TEST_F(LmdbStoreTest, ServesReadersWhileItIsWrittenTo) {
    LmdbStore store(folder(), options());
    std::vector<SessionCookie> cookies;
    for (int i = 0; i < 20; ++i) {
        cookies.push_back(SessionCookie::generate());
        ASSERT_TRUE(store.create(login(cookies.back())));
    }
    std::atomic<bool> writing{true};
    std::atomic<int> wrong{0};
    std::vector<std::thread> readers;
    for (int t = 0; t < 4; ++t) {
        readers.emplace_back([&] {
            while (writing) {
                for (const SessionCookie& cookie : cookies) {
                    const auto session = store.load(cookie.id(), kNow);
                    if (!session || !session->open(cookie)) ++wrong;
                }
                if (store.count(kNow).value_or(0) < cookies.size()) ++wrong;
            }
        });
    }
    std::vector<std::thread> writers;
    for (int t = 0; t < 4; ++t) {
        writers.emplace_back([&] {
            for (int i = 0; i < 40; ++i) {
                const SessionCookie passing = SessionCookie::generate();
                if (!store.create(login(passing)) || !store.touch(passing.id(), kNow + 1s)) ++wrong;
                if (!store.remove(passing.id()).value_or(false)) ++wrong;
            }
        });
    }
    for (std::thread& thread : writers) thread.join();
    writing = false;
    for (std::thread& thread : readers) thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(store.count(kNow).value(), cookies.size());
}

TEST(OpenStore, OpensAFolder) {
    const test::TemporaryFolder parent;
    const auto store = open_store("lmdb:" + parent.path("sessions") + "/", options());
    ASSERT_TRUE(store);
    EXPECT_EQ((*store)->count(kNow).value(), 0U);
}

TEST(OpenStore, RefusesWhatNamesNoStore) {
    for (const char* uri :
         {"", "lmdb", "lmdb:", "lmdb:relative/folder", "lmdb:/", "LMDB:/x", "/var/lib/x", "mongo://h"}) {
        const auto store = open_store(uri, options());
        ASSERT_FALSE(store) << uri;
        EXPECT_EQ(store.error().code, ErrorCode::invalid) << uri;
    }
    EXPECT_EQ(open_store("mongo://user:secret@host/", options()).error().detail.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace sso::session::contract
