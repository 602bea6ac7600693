// What finding a session costs: in L1, and in the LMDB store behind it. Prints nanoseconds an operation. For counts of
// instructions, `valgrind --tool=callgrind session_bench NAME COUNT` with two counts: the difference is the operations.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/session/lmdb_store.hpp"
#include "core/session/session_cache.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace sso;
using namespace sso::session;
using std::chrono::steady_clock;

constexpr std::size_t kSessions = 1000;
constexpr SessionCache::Terms kFresh{.fresh = std::chrono::hours(1)};
constexpr SessionCache::Terms kStale{.fresh = std::chrono::milliseconds(0)};

/// A person as a directory gives one: 12 attributes, 20 groups, about 1 kB.
Attributes person(std::size_t number) {
    Attributes attributes;
    const std::string uid = "user" + std::to_string(number);
    for (const char* name : {"uid", "cn", "sn", "givenName", "mail", "ou", "departmentUID", "employeeNumber",
                             "telephoneNumber", "title", "login", "mail_domain"}) {
        attributes.set(name, "the value of " + uid);
    }
    std::string groups;
    for (int i = 0; i < 20; ++i)
        groups += (i == 0 ? "" : "; ") + std::string("a-group-of-the-directory-") + std::to_string(i);
    attributes.set("groups", groups);
    return attributes;
}

struct Bench {
    test::TemporaryFolder folder;
    const StoreOptions options;
    const std::unique_ptr<RevocationBoard> board = std::make_unique<RevocationBoard>();
    LmdbStore store{folder.path("sessions"), {}};
    SessionCache cache{{store, options, *board}, {}};
    SysSeconds now = SystemClock().now();
    std::vector<SessionCookie> cookies;
    std::vector<std::string> texts;

    Bench() {
        for (std::size_t i = 0; i < kSessions; ++i) {
            cookies.push_back(SessionCookie::generate());
            texts.push_back(cookies.back().text());
            const Session session{cookies[i].id(), {"user", now, now, "192.0.2.1", "Browser"}, person(i)};
            if (!store.create(session.seal(cookies[i])) || !cache.resume(texts[i], now, kFresh)) std::abort();
        }
    }

    void hit(std::size_t i) {
        if (!cache.resume(texts[i % kSessions], now, kFresh)) std::abort();
    }
    void miss(std::size_t i) {
        if (!cache.resume(texts[i % kSessions], now, kStale)) std::abort();
    }
    void load(std::size_t i) {
        if (!store.load(cookies[i % kSessions].id(), now)) std::abort();
    }
    void create(std::size_t /*i*/) {
        const SessionCookie cookie = SessionCookie::generate();
        const Session session{cookie.id(), {"user", now, now, "192.0.2.1", "Browser"}, person(0)};
        if (!store.create(session.seal(cookie))) std::abort();
    }
};

/// The fastest of ten turns: on a busy machine the others measure their neighbours.
void measure(const char* name, std::size_t count, unsigned threads, const std::function<void(std::size_t)>& operation) {
    constexpr std::size_t kTurns = 10;
    double fastest = 0;
    for (std::size_t turn = 0; turn < kTurns && count >= kTurns; ++turn) {
        std::vector<std::thread> running;
        const auto began = steady_clock::now();
        for (unsigned t = 0; t < threads; ++t) {
            running.emplace_back([&, t] {
                for (std::size_t i = 0; i < count / kTurns; ++i) operation(i * 7 + t * 13);
            });
        }
        for (std::thread& thread : running) thread.join();
        const double ns = std::chrono::duration<double, std::nano>(steady_clock::now() - began).count();
        const double each = ns / static_cast<double>(count / kTurns) / threads;
        if (turn == 0 || each < fastest) fastest = each;
    }
    std::printf("%-16s %2u thread%s %10.1f ns each\n", name, threads, threads == 1 ? " " : "s", fastest);
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
    const std::string_view only = count_of_arguments > 1 ? arguments[1] : "";
    const std::size_t forced = count_of_arguments > 2 ? std::strtoull(arguments[2], nullptr, 10) : 0;
    Bench bench;
    const auto run = [&](const char* name, std::size_t count, unsigned threads, void (Bench::*operation)(std::size_t)) {
        if (!only.empty() && only != name) return;
        measure(name, forced != 0 ? forced : count, threads, [&](std::size_t i) { (bench.*operation)(i); });
    };
    run("hit", 2'000'000, 1, &Bench::hit);
    run("hit-shared", 2'000'000, 4, &Bench::hit);
    run("load", 200'000, 1, &Bench::load);
    run("load-shared", 100'000, 4, &Bench::load);
    run("miss", 100'000, 1, &Bench::miss);  // load, opened, parsed, kept
    run("create", 200, 1, &Bench::create);
    run("create-shared", 200, 16, &Bench::create);
    return 0;
}
