// What a policy, of a virtual host or of a place, makes of one subject whatever is asked for: worked out once and kept
// with the session.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/session/held_session.hpp"

namespace sso::rules {

/// A header as an application gets it: texts that end in NUL.
struct ReadyHeader {
    const char* name;
    const char* value;
};

/// Belongs to one HostPolicy and one session. Any thread. One piece of memory, so that little of the processor's cache
/// is asked for: behind the object stand its headers, the truths, and the headers' texts.
class SubjectMemo final : public session::SessionMemo {
  public:
    struct Header {
        const char* name;  ///< lives as long as the policy
        /// Of its text; nothing where it has none yet: that depends on the request, or could not be worked out.
        std::optional<std::size_t> size;
    };

    /// @param texts        of the headers that have one, in their order, each with a NUL behind it
    /// @param is_complete  nothing need be added to `headers` for any request
    static std::unique_ptr<SubjectMemo> make(std::uint64_t policy, std::size_t rules, std::span<const Header> headers,
                                             std::string_view texts, bool is_complete);
    /// For what `make` made: the object is larger than its type.
    // NOLINTNEXTLINE(cert-dcl54-cpp,misc-new-delete-overloads): `make` has the memory from the global operator new
    static void operator delete(void* memory) noexcept { ::operator delete(memory); }

    /// All that the application gets, where that is known without a request. Lives as long as this and the policy.
    [[nodiscard]] std::optional<std::span<const ReadyHeader>> all_headers() const noexcept {
        if (is_complete_ == 0) return std::nullopt;
        return headers();
    }
    /// Each of the policy's headers, living as all of them do; a value is null where it depends on the request.
    [[nodiscard]] std::span<const ReadyHeader> headers() const noexcept {
        return {reinterpret_cast<const ReadyHeader*>(behind()), header_count_};
    }
    /// What a rule's expression gave, once it was asked.
    [[nodiscard]] std::optional<bool> truth(std::size_t rule) const noexcept {
        const auto known = truth_of(rule).load(std::memory_order_relaxed);
        return known == kUnknown ? std::nullopt : std::optional(known == kTrue);
    }
    void remember_truth(std::size_t rule, bool truth) const noexcept {
        truth_of(rule).store(truth ? kTrue : kFalse, std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t bytes() const noexcept override { return size_; }

  private:
    enum Truth : char { kUnknown, kFalse, kTrue };
    SubjectMemo(std::uint64_t policy, std::size_t header_count, std::size_t size, bool is_complete) noexcept
        : SessionMemo(policy),
          header_count_(static_cast<std::uint32_t>(header_count)),
          size_(static_cast<std::uint32_t>(size) & 0x7FFF'FFFFU),
          is_complete_(is_complete ? 1 : 0) {}
    [[nodiscard]] char* behind() const noexcept { return const_cast<char*>(reinterpret_cast<const char*>(this + 1)); }
    [[nodiscard]] std::atomic_ref<char> truth_of(std::size_t rule) const noexcept {
        return std::atomic_ref(behind()[header_count_ * sizeof(ReadyHeader) + rule]);
    }

    std::uint32_t header_count_;
    std::uint32_t size_ : 31;
    std::uint32_t is_complete_ : 1;
};

}  // namespace sso::rules
