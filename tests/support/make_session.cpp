// For tests of programs: makes sessions in a store without a login, and ends them from another process.
//
//   make_session create  URI USER   attributes as JSON on standard input; prints the cookie's value
//   make_session corrupt URI USER   the same, sealed for another cookie: it is there and does not open
//   make_session remove  URI COOKIE
#include <chrono>
#include <iostream>
#include <iterator>
#include <string>

#include "core/base/clock.hpp"
#include "core/session/session_store.hpp"

namespace {

using namespace sso;  // a program, not a header
using session::SessionCookie;

int report(const Error& error) {
    std::cerr << name(error.code) << ": " << error.detail << "\n";
    return 1;
}

int create(session::SessionStore& store, const std::string& user, bool corrupt) {
    const std::string json{std::istreambuf_iterator<char>(std::cin), {}};
    auto attributes = session::parse_attributes(json);
    if (!attributes) return report(attributes.error());
    const auto cookie = SessionCookie::generate();
    const auto now = SystemClock().now();
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

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::cerr << "usage: make_session create|corrupt URI USER < attributes.json | make_session remove URI COOKIE\n";
        return 2;
    }
    const std::string command = words[1];
    auto store = session::open_store(words[2], {});
    if (!store) return report(store.error());
    if (command == "create" || command == "corrupt") return create(**store, words[3], command == "corrupt");
    if (command == "remove") return remove(**store, words[3]);
    std::cerr << "make_session: no command " << command << "\n";
    return 2;
}
