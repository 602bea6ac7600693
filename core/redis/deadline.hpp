// The instant by which a whole operation is over, however many steps it takes. For the rooms' own use.
#pragma once

#include <chrono>

namespace sso::redis {

using Deadline = std::chrono::steady_clock::time_point;

/// What is left, never negative.
inline std::chrono::milliseconds remaining(Deadline deadline) noexcept {
    const auto left = deadline - std::chrono::steady_clock::now();
    return std::max(std::chrono::milliseconds::zero(), std::chrono::ceil<std::chrono::milliseconds>(left));
}

}  // namespace sso::redis
