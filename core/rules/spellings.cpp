#include "core/rules/spellings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/encoding.hpp"
#include "core/http/path.hpp"

namespace sso::rules {
namespace {

/// Whether a segment is empty, "." or "..", the last one apart when it is empty.
bool has_odd_segment(std::string_view path) noexcept {
    return path.find("//") != path.npos || path.find("/./") != path.npos || path.find("/../") != path.npos ||
           path.ends_with("/.") || path.ends_with("/..");
}

/// Every well-formed escape decoded once more; a "%" that begins none stays. Backslashes become slashes.
std::string decoded_again(std::string_view path) {
    std::string result;
    result.reserve(path.size());
    for (std::size_t i = 0; i < path.size(); ++i) {
        char c = path[i];
        if (c == '%' && i + 2 < path.size()) {
            const int high = hex_digit(path[i + 1]);
            const int low = hex_digit(path[i + 2]);
            if (high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                i += 2;
            }
        }
        result += c == '\\' ? '/' : c;
    }
    return result;
}

std::string without_parameters(std::string_view path) {
    std::string result;
    result.reserve(path.size());
    bool inside = false;
    for (const char c : path) {
        if (c == ';') inside = true;
        if (c == '/') inside = false;
        if (!inside) result += c;
    }
    return result;
}

/// From what lets least in to what lets most.
constexpr std::array kByStrictness{Verdict::deny,         Verdict::fail,        Verdict::maintenance,
                                   Verdict::authenticate, Verdict::step_up,     Verdict::logout,
                                   Verdict::allow,        Verdict::unprotected, Verdict::skip};

/// How far down the list a verdict stands.
std::ptrdiff_t leniency(Verdict verdict) noexcept {
    return std::find(kByStrictness.begin(), kByStrictness.end(), verdict) - kByStrictness.begin();
}

}  // namespace

Result<std::vector<std::string>> further_spellings(std::string_view path, const Reader& reader) {
    const bool parameters = reader.drops_parameters && path.find(';') != path.npos;
    const bool escapes = reader.decodes_again && path.find_first_of("%\\") != path.npos;
    const bool raw_escapes = reader.decodes_again && reader.raw.find('%') != reader.raw.npos;
    std::vector<std::string> spellings;
    if (!parameters && !escapes && !raw_escapes && !has_odd_segment(path)) return spellings;

    const auto add = [&](Result<std::string> spelling) -> Status {
        if (!spelling) return tl::unexpected<Error>(spelling.error());
        if (*spelling == path) return {};
        if (std::find(spellings.begin(), spellings.end(), *spelling) == spellings.end()) {
            spellings.push_back(*std::move(spelling));
        }
        return {};
    };
    std::vector<std::string> readings;
    if (has_odd_segment(path)) readings.emplace_back(path);
    if (parameters) readings.push_back(without_parameters(path));
    if (escapes) {
        readings.push_back(decoded_again(path));
        if (reader.drops_parameters) readings.push_back(without_parameters(readings.back()));
    }
    for (const auto& reading : readings) {
        if (const auto added = add(http::canonical_decoded_path(reading)); !added) {
            return tl::unexpected<Error>(added.error());
        }
    }
    if (raw_escapes) {
        if (const auto added = add(http::canonical_path(reader.raw, true)); !added) {
            return tl::unexpected<Error>(added.error());
        }
    }
    return spellings;
}

Result<Decision> decide_every_spelling(const RulesInForce& rules, RequestView request, SubjectView subject,
                                       SysSeconds now, const Reader& reader) {
    const auto spellings = further_spellings(request.path, reader);
    if (!spellings) return tl::unexpected<Error>(spellings.error());
    Decision decision = decide_one_spelling(rules, request, subject, now);
    for (const auto& spelling : *spellings) {
        request.path = spelling;
        request.is_ordinary = false;
        Decision other = decide_one_spelling(rules, request, subject, now);
        const bool higher = other.verdict == decision.verdict && other.level > decision.level;
        if (higher || is_stricter(other.verdict, decision.verdict)) decision = std::move(other);
    }
    return decision;
}

bool is_stricter(Verdict a, Verdict b) noexcept {
    return leniency(a) < leniency(b);
}

}  // namespace sso::rules
