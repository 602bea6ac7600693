#include "core/config/toml_layout.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/base/text.hpp"

namespace sso::config {
namespace {

constexpr int kDeepest = 32;  // the reader refuses what is nested deeper

bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// A place in the text that moves on. What is behind the end is NUL.
class Scanner {
  public:
    explicit Scanner(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] bool is_at_end() const noexcept { return at_ >= text_.size(); }
    [[nodiscard]] char peek() const noexcept { return is_at_end() ? '\0' : text_[at_]; }
    bool take(char c) noexcept {
        if (is_at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void skip() noexcept { ++at_; }
    void skip_blanks() noexcept {
        while (peek() == ' ' || peek() == '\t') ++at_;
    }
    /// Up to the line break, not over it.
    void skip_to_line_end() noexcept { at_ = std::min(text_.find('\n', at_), text_.size()); }
    void skip_comment() noexcept {
        if (peek() == '#') skip_to_line_end();
    }
    /// Blanks, line breaks and comments.
    void skip_trivia() noexcept {
        while (true) {
            const std::size_t before = at_;
            while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
            skip_comment();
            if (at_ == before || is_at_end()) return;
        }
    }
    void skip_string() noexcept;
    void skip_bare_value() noexcept;
    void skip_value(int depth) noexcept;
    std::vector<std::string> read_key();

  private:
    [[nodiscard]] std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }
    std::string read_quoted();

    std::string_view text_;
    std::size_t at_;
};

void Scanner::skip_string() noexcept {
    const char quote = peek();
    const char three[] = {quote, quote, quote, '\0'};
    const std::string_view delimiter = rest().starts_with(three) ? rest().substr(0, 3) : rest().substr(0, 1);
    at_ += delimiter.size();
    while (!is_at_end() && !rest().starts_with(delimiter)) at_ += quote == '"' && peek() == '\\' ? 2U : 1U;
    at_ += delimiter.size();
    while (delimiter.size() == 3 && peek() == quote) ++at_;  // up to two quotes may stand before the closing three
    at_ = std::min(at_, text_.size());
}

void Scanner::skip_bare_value() noexcept {
    const std::size_t start = at_;
    at_ = std::min(text_.find_first_of(",]}#\r\n", at_), text_.size());
    while (at_ > start && (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t')) --at_;
}

void Scanner::skip_value(int depth) noexcept {
    if (peek() == '"' || peek() == '\'') return skip_string();
    if ((peek() != '[' && peek() != '{') || depth >= kDeepest) return skip_bare_value();
    const char closing = peek() == '[' ? ']' : '}';
    ++at_;
    while (!is_at_end() && !take(closing)) {
        skip_trivia();
        if (peek() == closing) continue;
        const std::size_t before = at_;
        if (peek() == ',' || peek() == '=' || peek() == '.') {
            ++at_;
        } else if (closing == '}' && is_bare(peek())) {
            while (is_bare(peek())) ++at_;  // a key, or a value that a key could be
        } else {
            skip_value(depth + 1);
        }
        if (at_ == before) ++at_;
    }
}

std::string Scanner::read_quoted() {
    const char quote = peek();
    ++at_;
    std::string key;
    while (!is_at_end() && peek() != quote && peek() != '\n') {
        if (quote == '"' && peek() == '\\') ++at_;
        if (!is_at_end()) key += text_[at_++];
    }
    (void)take(quote);
    return key;
}

std::vector<std::string> Scanner::read_key() {
    std::vector<std::string> parts;
    do {
        skip_blanks();
        if (peek() == '"' || peek() == '\'') {
            parts.push_back(read_quoted());
        } else {
            const std::size_t start = at_;
            while (is_bare(peek())) ++at_;
            parts.emplace_back(text_.substr(std::min(start, text_.size()), at_ - start));
        }
        skip_blanks();
    } while (take('.'));
    return parts;
}

class Layout {
  public:
    explicit Layout(std::string_view text) : text_(text), scanner_(text) {}

    std::vector<LayoutEntry> read() {
        while (true) {
            const std::size_t line = scanner_.at();
            scanner_.skip_blanks();
            if (scanner_.is_at_end()) break;
            if (scanner_.peek() == '[') {
                read_header(line);
            } else if (scanner_.peek() != '#' && scanner_.peek() != '\n' && scanner_.peek() != '\r') {
                read_statement(line);
            }
            scanner_.skip_to_line_end();
            (void)scanner_.take('\n');
            if (last_line_ != kNone) entries_[last_line_].stop = scanner_.at();
            last_line_ = kNone;
        }
        for (LayoutEntry& entry : entries_) {
            if (entry.section == kNone) entry.section = entries_.size();
        }
        return std::move(entries_);
    }

  private:
    static constexpr std::size_t kNone = std::string_view::npos;

    void read_header(std::size_t line) {
        scanner_.skip();
        const bool is_list = scanner_.take('[');
        table_.clear();
        for (std::string& part : scanner_.read_key()) append_key(table_, std::move(part));
        if (is_list) table_.push_back({{}, lists_[to_string(table_)]++});
        scanner_.skip_to_line_end();
        section_ = last_line_ = entries_.size();
        entries_.push_back({LayoutEntry::Kind::header, table_, line, scanner_.at(), scanner_.at(), 0, section_});
    }

    /// A key, and the element of a list of tables that stands for it by now: the last one.
    void append_key(KeyPath& path, std::string key) {
        path.push_back({std::move(key), std::nullopt});
        const auto list = lists_.find(to_string(path));
        if (list != lists_.end() && scanner_.peek() != ']') path.push_back({{}, list->second - 1});
    }

    void read_statement(std::size_t line) {
        KeyPath path = table_;
        for (std::string& part : scanner_.read_key()) path.push_back({std::move(part), std::nullopt});
        if (!scanner_.take('=')) return;
        scanner_.skip_blanks();
        last_line_ = entries_.size();
        entries_.push_back({LayoutEntry::Kind::statement, std::move(path), line, scanner_.at(), 0, 0, section_});
        read_value(last_line_, 0);
    }

    /// Fills in where the value of `entry` ends, and adds what is within it.
    void read_value(std::size_t entry, int depth) {
        if ((scanner_.peek() != '[' && scanner_.peek() != '{') || depth >= kDeepest) {
            scanner_.skip_value(depth);
        } else if (scanner_.take('[')) {
            read_elements(entry, depth);
        } else {
            scanner_.skip();
            read_members(entry, depth);
        }
        entries_[entry].end = entries_[entry].stop = scanner_.at();
    }

    void read_elements(std::size_t list, int depth) {
        for (std::size_t index = 0;; ++index) {
            scanner_.skip_trivia();
            if (scanner_.take(']') || scanner_.is_at_end()) return;
            const std::size_t before = scanner_.at();
            KeyPath path = entries_[list].path;
            path.push_back({{}, index});
            add(LayoutEntry::Kind::element, std::move(path), before, depth);
            scanner_.skip_trivia();
            (void)scanner_.take(',');
            if (scanner_.at() == before) scanner_.skip();
        }
    }

    void read_members(std::size_t table, int depth) {
        while (true) {
            scanner_.skip_trivia();
            if (scanner_.take('}') || scanner_.is_at_end()) return;
            const std::size_t before = scanner_.at();
            KeyPath path = entries_[table].path;
            for (std::string& part : scanner_.read_key()) path.push_back({std::move(part), std::nullopt});
            (void)scanner_.take('=');
            scanner_.skip_blanks();
            add(LayoutEntry::Kind::member, std::move(path), before, depth);
            scanner_.skip_trivia();
            (void)scanner_.take(',');
            if (scanner_.at() == before) scanner_.skip();
        }
    }

    void add(LayoutEntry::Kind kind, KeyPath path, std::size_t start, int depth) {
        const std::size_t entry = entries_.size();
        entries_.push_back({kind, std::move(path), start, scanner_.at(), 0, 0, section_});
        read_value(entry, depth + 1);
    }

    std::string_view text_;
    Scanner scanner_;
    std::vector<LayoutEntry> entries_;
    KeyPath table_;                             // of the header above
    std::size_t section_ = kNone;               // its entry
    std::size_t last_line_ = kNone;             // the entry whose line is being read
    std::map<std::string, std::size_t> lists_;  // how many tables each list of tables has by now
};

tl::unexpected<Error> wrong_path(std::string_view text) {
    return fail(ErrorCode::invalid,
                "'" + printable(text, 100) +
                    "' is no key: write session.lifetime, or vhost.\"www.example.com\".rules[0].allow with the quotes");
}

}  // namespace

Result<KeyPath> parse_key_path(std::string_view text) {
    KeyPath path;
    std::size_t at = 0;
    while (true) {
        if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
            const auto close = text.find(text[at], at + 1);
            if (close == text.npos) return wrong_path(text);
            path.push_back({std::string(text.substr(at + 1, close - at - 1)), std::nullopt});
            at = close + 1;
        } else {
            const std::size_t start = at;
            while (at < text.size() && is_bare(text[at])) ++at;
            if (at == start) return wrong_path(text);
            path.push_back({std::string(text.substr(start, at - start)), std::nullopt});
        }
        while (at < text.size() && text[at] == '[') {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(text.data() + at + 1, text.data() + text.size(), index);
            if (error != std::errc() || end == text.data() + text.size() || *end != ']') return wrong_path(text);
            path.push_back({{}, index});
            at = static_cast<std::size_t>(end - text.data()) + 1;
        }
        if (at == text.size()) return path;
        if (text[at] != '.') return wrong_path(text);
        ++at;
    }
}

std::string to_string(const KeyPath& path) {
    std::string text;
    for (const Step& step : path) {
        if (step.index) {
            text += '[' + std::to_string(*step.index) + ']';
            continue;
        }
        if (!text.empty()) text += '.';
        const bool bare = !step.key.empty() && std::all_of(step.key.begin(), step.key.end(), is_bare);
        text += bare ? step.key : '"' + step.key + '"';
    }
    return text;
}

bool begins_with(const KeyPath& path, const KeyPath& start) {
    return path.size() >= start.size() && std::equal(start.begin(), start.end(), path.begin());
}

std::vector<LayoutEntry> lay_out(std::string_view toml) {
    return Layout(toml).read();
}

ListText ListText::parse(std::string_view list) {
    ListText read;
    Scanner scanner(list, 1);
    const auto text = [&](std::size_t start) { return std::string(list.substr(start, scanner.at() - start)); };
    while (true) {
        const std::size_t start = scanner.at();
        scanner.skip_trivia();
        if (scanner.peek() == ']' || scanner.is_at_end()) {
            read.closing = text(start);
            return read;
        }
        Item item{text(start), {}, {}};
        const std::size_t value = scanner.at();
        scanner.skip_value(0);
        if (scanner.at() == value) scanner.skip();
        item.value = text(value);
        const std::size_t behind = scanner.at();
        scanner.skip_trivia();
        read.last_has_comma = scanner.peek() == ',';
        std::size_t tail = behind;
        if (read.last_has_comma) {
            item.behind = text(behind);  // a comment before the comma
            scanner.skip();
            tail = scanner.at();
        } else {
            scanner = Scanner(list, behind);
        }
        scanner.skip_blanks();
        if (scanner.peek() == '#') {
            scanner.skip_comment();
            item.behind += text(tail);
        } else {
            scanner = Scanner(list, tail);
        }
        read.items.push_back(std::move(item));
    }
}

std::string ListText::text() const {
    std::string text = "[";
    bool in_comment = false;  // what stood behind an element ends in a comment, and its line break may be elsewhere now
    const auto append = [&](const std::string& before) {
        if (in_comment && !before.starts_with('\n') && !before.starts_with("\r\n")) text += '\n';
        text += before;
    };
    for (const Item& item : items) {
        append(item.before);
        text += item.value;
        if (&item != &items.back() || last_has_comma) text += ',';
        text += item.behind;
        in_comment = item.behind.find('#') != item.behind.npos;
    }
    append(closing);
    return text + ']';
}

}  // namespace sso::config
