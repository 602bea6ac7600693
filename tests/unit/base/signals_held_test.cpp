#include "core/base/signals_held.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace sso {
namespace {

/// Whether a signal can be delivered to the calling thread.
bool is_open_to(int number) {
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    return sigismember(&blocked, number) == 0;
}

TEST(SignalsHeld, AreHeldInAThreadThatIsStartedMeanwhileAndForItsWholeLife) {
    bool is_open = true;
    std::thread thread;
    {
        const SignalsHeld held;
        EXPECT_FALSE(is_open_to(SIGTERM));
        thread = std::thread([&] { is_open = is_open_to(SIGTERM) || is_open_to(SIGHUP); });
    }
    thread.join();
    EXPECT_FALSE(is_open);
}

TEST(SignalsHeld, ComeAsBeforeAfterwards) {
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hangup, nullptr);
    { const SignalsHeld held; }
    EXPECT_TRUE(is_open_to(SIGTERM));
    EXPECT_FALSE(is_open_to(SIGHUP));
    pthread_sigmask(SIG_UNBLOCK, &hangup, nullptr);
}

}  // namespace
}  // namespace sso
