// For who starts a thread inside a program that is not ours.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace sso {

/// While it lives no signal is delivered to the thread that made it, and never one to threads that are started
/// meanwhile: the program's signals are for the program's own threads.
class SignalsHeld {
  public:
    SignalsHeld() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

  private:
    sigset_t before_;
};

}  // namespace sso
