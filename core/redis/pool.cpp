#include "core/redis/pool.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace sso::redis {
namespace {

constexpr std::chrono::seconds kIdleLimit{60};

}  // namespace

std::unique_ptr<Connection> Pool::take() {
    std::unique_ptr<Connection> connection;
    {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return nullptr;
        connection = std::move(idle_.back());
        idle_.pop_back();
    }
    if (connection->is_sound()) return connection;
    flush();
    return nullptr;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
    if (connection->is_spent()) return;
    connection->idle_since = std::chrono::steady_clock::now();
    std::vector<std::unique_ptr<Connection>> closing;  // closed when the lock is free again
    const std::lock_guard lock(mutex_);
    const auto oldest_kept = connection->idle_since - kIdleLimit;
    const auto first_kept =
        std::find_if(idle_.begin(), idle_.end(), [&](const auto& idle) { return idle->idle_since > oldest_kept; });
    std::move(idle_.begin(), first_kept, std::back_inserter(closing));
    idle_.erase(idle_.begin(), first_kept);
    (idle_.size() < most_ ? idle_ : closing).push_back(std::move(connection));
}

void Pool::flush() {
    std::vector<std::unique_ptr<Connection>> closing;
    const std::lock_guard lock(mutex_);
    closing.swap(idle_);
}

}  // namespace sso::redis
