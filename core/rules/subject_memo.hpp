// What a policy, of a virtual host or of a place, makes of one subject whatever is asked for: worked out once and kept
// with the session.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/session/held_session.hpp"

namespace sso::rules {

/// Belongs to one HostPolicy and one session. Any thread.
class SubjectMemo final : public session::SessionMemo {
  public:
    /// A header's value; nothing where it depends on the request, or could not be worked out.
    using Value = std::optional<std::string>;

    SubjectMemo(std::uint64_t policy, std::size_t rules, const std::vector<Value>& headers);

    /// Lives as long as this, and a NUL stands behind it.
    [[nodiscard]] std::optional<std::string_view> header(std::size_t index) const noexcept {
        const Place& place = places()[index];
        if (place.begin == 0) return std::nullopt;
        return std::string_view(memory_.get() + place.begin, place.size);
    }
    /// What a rule's expression gave, once it was asked.
    [[nodiscard]] std::optional<bool> truth(std::size_t rule) const noexcept {
        const auto known = truth_of(rule).load(std::memory_order_relaxed);
        return known == kUnknown ? std::nullopt : std::optional(known == kTrue);
    }
    void remember_truth(std::size_t rule, bool truth) const noexcept {
        truth_of(rule).store(truth ? kTrue : kFalse, std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof *this + size_; }

  private:
    enum Truth : char { kUnknown, kFalse, kTrue };
    /// Of a header's text in `memory_`.
    struct Place {
        std::uint32_t begin, size;
    };
    [[nodiscard]] const Place* places() const noexcept { return reinterpret_cast<const Place*>(memory_.get()); }
    [[nodiscard]] std::atomic_ref<char> truth_of(std::size_t rule) const noexcept {
        return std::atomic_ref(memory_[headers_ * sizeof(Place) + rule]);
    }

    std::uint32_t headers_;
    std::uint32_t size_;
    std::unique_ptr<char[]> memory_;  ///< in one piece: where the headers' texts are, truths, texts
};

}  // namespace sso::rules
