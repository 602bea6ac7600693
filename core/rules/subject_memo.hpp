// What a policy, of a virtual host or of a place, makes of one subject whatever is asked for: worked out once and kept
// with the session.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/session/held_session.hpp"

namespace sso::rules {

/// Belongs to one HostPolicy and one session. Any thread.
class SubjectMemo final : public session::SessionMemo {
  public:
    /// A header's value; nothing where it depends on the request, or could not be worked out.
    using Value = std::optional<std::string>;

    SubjectMemo(std::uint64_t policy, std::size_t rules, std::vector<Value> headers);

    [[nodiscard]] const Value& header(std::size_t index) const noexcept { return headers_[index]; }
    /// What a rule's expression gave, once it was asked.
    [[nodiscard]] std::optional<bool> truth(std::size_t rule) const noexcept {
        const auto known = truths_[rule].load(std::memory_order_relaxed);
        return known == kUnknown ? std::nullopt : std::optional(known == kTrue);
    }
    void remember_truth(std::size_t rule, bool truth) const noexcept {
        truths_[rule].store(truth ? kTrue : kFalse, std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t bytes() const noexcept override;

  private:
    enum Truth : unsigned char { kUnknown, kFalse, kTrue };
    std::size_t rules_;
    std::unique_ptr<std::atomic<Truth>[]> truths_;
    std::vector<Value> headers_;
};

}  // namespace sso::rules
