#include "core/base/attributes.hpp"

#include <algorithm>

namespace sso {
namespace {

bool name_below(const Attributes::Entry& entry, std::string_view name) {
    return entry.first < name;
}

}  // namespace

const AttributeValue* Attributes::find(std::string_view name) const noexcept {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), name, name_below);
    return at != entries_.end() && at->first == name ? &at->second : nullptr;
}

void Attributes::set(std::string_view name, AttributeValue value) {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), name, name_below);
    if (at != entries_.end() && at->first == name) {
        at->second = std::move(value);
    } else {
        entries_.emplace(at, std::string(name), std::move(value));
    }
}

void Attributes::erase(std::string_view name) {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), name, name_below);
    if (at != entries_.end() && at->first == name) entries_.erase(at);
}

bool Attributes::empty() const noexcept {
    return entries_.empty();
}
std::size_t Attributes::size() const noexcept {
    return entries_.size();
}
std::vector<Attributes::Entry>::const_iterator Attributes::begin() const noexcept {
    return entries_.begin();
}
std::vector<Attributes::Entry>::const_iterator Attributes::end() const noexcept {
    return entries_.end();
}

bool operator==(const Attributes& a, const Attributes& b) {
    return a.entries_ == b.entries_;
}

}  // namespace sso
