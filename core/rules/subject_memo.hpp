// What a policy, of a virtual host or of a place, makes of one subject whatever is asked for: worked out once and kept
// with the session.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/session/held_session.hpp"

namespace sso::rules {

/// A header as an application gets it: texts that end in NUL.
struct ReadyHeader {
    const char* name;
    const char* value;
};

/// Belongs to one HostPolicy and one session. Any thread.
class SubjectMemo final : public session::SessionMemo {
  public:
    struct Header {
        const char* name;                  ///< lives as long as the policy
        std::optional<std::string> value;  ///< nothing where it depends on the request, or could not be worked out
    };

    /// @param is_complete  nothing need be added to `headers` for any request
    SubjectMemo(std::uint64_t policy, std::size_t rules, const std::vector<Header>& headers, bool is_complete);

    /// All that the application gets, where that is known without a request. Lives as long as this and the policy.
    [[nodiscard]] std::optional<std::span<const ReadyHeader>> all_headers() const noexcept {
        if (!is_complete_) return std::nullopt;
        return headers();
    }
    /// Each of the policy's headers, living as all of them do; a value is null where it depends on the request.
    [[nodiscard]] std::span<const ReadyHeader> headers() const noexcept {
        return {reinterpret_cast<const ReadyHeader*>(memory_.get()), header_count_};
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
    [[nodiscard]] std::atomic_ref<char> truth_of(std::size_t rule) const noexcept {
        return std::atomic_ref(memory_[header_count_ * sizeof(ReadyHeader) + rule]);
    }

    std::uint32_t header_count_;
    bool is_complete_;
    std::uint32_t size_;
    std::unique_ptr<char[]> memory_;  ///< in one piece: headers, truths, the headers' texts
};

}  // namespace sso::rules
