#include "core/rules/pattern_pool.hpp"

#include <utility>

namespace sso::rules {

PatternPointer PatternPool::find(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    const auto known = patterns_.find(text);
    return known == patterns_.end() ? nullptr : known->second;
}

PatternPointer PatternPool::keep(std::string_view text, PatternPointer pattern) {
    std::string key(text);
    const std::lock_guard lock(mutex_);
    return patterns_.emplace(std::move(key), std::move(pattern)).first->second;
}

void PatternPool::clear() {
    const std::lock_guard lock(mutex_);
    patterns_.clear();
}

std::size_t PatternPool::size() const {
    const std::lock_guard lock(mutex_);
    return patterns_.size();
}

}  // namespace sso::rules
