// Headers in memory of their own, for programs that show them.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/rules/policy.hpp"

namespace sso::rules {

namespace detail {
struct HeaderMemory {
    explicit HeaderMemory(std::size_t count) : headers(count) {}
    std::vector<ReadyHeader> headers;
    std::deque<std::string> texts;
};
}  // namespace detail

/// Those that `policy` sends, until this goes.
class HeaderList : private detail::HeaderMemory, public HeaderSink {
  public:
    explicit HeaderList(const HostPolicy& policy)
        : HeaderMemory(policy.header_names().size()), HeaderSink(headers.data(), {}) {}

  private:
    char* more_room(std::size_t size) override { return texts.emplace_back(size, '\0').data(); }
};

}  // namespace sso::rules
