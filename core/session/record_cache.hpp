// L2 as the session cache sees it: sealed records in memory that the processes of a host share. The program has the
// memory; what is in it can be opened with the cookie alone.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "core/session/session_cookie.hpp"

namespace sso::session {

/// Callable from several threads at once. It may forget anything at any time, and never fails: what it cannot do it
/// leaves.
class RecordCache {
  public:
    virtual ~RecordCache() = default;
    /// Hands what is kept under `id` to `use`, which may have been put there by anybody. @return whether there was
    /// something
    virtual bool find(const SessionId& id, const std::function<void(std::string_view record)>& use) noexcept = 0;
    virtual void keep(const SessionId& id, std::string_view record, std::chrono::seconds at_most) noexcept = 0;
    virtual void drop(const SessionId& id) noexcept = 0;
};

}  // namespace sso::session
