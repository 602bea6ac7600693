#include "core/config/settings_schema.hpp"

#include <nlohmann/json.hpp>

#include "core/config/field_text.hpp"
#include "core/config/settings_table.hpp"

namespace sso::config {
namespace {

using Json = nlohmann::ordered_json;

/// What `part` holds, as JSON of the setting's own type; null where nothing is set.
template <class Part>
Json json_of_value(const Field<Part>& field, const Part& part) {
    return std::visit(
        [&]<class Value>(Value Part::*member) -> Json {
            if constexpr (std::is_same_v<Value, bool> || std::is_same_v<Value, int> ||
                          std::is_same_v<Value, std::vector<std::string>>) {
                return part.*member;
            } else {
                const auto text = value_text(field, part);
                return text ? Json(*text) : Json();
            }
        },
        field.member);
}

/// How TOML writes it: what is not text stands without quotes.
template <class Part>
std::string_view type_of(const Field<Part>& field) {
    return std::visit(
        []<class Value>(Value Part::*) -> std::string_view {
            if constexpr (std::is_same_v<Value, bool> || std::is_same_v<Value, std::optional<bool>>) return "boolean";
            if constexpr (std::is_same_v<Value, int> || std::is_same_v<Value, std::optional<int>>) return "number";
            if constexpr (std::is_same_v<Value, std::vector<std::string>>) return "list";
            return "text";
        },
        field.member);
}

template <class Part>
Json json_of(const Field<Part>& field) {
    Json json{{"name", field.name}, {"kind", field.kind}, {"type", type_of(field)}, {"help", field.help}};
    if (field.presence == Presence::required) {
        json["required"] = true;
    } else if (!field.default_text.empty()) {
        json["default_text"] = field.default_text;
    } else if (auto value = json_of_value(field, Part{}); !value.is_null()) {
        json["default"] = std::move(value);
    }
    if (std::string range = range_text(field); !range.empty()) json["range"] = std::move(range);
    if (auto words = words_of(field); !words.empty()) json["choices"] = std::move(words);
    return json;
}

template <class Part>
Json json_of(const Section<Part>& section) {
    Json fields = Json::array();
    for (const Field<Part>& field : section.fields) fields.push_back(json_of(field));
    const std::string_view name = section.path.substr(0, section.path.find("[]"));
    return {{"name", name}, {"title", section.path}, {"help", section.help}, {"fields", std::move(fields)}};
}

}  // namespace

std::string settings_schema() {
    Json tables = Json::array();
    Settings fresh;
    for_each_section(fresh, [&](const auto& section, const auto&) {
        if (!section.fields.empty()) tables.push_back(json_of(section));
    });
    tables.push_back(json_of(kVirtualHost));
    tables.push_back(json_of(kRule));
    tables.push_back(json_of(kHeader));
    Json open = Json::array();
    for (const OpenTable& table : kOpenTables) {
        open.push_back({{"name", table.path}, {"key", table.key}, {"value_kind", table.value}, {"help", table.help}});
    }
    return Json{{"tables", std::move(tables)}, {"open_tables", std::move(open)}}.dump();
}

}  // namespace sso::config
