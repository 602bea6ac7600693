// Reads TOML tables into the parts of Settings, field by field, and collects what is wrong with them. Inside
// core/config.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Debian's package asks for its shared library, which throws; header-only, nothing throws and our bounds hold.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

#include "core/base/text.hpp"
#include "core/config/diagnostic.hpp"
#include "core/config/field.hpp"

namespace sso::config {

/// A key of a table and what it holds.
struct TomlEntry {
    std::string_view key;
    Location where;  ///< of the key
    const toml::node* value;
};

class TomlReader {
  public:
    /// @param text  outlives the reader
    TomlReader(std::string_view text, std::string_view origin);

    /// The document, or null after a syntax error, which is then in the diagnostics.
    const toml::table* parse();

    /// Reads the fields of one table. Keys that are neither fields nor `section.tables` are reported.
    template <class Part>
    void read(const toml::table& table, const Section<Part>& section, std::string_view path, Part& into);
    /// Reports the required fields of a table that is not there.
    template <class Part>
    void read_absent(const Section<Part>& section);

    /// The table at `key`, or null when it is absent or (reported) something else.
    const toml::table* find_table(const toml::table& parent, std::string_view key, std::string_view path);
    /// A text with its place, or nothing (reported).
    std::optional<Located> read_text(const toml::node& node, std::string_view path);
    /// A table's keys in the order in which they are written; toml++ sorts them by name.
    static std::vector<TomlEntry> in_written_order(const toml::table& table);

    void report_unknown(const TomlEntry& entry, std::string_view parent, const std::vector<std::string_view>& known);
    void error(Location where, std::string_view path, std::string message);
    void warning(Location where, std::string_view path, std::string message);

    /// Where a key was written; unknown when it was not.
    [[nodiscard]] Location place_of(std::string_view path) const;
    [[nodiscard]] bool is_written(std::string_view path) const { return places_.contains(path); }
    void remember(std::string_view path, Location where);
    Diagnostics take_diagnostics() { return std::move(diagnostics_); }

  private:
    bool within_bounds();
    void report(Severity severity, Location where, std::string_view path, std::string message);
    [[nodiscard]] std::string_view line(std::size_t number) const;

    template <class Part>
    void read_field(const toml::node& node, const Field<Part>& field, const std::string& path, Part& into);
    void assign(const toml::node& node, const std::string& path, TextCheck check, bool& into);
    void assign(const toml::node& node, const std::string& path, TextCheck check, std::string& into);
    void assign(const toml::node& node, const std::string& path, TextCheck check, std::vector<std::string>& into);
    void assign(const toml::node& node, const std::string& path, TextCheck check, http::Url& into);
    void assign(const toml::node& node, const std::string& path, TextCheck check, Located& into);
    std::optional<std::chrono::milliseconds> read_duration(const toml::node& node, const std::string& path,
                                                           const Range& range, bool whole_seconds);
    void wrong_type(const toml::node& node, std::string_view path, std::string_view expected);

    std::string_view text_;
    std::string origin_;
    std::vector<std::size_t> line_starts_;
    std::optional<toml::table> root_;
    std::map<std::string, Location, std::less<>> places_;
    Diagnostics diagnostics_;
};

Location location(const toml::source_position& position) noexcept;

/// `parent.key`, the key in quotes where TOML asks for them: vhost."www1.example.com".
std::string join_path(std::string_view parent, std::string_view key);

template <class Part>
void TomlReader::read_field(const toml::node& node, const Field<Part>& field, const std::string& path, Part& into) {
    const auto store = [&]<class Value>(Value Part::*member) {
        if constexpr (std::is_same_v<Value, std::chrono::milliseconds>) {
            if (const auto value = read_duration(node, path, field.range, false)) into.*member = *value;
        } else if constexpr (std::is_same_v<Value, std::chrono::seconds> ||
                             std::is_same_v<Value, std::optional<std::chrono::seconds>>) {
            if (const auto value = read_duration(node, path, field.range, true)) {
                into.*member = std::chrono::duration_cast<std::chrono::seconds>(*value);
            }
        } else if constexpr (std::is_same_v<Value, std::optional<http::Url>>) {
            http::Url url;
            assign(node, path, field.check, url);
            if (!url.host().empty()) into.*member = std::move(url);
        } else if constexpr (std::is_enum_v<Value>) {
            const auto text = read_text(node, path);
            if (!text) return;
            std::string right;
            for (const auto& [word, value] : Words<Value>::values) {
                if (word == text->text) {
                    into.*member = value;
                    return;
                }
                right += (right.empty() ? "\"" : ", \"") + std::string(word) + "\"";
            }
            error(text->where, path, "'" + printable(text->text, 60) + "' is not one of " + right);
        } else {
            assign(node, path, field.check, into.*member);
        }
    };
    std::visit(store, field.member);
}

template <class Part>
void TomlReader::read(const toml::table& table, const Section<Part>& section, std::string_view path, Part& into) {
    std::vector<std::string_view> known(section.tables.begin(), section.tables.end());
    for (const Field<Part>& field : section.fields) known.push_back(field.name);
    for (const TomlEntry& entry : in_written_order(table)) {
        const std::string entry_path = join_path(path, entry.key);
        remember(entry_path, entry.where);
        const auto field = std::find_if(section.fields.begin(), section.fields.end(),
                                        [&](const Field<Part>& f) { return f.name == entry.key; });
        if (field != section.fields.end()) {
            read_field(*entry.value, *field, entry_path, into);
        } else if (std::find(section.tables.begin(), section.tables.end(), entry.key) == section.tables.end()) {
            report_unknown(entry, path, known);
        }
    }
    for (const Field<Part>& field : section.fields) {
        if (field.presence == Presence::required && table.get(field.name) == nullptr) {
            error(place_of(path), join_path(path, field.name), "is missing; write a " + std::string(field.kind));
        }
    }
}

template <class Part>
void TomlReader::read_absent(const Section<Part>& section) {
    for (const Field<Part>& field : section.fields) {
        if (field.presence != Presence::required) continue;
        error({}, join_path(section.path, field.name),
              "is missing; write a " + std::string(field.kind) + " below [" + std::string(section.path) + "]");
    }
}

}  // namespace sso::config
