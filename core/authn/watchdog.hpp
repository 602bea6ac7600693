// Ends what cannot be given a time-out: at the deadline it shuts a socket down, and whoever waits for it fails.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace sso::authn {

/// Lives while a blocking call may wait. A thread of its own, so of use where a network is waited for, and not in
/// loops.
class Watchdog {
  public:
    explicit Watchdog(std::chrono::steady_clock::time_point deadline);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// From now on `socket` is what the deadline ends. Keeps a descriptor of its own: the caller may close `socket`.
    void guard(int socket);

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int socket_ = -1;
    bool over_ = false;     // nothing is waited for any more
    bool expired_ = false;  // the deadline has passed
    std::thread thread_;
};

}  // namespace sso::authn
