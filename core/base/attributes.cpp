#include "core/base/attributes.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace sso {
namespace {

bool name_below(const Attributes::Entry& entry, std::string_view name) {
    return entry.first < name;
}

template <class Word>
bool begin_and_end_alike(const char* a, const char* b, std::size_t size) noexcept {
    Word first[2];
    Word last[2];
    std::memcpy(&first[0], a, sizeof(Word));
    std::memcpy(&first[1], b, sizeof(Word));
    std::memcpy(&last[0], a + size - sizeof(Word), sizeof(Word));
    std::memcpy(&last[1], b + size - sizeof(Word), sizeof(Word));
    return first[0] == first[1] && last[0] == last[1];
}

/// Whether two names of one size, at least one byte, are the same. Names are short: this calls nothing for most.
bool same_name(const char* a, const char* b, std::size_t size) noexcept {
    if (size < 2) return *a == *b;
    if (size < 4) return begin_and_end_alike<std::uint16_t>(a, b, size);
    if (size <= 8) return begin_and_end_alike<std::uint32_t>(a, b, size);
    if (size <= 16) return begin_and_end_alike<std::uint64_t>(a, b, size);
    return std::memcmp(a, b, size) == 0;
}

}  // namespace

const AttributeValue* Attributes::find(std::string_view name) const noexcept {
    // Rules look names up at each request. Their first bytes tell most names apart, so this takes half the instructions
    // of a std::lower_bound, which calls a function for each comparison.
    const auto less = [](char a, char b) { return static_cast<unsigned char>(a) < static_cast<unsigned char>(b); };
    const char* const wanted = name.data();
    const char initial = name.empty() ? '\0' : name.front();
    const Entry* first = entries_.data();
    for (std::size_t left = entries_.size(); left > 0;) {
        const std::size_t half = left / 2;
        const Entry& middle = first[half];
        const char* const here = middle.first.c_str();
        bool below = less(*here, initial);
        if (*here == initial) {
            const std::size_t size = middle.first.size();
            if (size == name.size() && size > 0 && same_name(here, wanted, size)) return &middle.second;
            const std::size_t common = std::min(size, name.size());
            std::size_t same = common > 0 ? 1 : 0;
            while (same < common && here[same] == wanted[same]) ++same;
            if (same == size && same == name.size()) return &middle.second;
            below = same == common ? size < name.size() : less(here[same], wanted[same]);
        }
        if (below) {
            first += half + 1;
            left -= half + 1;
        } else {
            left = half;
        }
    }
    return nullptr;
}

void Attributes::set(std::string_view name, AttributeValue value) {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), name, name_below);
    if (at != entries_.end() && at->first == name) {
        at->second = std::move(value);
    } else {
        entries_.emplace(at, std::string(name), std::move(value));
    }
}

Attributes Attributes::of(std::vector<Entry> entries) {
    Attributes attributes;
    attributes.entries_ = std::move(entries);
    auto& all = attributes.entries_;
    const auto follow = [](const Entry& a, const Entry& b) { return a.first >= b.first; };
    if (std::adjacent_find(all.begin(), all.end(), follow) == all.end())
        return attributes;  // as `begin` to `end` has them
    std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool is_last = i + 1 == all.size() || all[i + 1].first != all[i].first;
        if (!is_last) continue;
        if (kept != i) all[kept] = std::move(all[i]);
        ++kept;
    }
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
    return attributes;
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
