// The idle connections of one process to one server. The lock is never held while anybody waits for the network.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "core/redis/connection.hpp"

namespace sso::redis {

class Pool {
  public:
    explicit Pool(std::size_t most) : most_(most) {}

    /// A sound connection, the one used last, or null. The first dead one takes all other idle ones with it: what ended
    /// it (a restart, a fail-over) has ended them, and finding out one by one would cost a request each.
    std::unique_ptr<Connection> take();
    /// Keeps a sound connection; closes it when there are enough. Closes those that have been idle for a minute.
    void give_back(std::unique_ptr<Connection> connection);
    /// Closes all that are idle.
    void flush();

  private:
    std::size_t most_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;  // under mutex_; the one used last is at the back
};

}  // namespace sso::redis
