#include "core/http/header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <iterator>

#include "core/base/block.hpp"
#include "core/base/text.hpp"

namespace sso::http {
namespace {

constexpr bool is_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr auto kFolded = [] {
    std::array<char, 256> folded{};
    for (std::size_t byte = 0; byte < folded.size(); ++byte) {
        const char c = static_cast<char>(byte);
        folded[byte] = !is_alphanumeric(c) ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return folded;
}();

constexpr char fold(char c) noexcept {
    return kFolded[static_cast<unsigned char>(c)];
}

constexpr bool may_stand_in_field(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 || c == '\t') && byte != 0x7F;
}

/// Which of the block's bytes are control bytes: all that may not stand in a field's value, and tab.
unsigned controls(Block block) noexcept {
    return (block.is_between('\0', '\x1F') | block.equals('\x7F')).mask();
}

bool has_control(std::string_view value) noexcept {
    constexpr std::size_t kHalf = Block::kSize / 2;
    constexpr std::size_t kQuarter = kHalf / 2;
    const char* const text = value.data();
    if (value.size() < kQuarter) {
        return std::any_of(value.begin(), value.end(), [](char c) { return !may_stand_in_field(c) || c == '\t'; });
    }
    if (value.size() < kHalf) {  // the second quarter overlaps the first
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::memcpy(&first, text, kQuarter);
        std::memcpy(&last, text + value.size() - kQuarter, kQuarter);
        return (controls(Block::of(std::uint64_t{first} << 32U | last)) & 0xFFU) != 0;
    }
    // what is last overlaps what is before it
    if (value.size() < Block::kSize) return controls(Block::halves(text, text + value.size() - kHalf)) != 0;
    const char* const last = text + value.size() - Block::kSize;
    unsigned found = controls(Block::sixteen(last));
    for (const char* at = text; at < last; at += Block::kSize) found |= controls(Block::sixteen(at));
    return found != 0;
}

/// One member of an Accept or Accept-Language header: weight in thousandths (RFC 9110 §12.4.2).
struct Preference {
    std::string_view name;
    int weight;
};

constexpr int kFullWeight = 1000;
constexpr std::size_t kMostPreferences = 64;

/// "0", "0.5", "1.000" in thousandths; what is malformed weighs nothing.
int parse_weight(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
    int weight = text[0] == '1' ? kFullWeight : 0;
    if (text.size() == 1) return weight;
    if (text[1] != '.') return 0;
    int unit = kFullWeight / 10;
    for (const char c : text.substr(2)) {
        if (c < '0' || c > '9') return 0;
        weight += (c - '0') * unit;
        unit /= 10;
    }
    return std::min(weight, kFullWeight);
}

std::vector<Preference> preferences(std::string_view header) {
    std::vector<Preference> result;
    for (const auto member : split(header, ',')) {
        const auto parts = split(member, ';');
        Preference preference{trim(parts[0]), kFullWeight};
        if (preference.name.empty()) continue;
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const std::string_view parameter = trim(parts[i]);
            if (equal_ignoring_case(parameter.substr(0, 2), "q="))
                preference.weight = parse_weight(parameter.substr(2));
        }
        if (preference.weight > 0) result.push_back(preference);
        if (result.size() == kMostPreferences) break;
    }
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
    return result;
}

}  // namespace

bool cgi_equivalent(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (fold(a[i]) != fold(b[i])) return false;
    }
    return true;
}

std::string cgi_name(std::string_view header_name) {
    std::string name(header_name);
    std::transform(name.begin(), name.end(), name.begin(), fold);
    return name;
}

bool is_token(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

std::string field_value(std::string_view value) {
    if (is_plain_field_value(value)) return std::string(value);
    std::string clean;
    clean.reserve(value.size());
    std::copy_if(value.begin(), value.end(), std::back_inserter(clean), may_stand_in_field);
    return std::string(trim(clean));
}

bool is_plain_field_value(std::string_view value) noexcept {
    if (value.empty()) return true;
    return value.front() != ' ' && value.back() != ' ' && !has_control(value);
}

std::string without_list_members(std::string_view list, const std::vector<std::string>& drop) {
    constexpr std::string_view kSeparators = ",; \t\n\v\f\r";
    std::string kept;
    while (true) {
        list.remove_prefix(std::min(list.find_first_not_of(kSeparators), list.size()));
        if (list.empty()) return kept;
        const std::string_view member = list.substr(0, list.find_first_of(kSeparators));
        list.remove_prefix(member.size());
        const bool dropped =
            std::any_of(drop.begin(), drop.end(), [&](const auto& name) { return cgi_equivalent(member, name); });
        if (dropped) continue;
        if (!kept.empty()) kept += ", ";
        kept += member;
    }
}

std::vector<std::string> accepted(std::string_view accept_header) {
    std::vector<std::string> names;
    for (const auto& preference : preferences(accept_header)) names.emplace_back(preference.name);
    return names;
}

std::string_view best_language(std::string_view accept_language, std::initializer_list<std::string_view> ours) {
    for (const std::string& wanted : accepted(accept_language)) {
        const std::string primary = to_lower(wanted.substr(0, wanted.find('-')));
        const auto* found = std::find(ours.begin(), ours.end(), primary);
        if (found != ours.end()) return *found;
    }
    return *ours.begin();
}

bool wants_json(std::string_view accept_header) {
    int json = 0;
    int html = 0;
    for (const auto& [name, weight] : preferences(accept_header)) {
        if (equal_ignoring_case(name, "application/json") || equal_ignoring_case(name, "text/json")) {
            json = std::max(json, weight);
        } else if (equal_ignoring_case(name, "text/html") || equal_ignoring_case(name, "application/xhtml+xml")) {
            html = std::max(html, weight);
        }
    }
    return json > html;
}

}  // namespace sso::http
