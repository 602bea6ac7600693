// What a setting is and may be, as text: for the reference page, the manager's forms and listings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/duration.hpp"
#include "core/config/field.hpp"

namespace sso::config {

/// The value of `field` in `part` as an administrator would write it, without the quotes of a single text; nothing
/// where none is set and none is meant.
template <class Part>
std::optional<std::string> value_text(const Field<Part>& field, const Part& part) {
    return std::visit(
        [&]<class Value>(Value Part::*member) -> std::optional<std::string> {
            const Value& value = part.*member;
            if constexpr (std::is_same_v<Value, bool>) {
                return value ? "true" : "false";
            } else if constexpr (std::is_same_v<Value, std::optional<bool>>) {
                return value ? std::optional<std::string>(*value ? "true" : "false") : std::nullopt;
            } else if constexpr (std::is_same_v<Value, int>) {
                return std::to_string(value);
            } else if constexpr (std::is_same_v<Value, std::optional<int>>) {
                return value ? std::optional(std::to_string(*value)) : std::nullopt;
            } else if constexpr (std::is_same_v<Value, std::string>) {
                return value;
            } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
                std::string list;
                for (const std::string& item : value) list += (list.empty() ? "\"" : ", \"") + item + "\"";
                return "[" + list + "]";
            } else if constexpr (std::is_same_v<Value, std::chrono::seconds> ||
                                 std::is_same_v<Value, std::chrono::milliseconds>) {
                return duration_text(value);
            } else if constexpr (std::is_same_v<Value, std::optional<std::chrono::seconds>>) {
                return value ? std::optional(duration_text(*value)) : std::nullopt;
            } else if constexpr (std::is_same_v<Value, http::Url>) {
                return value.text();
            } else if constexpr (std::is_same_v<Value, std::optional<http::Url>>) {
                return value ? std::optional(value->text()) : std::nullopt;
            } else if constexpr (std::is_same_v<Value, Located>) {
                return value.text;
            } else {
                static_assert(std::is_enum_v<Value>);
                for (const auto& [word, meaning] : Words<Value>::values) {
                    if (meaning == value) return std::string(word);
                }
                return std::nullopt;
            }
        },
        field.member);
}

/// "1min to 24h"; empty where there are no bounds.
template <class Part>
std::string range_text(const Field<Part>& field) {
    if (field.range.most.count() != 0)
        return duration_text(field.range.least) + " to " + duration_text(field.range.most);
    if (field.numbers.most == 0) return {};
    return std::to_string(field.numbers.least) + " to " + std::to_string(field.numbers.most);
}

/// The words that may be written; empty where it is not one of a few words.
template <class Part>
std::vector<std::string_view> words_of(const Field<Part>& field) {
    std::vector<std::string_view> words;
    std::visit(
        [&]<class Value>(Value Part::*) {
            if constexpr (std::is_enum_v<Value>) {
                for (const auto& [word, meaning] : Words<Value>::values) words.push_back(word);
            }
        },
        field.member);
    return words;
}

}  // namespace sso::config
