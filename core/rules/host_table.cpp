#include "core/rules/host_table.hpp"

#include <algorithm>

#include "core/config/names.hpp"

namespace sso::rules {
namespace {

/// Whether of two wildcards that begin alike `a` is tried before `b`.
bool goes_first(std::string_view a, std::string_view b) noexcept {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
}

}  // namespace

HostTable::Beginning HostTable::beginning_of(std::string_view wildcard) noexcept {
    if (wildcard.front() == '%') return wildcard.size() == 1 ? bare_percent : percent;
    if (wildcard.front() == '*') return wildcard.size() == 1 ? bare_star : star;
    return text;
}

void HostTable::add(std::string_view name, std::size_t index) {
    names_.emplace(name, index);
    if (!config::is_wildcard(name)) return;
    const Beginning beginning = beginning_of(name);
    Rank& rank = ranks_.at(beginning);
    const std::string_view rest = name.substr(1);
    if (beginning != text && rest.starts_with('.') && !config::is_wildcard(rest)) {
        rank.suffixes.emplace(rest, index);
        return;
    }
    const auto place =
        std::upper_bound(rank.odd.begin(), rank.odd.end(), name,
                         [](std::string_view added, const Wildcard& other) { return goes_first(added, other.text); });
    rank.odd.insert(place, Wildcard{std::string(name), index});
}

std::optional<std::size_t> HostTable::find(std::string_view name) const noexcept {
    const auto written = names_.find(name);
    if (written != names_.end()) return written->second;

    const auto first_dot = name.find('.');
    for (std::size_t beginning = text; beginning < ranks_.size(); ++beginning) {
        const Rank& rank = ranks_.at(beginning);
        std::string_view suffix;
        if (!rank.suffixes.empty()) {
            for (auto dot = first_dot; dot != name.npos && suffix.empty(); dot = name.find('.', dot + 1)) {
                if (rank.suffixes.contains(name.substr(dot))) suffix = name.substr(dot);
                if (beginning == percent) break;  // it stands for no dot
            }
        }
        if (const auto found = find_among(rank, suffix, name)) return found;
    }
    return std::nullopt;
}

/// @param suffix  the longest of the rank's suffixes that `name` ends with; empty: none
std::optional<std::size_t> HostTable::find_among(const Rank& rank, std::string_view suffix,
                                                 std::string_view name) noexcept {
    for (const Wildcard& wildcard : rank.odd) {
        const std::string_view rest = std::string_view(wildcard.text).substr(1);
        if (!suffix.empty() && goes_first(suffix, rest)) break;
        if (config::matches_wildcard(wildcard.text, name)) return wildcard.index;
    }
    if (suffix.empty()) return std::nullopt;
    return rank.suffixes.find(suffix)->second;
}

}  // namespace sso::rules
