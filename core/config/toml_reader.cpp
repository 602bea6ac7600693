#include "core/config/toml_reader.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/duration.hpp"
#include "core/config/settings_table.hpp"

namespace sso::config {
namespace {

constexpr std::size_t kMostDiagnostics = 500;
/// toml++ 3.3 bounds nested values, but makes a table for each part of a dotted key and takes them apart by recursion:
/// a line of a million dots ended the process.
constexpr std::size_t kMostKeyParts = 16;

bool is_bare_key(std::string_view key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

std::string_view type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "text";
        case toml::node_type::integer:
            return "an integer";
        case toml::node_type::floating_point:
            return "a number";
        case toml::node_type::boolean:
            return "a boolean";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return "a date or time";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

/// The byte at which the column-th character (from 1) of a line stands.
std::size_t byte_of_column(std::string_view line, std::size_t column) {
    std::size_t at = 0;
    while (column > 1 && at < line.size()) {
        ++at;
        while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U) ++at;
        --column;
    }
    return at;
}

/// Where a key's many parts begin to be too many, in bytes from the start; nothing when all keys are short. Follows
/// TOML's strings and comments only as far as a dot within one must not count.
std::optional<std::size_t> find_deep_key(std::string_view text) {
    std::size_t parts = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            const std::string_view delimiter =
                text.substr(i).starts_with(std::string(3, c)) ? text.substr(i, 3) : text.substr(i, 1);
            i += delimiter.size();
            while (i < text.size() && !text.substr(i).starts_with(delimiter)) {
                if (c == '"' && text[i] == '\\') ++i;
                if (i < text.size() && text[i] == '\n' && delimiter.size() == 1) break;  // not closed: a syntax error
                ++i;
            }
            if (i < text.size() && text[i] != '\n') i += delimiter.size() - 1;
        } else if (c == '#') {
            i = std::min(text.find('\n', i), text.size() - 1);
            parts = 0;
        } else if (c == '.') {
            if (++parts >= kMostKeyParts) return i;
        } else if (c == '\n' || c == '=' || c == ',') {
            parts = 0;
        }
    }
    return std::nullopt;
}

}  // namespace

Location location(const toml::source_position& position) noexcept {
    return {position.line, position.column};
}

std::string join_path(std::string_view parent, std::string_view key) {
    std::string path(parent);
    if (!path.empty()) path += '.';
    if (is_bare_key(key)) return path += key;
    return path += '"' + printable(key, 100) + '"';
}

TomlReader::TomlReader(std::string_view text, std::string_view origin) : text_(text), origin_(origin), line_starts_{0} {
    for (std::size_t i = text.find('\n'); i != text.npos; i = text.find('\n', i + 1)) line_starts_.push_back(i + 1);
}

std::string_view TomlReader::line(std::size_t number) const {
    if (number == 0 || number > line_starts_.size()) return {};
    const std::string_view rest = text_.substr(line_starts_[number - 1]);
    return rest.substr(0, rest.find('\n'));
}

bool TomlReader::within_bounds() {
    if (text_.size() > kTextLimit) {
        error({}, "", "is longer than " + std::to_string(kTextLimit) + " bytes");
        return false;
    }
    if (const auto deep = find_deep_key(text_)) {
        const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), *deep);
        const std::size_t column = *deep - *(after - 1) + 1;
        error({static_cast<std::size_t>(after - line_starts_.begin()), column}, "",
              "this key has more than " + std::to_string(kMostKeyParts) + " parts; no setting has so many");
        return false;
    }
    return true;
}

const toml::table* TomlReader::parse() {
    if (!within_bounds()) return nullptr;
    toml::parse_result result = toml::parse(text_, std::string_view(origin_));
    if (!result) {
        const toml::parse_error& wrong = result.error();
        std::string what(wrong.description());
        // "Error while parsing value: could not …" → "in a value: could not …"; toml++ shows single characters only
        constexpr std::string_view kStart = "Error while parsing ";
        const std::string nesting = " (TOML_MAX_NESTED_VALUES)";
        if (what.ends_with(nesting)) what.resize(what.size() - nesting.size());
        if (what.starts_with(kStart)) what = "not TOML, in " + what.substr(kStart.size());
        error(location(wrong.source().begin), "", printable(what) + "; mistakes after this one are not shown");
        return nullptr;
    }
    root_ = std::move(result).table();
    return &*root_;
}

std::vector<TomlEntry> TomlReader::in_written_order(const toml::table& table) {
    std::vector<TomlEntry> entries;
    entries.reserve(table.size());
    for (auto&& [key, value] : table) entries.push_back({key.str(), location(key.source().begin), &value});
    std::stable_sort(entries.begin(), entries.end(), [](const TomlEntry& a, const TomlEntry& b) {
        return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return entries;
}

const toml::table* TomlReader::find_table(const toml::table& parent, std::string_view key, std::string_view path) {
    const toml::node* node = parent.get(key);
    if (node == nullptr) return nullptr;
    if (const toml::table* table = node->as_table()) return table;
    wrong_type(*node, path, "a table, [" + std::string(path) + "]");
    return nullptr;
}

std::optional<Located> TomlReader::read_text(const toml::node& node, std::string_view path) {
    const auto* text = node.as_string();
    if (text == nullptr) {
        wrong_type(node, path, "text in quotes");
        return std::nullopt;
    }
    Located located{text->get(), location(node.source().begin), false};
    const std::string_view row = line(located.where.line);
    const std::string_view quoted = row.substr(std::min(byte_of_column(row, located.where.column), row.size()));
    // the very bytes of the value between two quotes: no escape changed them, no line break came between
    const std::size_t size = located.text.size();
    located.on_line = quoted.size() >= size + 2 && quoted.substr(1, size) == located.text &&
                      (quoted[0] == '\'' || quoted[0] == '"') && quoted[size + 1] == quoted[0];
    return located;
}

void TomlReader::report_unknown(const TomlEntry& entry, std::string_view parent,
                                const std::vector<std::string_view>& known) {
    std::string message = "there is no such setting";
    if (const auto near = nearest(entry.key, known)) {
        message += "; did you mean " + join_path(parent, *near) + "?";
    } else {
        // the right key in the wrong table
        Settings defaults;
        std::string elsewhere;
        for_each_section(defaults, [&](const auto& section, const auto&) {
            for (const auto& field : section.fields) {
                if (field.name == entry.key && elsewhere.empty()) elsewhere = join_path(section.path, field.name);
            }
        });
        if (elsewhere.empty()) {
            message += "; here may stand ";
            for (const std::string_view name : known) {
                message += std::string(name) + (name == known.back() ? "" : ", ");
            }
        } else {
            message += " in this place; did you mean " + std::string(elsewhere) + "?";
        }
    }
    error(entry.where, join_path(parent, entry.key), std::move(message));
}

void TomlReader::error(Location where, std::string_view path, std::string message) {
    report(Severity::error, where, path, std::move(message));
}

void TomlReader::warning(Location where, std::string_view path, std::string message) {
    report(Severity::warning, where, path, std::move(message));
}

void TomlReader::report(Severity severity, Location where, std::string_view path, std::string message) {
    if (diagnostics_.size() > kMostDiagnostics) return;
    if (diagnostics_.size() == kMostDiagnostics) {
        diagnostics_.push_back({Severity::error, origin_, where, "", "there are more mistakes than are shown"});
        return;
    }
    diagnostics_.push_back({severity, origin_, where, std::string(path), std::move(message)});
}

Location TomlReader::place_of(std::string_view path) const {
    const auto found = places_.find(path);
    return found == places_.end() ? Location{} : found->second;
}

void TomlReader::remember(std::string_view path, Location where) {
    places_.emplace(path, where);
}

void TomlReader::wrong_type(const toml::node& node, std::string_view path, std::string_view expected) {
    error(location(node.source().begin), path,
          "found " + std::string(type_name(node)) + "; write " + std::string(expected));
}

void TomlReader::assign(const toml::node& node, const std::string& path, TextCheck, bool& into) {
    if (const auto* value = node.as_boolean()) {
        into = value->get();
    } else {
        wrong_type(node, path, "true or false");
    }
}

void TomlReader::assign(const toml::node& node, const std::string& path, TextCheck check, std::string& into) {
    auto text = read_text(node, path);
    if (!text) return;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (std::any_of(text->text.begin(), text->text.end(), is_control)) {
        error(text->where, path, "found a control character; write one line of plain text");
    } else if (const auto wrong = check == nullptr ? std::nullopt : check(text->text)) {
        error(text->where, path, *wrong);
    } else {
        into = std::move(text->text);
    }
}

void TomlReader::assign(const toml::node& node, const std::string& path, TextCheck check,
                        std::vector<std::string>& into) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return wrong_type(node, path, "a list, [\"…\", \"…\"]");
    into.clear();
    for (std::size_t i = 0; i < array->size(); ++i) {
        assign((*array)[i], path + '[' + std::to_string(i) + ']', check, into.emplace_back());
    }
}

void TomlReader::assign(const toml::node& node, const std::string& path, TextCheck, http::Url& into) {
    const auto text = read_text(node, path);
    if (!text) return;
    auto url = http::Url::parse(text->text);
    if (!url) {
        error(text->where, path,
              shown_address(text->text) + " is not an address; write http:// or https://, a host and a path");
    } else if (url->query()) {
        error(text->where, path, shown_address(text->text) + " has a query; write the address without it");
    } else {
        into = std::move(*url);
    }
}

void TomlReader::assign(const toml::node& node, const std::string& path, TextCheck, Located& into) {
    if (auto text = read_text(node, path)) into = std::move(*text);
}

std::optional<std::chrono::milliseconds> TomlReader::read_duration(const toml::node& node, const std::string& path,
                                                                   const Range& range, bool whole_seconds) {
    if (!node.is_string()) {
        wrong_type(node, path, "a duration in quotes, as in \"1h30min\" or \"90s\"");
        return std::nullopt;
    }
    const auto text = read_text(node, path);
    const auto duration = parse_duration(text->text);
    const std::string found = printable(text->text, 40);
    if (!duration) {
        error(text->where, path, duration.error().detail);
    } else if (*duration < range.least) {
        error(text->where, path, found + " is below the least allowed, " + duration_text(range.least));
    } else if (*duration > range.most) {
        error(text->where, path, found + " is above the most allowed, " + duration_text(range.most));
    } else if (whole_seconds && *duration % std::chrono::seconds(1) != std::chrono::milliseconds(0)) {
        error(text->where, path, found + " is not a whole number of seconds");
    } else {
        return *duration;
    }
    return std::nullopt;
}

std::optional<int> TomlReader::read_number(const toml::node& node, const std::string& path, const NumberRange& range) {
    const auto* number = node.as_integer();
    const std::string right = std::to_string(range.least) + " to " + std::to_string(range.most);
    if (number == nullptr) {
        wrong_type(node, path, "a whole number from " + right + ", without quotes");
        return std::nullopt;
    }
    const std::int64_t value = number->get();
    if (value < range.least || value > range.most) {
        error(location(node.source().begin), path,
              std::to_string(value) + " is not allowed here; write a whole number from " + right);
        return std::nullopt;
    }
    return static_cast<int>(value);
}

}  // namespace sso::config
