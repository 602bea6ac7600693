#include "core/rules/subject_memo.hpp"

#include <utility>

namespace sso::rules {

SubjectMemo::SubjectMemo(std::uint64_t policy, std::size_t rules, std::vector<Value> headers)
    : SessionMemo(policy),
      rules_(rules),
      truths_(std::make_unique<std::atomic<Truth>[]>(rules)),
      headers_(std::move(headers)) {}

std::size_t SubjectMemo::bytes() const noexcept {
    std::size_t bytes = sizeof *this + rules_ + headers_.capacity() * sizeof(Value);
    for (const auto& header : headers_) bytes += header ? header->capacity() : 0;
    return bytes;
}

}  // namespace sso::rules
