// What the parts of the session stores' suite say in the same words: logins, lists, outcomes.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "core/session/session_store.hpp"

namespace sso::session::contract {

/// The suite moves time by hand, from the moment it began: engines that delete by their own clock have no cause to.
inline const SysSeconds kNow = SystemClock().now();

/// A session as the portal makes it.
struct Login {
    SessionCookie cookie = SessionCookie::generate();
    std::string user = "alice";
    SysSeconds created = kNow;
    std::string address = "192.0.2.1";
    std::size_t attribute_bytes = 100;

    [[nodiscard]] SessionId id() const { return cookie.id(); }
    [[nodiscard]] SealedSession sealed() const {
        Attributes attributes;
        attributes.set("uid", user);
        attributes.set("padding", std::string(attribute_bytes, 'x'));
        return Session{id(), {user, created, created, address, "Browser/1.0"}, attributes}.seal(cookie);
    }
};

inline Login login_of(std::string user) {
    Login login;
    login.user = std::move(user);
    return login;
}

inline std::set<std::string> ids(SessionStore& store, const SessionQuery& query, SysSeconds now = kNow) {
    std::set<std::string> found;
    const auto listed = store.list(query, now, [&](const SealedSession& session) {
        EXPECT_TRUE(found.insert(session.id.hex()).second) << "a session was listed twice";
        return true;
    });
    EXPECT_TRUE(listed) << (listed ? "" : listed.error().detail);
    return found;
}

template <class T>
::testing::AssertionResult answers(const Result<T>& result, ErrorCode code) {
    if (result) return ::testing::AssertionFailure() << "it succeeded";
    if (result.error().code == code) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << name(result.error().code) << ": " << result.error().detail;
}

#define EXPECT_OK(expression)                                            \
    do {                                                                 \
        const auto outcome = (expression);                               \
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().detail); \
    } while (false)
#define ASSERT_OK(expression)                                            \
    do {                                                                 \
        const auto outcome = (expression);                               \
        ASSERT_TRUE(outcome) << (outcome ? "" : outcome.error().detail); \
    } while (false)

/// `touch` may answer before it is written; what is asked after it through the same store comes after it.
inline void settle(SessionStore& store) {
    EXPECT_OK(store.reset("settle"));
}

}  // namespace sso::session::contract
