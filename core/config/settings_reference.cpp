// settings_reference: docs/settings.md from the settings table.
#include "core/config/field_text.hpp"
#include "core/config/settings.hpp"
#include "core/config/settings_table.hpp"

namespace sso::config {
namespace {

constexpr std::string_view kIntroduction =
    R"(# The settings of sso.toml

This page is made from the table of settings that the programs read by (`core/config/settings_table.cpp`). A key that
does not stand here is refused, with the nearest one that does. Durations are text: whole numbers with `d`, `h`, `min`,
`s` and `ms`, as in `"1h30min"`. The written order of rules, macros, groups and headers counts.
)";

std::string in_code(std::string_view text) {
    return text.empty() ? "empty" : '`' + std::string(text) + '`';
}

template <class Part>
std::string default_of(const Field<Part>& field, const Part& fresh) {
    if (field.presence == Presence::required) return "required";
    if (!field.default_text.empty()) return std::string(field.default_text);
    const auto value = value_text(field, fresh);
    return value ? in_code(*value) : "none";
}

template <class Part>
std::string allowed(const Field<Part>& field) {
    std::string text;
    for (const std::string_view word : words_of(field)) text += (text.empty() ? "" : ", ") + in_code(word);
    if (!text.empty()) return text;
    text = field.kind;
    if (const std::string range = range_text(field); !range.empty()) text += ", " + range;
    return text;
}

template <class Part>
std::string section_text(const Section<Part>& section) {
    std::string text = "\n## [" + std::string(section.path) + "]\n\n" + std::string(section.help) + "\n";
    if (section.fields.empty()) return text;
    text += "\n| key | value | default | meaning |\n|---|---|---|---|\n";
    const Part fresh{};
    for (const Field<Part>& field : section.fields) {
        text += "| `" + std::string(field.name) + "` | " + allowed(field) + " | " + default_of(field, fresh) + " | " +
                std::string(field.help) + " |\n";
    }
    return text;
}

std::string open_table_text(const OpenTable& table) {
    return "\n## [" + std::string(table.path) + "]\n\nEach row is " + std::string(table.key) + " = " +
           std::string(table.value) + ". " + std::string(table.help) + "\n";
}

}  // namespace

std::string settings_reference() {
    std::string text(kIntroduction);
    Settings fresh;
    for_each_section(fresh, [&](const auto& section, const auto&) { text += section_text(section); });
    for (const OpenTable& table : kOpenTables) {
        if (!table.path.starts_with("vhost")) text += open_table_text(table);
    }
    text += section_text(kVirtualHost) + section_text(kRule);
    for (const OpenTable& table : kOpenTables) {
        if (table.path.starts_with("vhost")) text += open_table_text(table);
    }
    text += section_text(kHeader);
    return text;
}

}  // namespace sso::config
