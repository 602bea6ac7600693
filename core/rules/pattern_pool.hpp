// Compiled patterns by their texts, so that equal ones are one. Inside core/rules.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/rules/rule_index.hpp"

namespace sso::rules {

/// Callable from several threads at once.
class PatternPool {
  public:
    /// Null: there is none of that text.
    [[nodiscard]] PatternPointer find(std::string_view text) const;
    /// @return the one of that text from now on: another thread's, where that was first
    PatternPointer keep(std::string_view text, PatternPointer pattern);
    void clear();
    [[nodiscard]] std::size_t size() const;

  private:
    mutable std::mutex mutex_;  // nothing is compiled under it
    std::map<std::string, PatternPointer, std::less<>> patterns_;
};

}  // namespace sso::rules
