// A host's addresses, looked up within a deadline although the system's resolver knows none.
#pragma once

#include <netdb.h>

#include <memory>
#include <mutex>
#include <string>

#include "core/base/result.hpp"
#include "core/redis/deadline.hpp"
#include "core/redis/uri.hpp"

namespace sso::redis {

/// Never null; shared by those who asked at once.
using AddressList = std::shared_ptr<const addrinfo>;

/// Looks one endpoint up. Callable from several threads at once: however many ask while the system's resolver hangs,
/// one query is under way (in a thread of its own, which may outlive this object), and each asker waits no longer than
/// its own deadline.
class Resolver {
  public:
    explicit Resolver(const Endpoint& endpoint);

    /// @return `unavailable` if there is no answer in time or the host is unknown
    Result<AddressList> addresses(Deadline deadline);

  private:
    struct Query;
    static std::shared_ptr<Query> start(std::string host, std::string port);

    const std::string host_, port_;
    std::mutex mutex_;
    std::shared_ptr<Query> pending_;  // under mutex_
};

}  // namespace sso::redis
