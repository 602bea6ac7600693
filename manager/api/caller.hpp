// Whoever makes a request of the manager, and what they may do there.
#pragma once

#include <optional>
#include <string>

#include "core/http/message.hpp"
#include "core/rules/policy.hpp"
#include "manager/site.hpp"

namespace sso::manager::api {

/// The person in REMOTE_USER, under one configuration: the one that serves, or one that is to be. What is known of them
/// is asked of the directory once, and only if a rule needs it.
class Caller {
  public:
    /// All three outlive this object.
    Caller(const Site& site, const http::Request& request, const rules::Snapshot& snapshot);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    /// Whether `[manager.roles]` gives the role; `sessions` and `change` only to who may `read`.
    /// @return an error (logged, SSO0615) when the directory does not say who this is
    Result<bool> may(rules::ManagerRole role);
    /// What a login would give them now; null when the directory has nobody of this name, or when its person of this
    /// name would go by another one in logs and in REMOTE_USER (SSO0617): then it may be somebody else.
    Result<const Attributes*> attributes();

  private:
    Result<bool> has(rules::ManagerRole role);
    Result<std::optional<Attributes>> look_up() const;

    const Site& site_;
    const http::Request& request_;
    const rules::Snapshot& snapshot_;
    std::string name_, address_;
    std::optional<Result<std::optional<Attributes>>> known_;
};

}  // namespace sso::manager::api
