// For tests of programs: makes sessions in a store without a login, and ends them from another process.
//
//   make_session create  URI USER   attributes as JSON on standard input; prints the cookie's value
//   make_session aged    URI USER   the same, last used ten minutes ago: its next use is written down
//   make_session expired URI USER   the same, a day old: there until somebody purges it, and no session any more
//   make_session corrupt URI USER   the same, sealed for another cookie: it is there and does not open
//   make_session remove  URI COOKIE
//   make_session change  URI COOKIE  gives the session other attributes, JSON on standard input
//   make_session hold    FOLDER -   is a writer of an LMDB store that stops in the middle: prints "held" and waits
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <iterator>
#include <string>

#include "core/base/clock.hpp"
#include "core/session/lmdb_environment.hpp"
#include "core/session/session_store.hpp"

namespace {

using namespace sso;  // a program, not a header
using session::SessionCookie;

int report(const Error& error) {
    std::cerr << name(error.code) << ": " << error.detail << "\n";
    return 1;
}

Result<Attributes> read_attributes() {
    return session::parse_attributes(std::string{std::istreambuf_iterator<char>(std::cin), {}});
}

int create(session::SessionStore& store, const std::string& user, bool corrupt, std::chrono::seconds age) {
    auto attributes = read_attributes();
    if (!attributes) return report(attributes.error());
    const auto cookie = SessionCookie::generate();
    const auto now = SystemClock().now() - age;
    session::Session made{cookie.id(), {user, now, now, "127.0.0.1", "make_session"}, *std::move(attributes)};
    auto sealed = made.seal(cookie);
    if (corrupt) {
        const auto other = SessionCookie::generate();
        made.id = other.id();
        sealed = made.seal(other);
        sealed.id = cookie.id();
    }
    if (const auto stored = store.create(sealed); !stored) return report(stored.error());
    std::cout << cookie.text() << "\n";
    return 0;
}

int remove(session::SessionStore& store, const std::string& text) {
    const auto cookie = SessionCookie::parse(text);
    if (!cookie) return report(cookie.error());
    const auto removed = store.remove(cookie->id());
    if (!removed) return report(removed.error());
    return *removed ? 0 : 1;
}

int change(session::SessionStore& store, const std::string& text) {
    const auto cookie = SessionCookie::parse(text);
    if (!cookie) return report(cookie.error());
    auto attributes = read_attributes();
    if (!attributes) return report(attributes.error());
    const auto sealed = store.load(cookie->id(), SystemClock().now());
    if (!sealed) return report(sealed.error());
    auto opened = sealed->open(*cookie);
    if (!opened) return report(opened.error());
    opened->attributes = *std::move(attributes);
    const auto replaced = store.replace(opened->seal(*cookie));
    return replaced ? 0 : report(replaced.error());
}

int hold(const std::string& folder) {
    constexpr std::size_t kMap = std::size_t{64} << 20U;
    const auto environment = session::LmdbEnvironment::open(folder, kMap, std::chrono::seconds{5});
    if (!environment) return report(environment.error());
    const auto held = (*environment)
                          ->writes()
                          .run(
                              [](session::WriteTransaction& transaction) -> Status {
                                  const auto put = transaction.put(session::Table::persons, "half written", "value");
                                  std::cout << "held" << std::endl;
                                  while (put) ::pause();
                                  return put;
                              },
                              std::chrono::hours{1});
    return held ? 0 : report(held.error());
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::cerr << "usage: make_session create|aged|expired|corrupt URI USER < attributes.json"
                     " | make_session remove URI COOKIE | make_session change URI COOKIE < attributes.json"
                     " | make_session hold FOLDER -\n";
        return 2;
    }
    const std::string command = words[1];
    if (command == "hold") return hold(words[2]);
    auto store = session::open_store(words[2], {});
    if (!store) return report(store.error());
    if (command == "create" || command == "corrupt" || command == "aged" || command == "expired") {
        const std::chrono::minutes age{command == "aged" ? 10 : command == "expired" ? 24 * 60 : 0};
        return create(**store, words[3], command == "corrupt", age);
    }
    if (command == "remove") return remove(**store, words[3]);
    if (command == "change") return change(**store, words[3]);
    std::cerr << "make_session: no command " << command << "\n";
    return 2;
}
