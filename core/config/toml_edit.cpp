#include "core/config/toml_edit.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "core/base/text.hpp"
#include "core/config/toml_layout.hpp"
#include "core/config/toml_reader.hpp"

namespace sso::config {
namespace {

using Kind = LayoutEntry::Kind;

/// The first mistake of a text as a reader sees it.
Status check_toml(std::string_view toml) {
    TomlReader reader(toml, "");
    if (reader.parse() != nullptr) return {};
    const Diagnostic first = reader.take_diagnostics().front();
    return fail(ErrorCode::invalid, "line " + std::to_string(first.where.line) + ", column " +
                                        std::to_string(first.where.column) + ": " + first.message);
}

/// Whether all of `value` is one value: what stands behind it could be a comment, or another key.
bool is_toml_value(std::string_view value) {
    const std::string statement = "x = " + std::string(value);
    const auto entries = lay_out(statement);
    return !entries.empty() && entries.front().end == statement.size() && entries.front().value < statement.size() &&
           check_toml(statement).has_value();
}

Result<std::string> literal(std::string_view value, ValueForm form) {
    if (form == ValueForm::text) return quoted(value);
    if (is_toml_value(trim(value))) return std::string(trim(value));
    if (form == ValueForm::automatic) return quoted(value);
    return fail(ErrorCode::invalid, "'" + printable(value, 100) + "' is no TOML value on one line");
}

/// A text that is being changed, with its layout.
class Editor {
  public:
    static Result<Editor> open(std::string_view toml, std::string_view key) {
        if (auto status = check_toml(toml); !status) return error_of(status);
        auto path = parse_key_path(key);
        if (!path) return error_of(path);
        return Editor(toml, std::move(*path));
    }

    Result<std::string> set(const std::string& value);
    Result<std::string> remove();
    Result<std::string> move(std::size_t to);
    Result<std::string> insert(const std::string& value);

  private:
    Editor(std::string_view toml, KeyPath path) : text_(toml), path_(std::move(path)), entries_(lay_out(text_)) {}

    [[nodiscard]] const LayoutEntry* find(const KeyPath& path) const;
    /// Whether `[path…]` or `[[path]]` stands somewhere.
    [[nodiscard]] bool has_headers(const KeyPath& path) const {
        return std::any_of(entries_.begin(), entries_.end(), [&](const LayoutEntry& entry) {
            return entry.kind == Kind::header && begins_with(entry.path, path);
        });
    }
    [[nodiscard]] KeyPath parent() const { return {path_.begin(), path_.end() - 1}; }
    [[nodiscard]] std::string name() const { return to_string(path_); }
    [[nodiscard]] tl::unexpected<Error> by_hand(std::string_view why) const {
        return fail(ErrorCode::invalid, name() + ": " + std::string(why) + "; edit the text");
    }
    [[nodiscard]] tl::unexpected<Error> not_there() const { return fail(ErrorCode::not_found, name() + " is not set"); }

    Result<std::string> replaced(std::size_t start, std::size_t end, std::string_view by) const;
    /// Changes the list that the path's last step is an index into.
    Result<std::string> change_list(const std::function<Status(ListText&, std::size_t)>& change) const;
    Result<std::string> add_member(const LayoutEntry& table, const std::string& value) const;
    Result<std::string> add_statement(const std::string& value) const;
    [[nodiscard]] std::size_t start_with_remarks(const LayoutEntry& line) const;

    std::string text_;
    KeyPath path_;
    std::vector<LayoutEntry> entries_;
};

const LayoutEntry* Editor::find(const KeyPath& path) const {
    const LayoutEntry* header = nullptr;  // a table can be spoken of in several places; a key only once
    for (const LayoutEntry& entry : entries_) {
        if (entry.path != path) continue;
        if (entry.kind != Kind::header) return &entry;
        if (header == nullptr) header = &entry;
    }
    return header;
}

Result<std::string> Editor::replaced(std::size_t start, std::size_t end, std::string_view by) const {
    std::string changed = text_;
    changed.replace(start, end - start, by);
    if (const auto status = check_toml(changed); !status) return by_hand(status.error().detail);
    return changed;
}

/// Where a line begins with the comments that stand right above it.
std::size_t Editor::start_with_remarks(const LayoutEntry& line) const {
    std::size_t start = line.start;
    while (start > 0) {
        const std::size_t before = start < 2 ? 0 : text_.rfind('\n', start - 2) + 1;
        if (!trim(std::string_view(text_).substr(before, start - before)).starts_with('#')) break;
        start = before;
    }
    return start;
}

Result<std::string> Editor::change_list(const std::function<Status(ListText&, std::size_t)>& change) const {
    const LayoutEntry* list = find(parent());
    if (list == nullptr || list->kind == Kind::header || text_[list->value] != '[') {
        if (has_headers(parent())) return by_hand("is written with [[…]]");
        return fail(ErrorCode::not_found, to_string(parent()) + " is no list");
    }
    ListText read = ListText::parse(std::string_view(text_).substr(list->value, list->end - list->value - 1));
    const std::size_t index = *path_.back().index;
    if (const auto status = change(read, index); !status) return error_of(status);
    return replaced(list->value, list->end, read.text());
}

Result<std::string> Editor::set(const std::string& value) {
    if (const LayoutEntry* entry = find(path_)) {
        if (entry->kind == Kind::header) return by_hand("is a table");
        return replaced(entry->value, entry->end, value);
    }
    if (path_.back().index) return insert(value);
    const LayoutEntry* table = find(parent());
    if (table != nullptr && table->kind != Kind::header) {
        if (text_[table->value] != '{') return by_hand(to_string(parent()) + " is no table");
        return add_member(*table, value);
    }
    return add_statement(value);
}

Result<std::string> Editor::add_member(const LayoutEntry& table, const std::string& value) const {
    const std::string member = to_string({path_.back()}) + " = " + value;
    const std::string_view inside = std::string_view(text_).substr(table.value + 1, table.end - table.value - 2);
    if (trim(inside).empty()) return replaced(table.value, table.end, "{ " + member + " }");
    const std::size_t last = table.value + 1 + inside.find_last_not_of(" \t\r\n") + 1;
    return replaced(last, last, ", " + member);
}

/// A line below the table's header, behind what stands there; a header where there is none.
Result<std::string> Editor::add_statement(const std::string& value) const {
    const KeyPath table = parent();
    std::size_t at = text_.size();
    KeyPath above;  // of the header that the line comes to stand below
    bool has_place = table.empty();
    if (table.empty()) at = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const LayoutEntry& entry = entries_[i];
        const bool is_line = entry.kind == Kind::header || entry.kind == Kind::statement;
        const bool is_below = entry.section < entries_.size();
        const KeyPath& header = is_below ? entries_[entry.section].path : above;
        if (!is_line) continue;
        if (entry.kind == Kind::header ? entry.path == table : is_below ? header == table : table.empty()) {
            at = entry.stop;
            above = table;
            has_place = true;
        } else if (!has_place && entry.kind == Kind::statement && begins_with(entry.path, table) &&
                   begins_with(table, header)) {
            at = entry.stop;  // the table is written with dots: table.key = …
            above = is_below ? header : KeyPath{};
            has_place = true;
        }
    }
    const std::string line_break = at > 0 && text_[at - 1] != '\n' ? "\n" : "";
    if (has_place) {
        const KeyPath relative(path_.begin() + static_cast<std::ptrdiff_t>(above.size()), path_.end());
        return replaced(at, at, line_break + to_string(relative) + " = " + value + "\n");
    }
    if (std::any_of(table.begin(), table.end(), [](const Step& step) { return step.index.has_value(); })) {
        return fail(ErrorCode::not_found, to_string(table) + " is not there");
    }
    // beside its kin: behind the last table that shares the most of the path
    std::size_t shared = 1;
    for (const LayoutEntry& entry : entries_) {
        std::size_t common = 0;
        while (common < std::min(entry.path.size(), table.size()) && entry.path[common] == table[common]) ++common;
        if (common < std::max<std::size_t>(shared, 1)) continue;
        shared = common;
        const std::size_t section = entry.section;
        at = entry.stop;
        for (const LayoutEntry& other : entries_) {
            if (other.section == section && other.stop > at) at = other.stop;
        }
    }
    const std::string gap = at == 0 ? "" : (text_[at - 1] != '\n' ? "\n\n" : "\n");
    return replaced(at, at, gap + "[" + to_string(table) + "]\n" + to_string({path_.back()}) + " = " + value + "\n");
}

Result<std::string> Editor::remove() {
    if (path_.back().index) {
        const LayoutEntry* entry = find(path_);
        if (entry == nullptr || entry->kind == Kind::element) {
            return change_list([&](ListText& list, std::size_t index) -> Status {
                if (index >= list.items.size()) return not_there();
                list.items.erase(list.items.begin() + static_cast<std::ptrdiff_t>(index));
                return {};
            });
        }
    }
    const LayoutEntry* entry = find(path_);
    if (entry != nullptr && entry->kind == Kind::member) {
        std::size_t start = entry->start;
        std::size_t end = entry->end;
        const std::size_t next = text_.find_first_not_of(" \t", end);
        if (next != text_.npos && text_[next] == ',') {
            end = std::min(text_.find_first_not_of(" \t", next + 1), text_.size());
        } else if (const auto before = text_.find_last_not_of(" \t", start - 1);
                   before != text_.npos && text_[before] == ',') {
            start = before;
        }
        return replaced(start, end, "");
    }
    // lines: the key's own, or all of a table's
    std::string changed;
    std::size_t kept = 0;
    bool found = false;
    for (const LayoutEntry& line : entries_) {
        if ((line.kind != Kind::header && line.kind != Kind::statement) || !begins_with(line.path, path_)) continue;
        found = true;
        const std::size_t start = std::max(kept, start_with_remarks(line));
        changed.append(text_, kept, start - kept);
        kept = line.stop;
    }
    if (!found) return not_there();
    changed.append(text_, kept);
    if (const auto status = check_toml(changed); !status) return by_hand(status.error().detail);
    return changed;
}

Result<std::string> Editor::move(std::size_t to) {
    const LayoutEntry* entry = find(path_);
    if (entry == nullptr) return not_there();
    if (entry->kind == Kind::element) {
        return change_list([&](ListText& list, std::size_t from) -> Status {
            if (from >= list.items.size() || to >= list.items.size()) return not_there();
            ListText::Item item = std::move(list.items[from]);
            list.items.erase(list.items.begin() + static_cast<std::ptrdiff_t>(from));
            list.items.insert(list.items.begin() + static_cast<std::ptrdiff_t>(to), std::move(item));
            return {};
        });
    }
    if (entry->kind != Kind::statement) return by_hand("only elements of lists and keys of tables are moved");
    std::vector<const LayoutEntry*> siblings;
    std::size_t from = 0;
    for (const LayoutEntry& other : entries_) {
        if (other.kind != Kind::statement || other.section != entry->section) continue;
        if (&other == entry) from = siblings.size();
        siblings.push_back(&other);
    }
    if (to >= siblings.size()) return not_there();
    if (to == from) return text_;
    std::string chunk = text_.substr(start_with_remarks(*entry), entry->stop - start_with_remarks(*entry));
    if (!chunk.ends_with('\n')) chunk += '\n';
    std::string changed = text_;
    if (to < from) {
        changed.erase(start_with_remarks(*entry), entry->stop - start_with_remarks(*entry));
        changed.insert(start_with_remarks(*siblings[to]), chunk);
    } else {
        const std::size_t at = siblings[to]->stop;
        const bool is_open = at > 0 && text_[at - 1] != '\n';
        changed.insert(at, is_open ? "\n" + chunk : chunk);
        changed.erase(start_with_remarks(*entry), entry->stop - start_with_remarks(*entry));
    }
    if (const auto status = check_toml(changed); !status) return by_hand(status.error().detail);
    return changed;
}

Result<std::string> Editor::insert(const std::string& value) {
    if (!path_.back().index) return by_hand("only a list has places to insert at");
    if (find(parent()) == nullptr && !has_headers(parent()) &&
        *path_.back().index == 0) {  // the list's first element makes the list
        path_.pop_back();
        return set("[ " + value + " ]");
    }
    return change_list([&](ListText& list, std::size_t index) -> Status {
        if (index > list.items.size()) return not_there();
        ListText::Item item{" ", value, ""};
        if (!list.items.empty()) {
            const std::string& beside = list.items[std::min(index, list.items.size() - 1)].before;
            const auto line = beside.rfind('\n');
            item.before = line == beside.npos ? " " : beside.substr(line);
        } else if (list.closing.empty()) {
            list.closing = " ";
        }
        list.items.insert(list.items.begin() + static_cast<std::ptrdiff_t>(index), std::move(item));
        return {};
    });
}

}  // namespace

std::string quoted(std::string_view text) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (text.find('\'') == text.npos && std::none_of(text.begin(), text.end(), is_control)) {
        return '\'' + std::string(text) + '\'';
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string escaped = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            escaped.append(1, '\\').append(1, c);
        } else if (c == '\n') {
            escaped += "\\n";
        } else if (c == '\t') {
            escaped += "\\t";
        } else if (is_control(c)) {
            escaped.append("\\u00").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
        } else {
            escaped += c;
        }
    }
    return escaped + '"';
}

Result<std::string> set_value(std::string_view toml, std::string_view key, std::string_view value, ValueForm form) {
    const auto written = literal(value, form);
    if (!written) return error_of(written);
    return Editor::open(toml, key).and_then([&](Editor editor) { return editor.set(*written); });
}

Result<std::string> remove_value(std::string_view toml, std::string_view key) {
    return Editor::open(toml, key).and_then([](Editor editor) { return editor.remove(); });
}

Result<std::string> move_value(std::string_view toml, std::string_view key, std::size_t to) {
    return Editor::open(toml, key).and_then([&](Editor editor) { return editor.move(to); });
}

Result<std::string> insert_value(std::string_view toml, std::string_view key, std::string_view value, ValueForm form) {
    const auto written = literal(value, form);
    if (!written) return error_of(written);
    return Editor::open(toml, key).and_then([&](Editor editor) { return editor.insert(*written); });
}

}  // namespace sso::config
