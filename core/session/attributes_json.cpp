// Attributes as JSON (RFC 8259) and back. nlohmann's reader and writer refuse or replace bytes that are not UTF-8, and
// a directory's bytes must come back as they went in: hence our own.
#include "core/session/attributes_json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include "core/base/block.hpp"
#include "core/base/text.hpp"
#include "core/session/session.hpp"

namespace sso::session {
namespace {

constexpr std::size_t kMaxText = 1U << 20U;
constexpr std::size_t kMaxValues = 65'536;
constexpr unsigned kMaxLevels = 16;
constexpr std::size_t kUsualMembers = 24;  // of 40 bytes: what malloc keeps at hand is at most 1 KiB

class Writer {
  public:
    void value(const AttributeValue& value) {
        std::visit([this](const auto& data) { write(data); }, value.data());
    }
    void write(const Attributes& members) {
        out_ += '{';
        for (const auto& [name, member] : members) {
            if (out_.back() != '{') out_ += ',';
            write(name);
            out_ += ':';
            value(member);
        }
        out_ += '}';
    }
    [[nodiscard]] std::string take() && noexcept { return std::move(out_); }

  private:
    void write(std::monostate /*nothing*/) { out_ += "null"; }
    void write(std::int64_t number) { out_ += std::to_string(number); }
    void write(double number) {
        if (!std::isfinite(number)) {
            out_ += "null";
            return;
        }
        std::array<char, 32> text{};
        const auto end = std::to_chars(text.begin(), text.end(), number).ptr;
        const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.begin()));
        out_ += digits;
        if (digits.find_first_of(".e") == digits.npos) out_ += ".0";  // else it would be read back as an integer
    }
    void write(const AttributeValue::List& list) {
        out_ += '[';
        for (const AttributeValue& element : list) {
            if (out_.back() != '[') out_ += ',';
            value(element);
        }
        out_ += ']';
    }
    void write(const std::string& text) {
        out_ += '"';
        for (std::string_view rest = text; !rest.empty();) {
            const auto byte = static_cast<unsigned char>(rest.front());
            const std::size_t length = utf8_sequence(rest);
            if (length == 0) {
                escape(0xDC00U + byte);
            } else if (byte == '"' || byte == '\\') {
                out_ += '\\';
                out_ += rest.front();
            } else if (byte < 0x20 || byte == 0x7F) {
                escape(byte);
            } else {
                out_ += rest.substr(0, length);
            }
            rest.remove_prefix(std::max<std::size_t>(length, 1));
        }
        out_ += '"';
    }
    void escape(unsigned unit) {
        constexpr std::string_view kHex = "0123456789abcdef";
        out_ += "\\u";
        for (unsigned shift = 16; shift > 0; shift -= 4) out_ += kHex[(unit >> (shift - 4)) & 0xFU];
    }

    std::string out_;
};

constexpr bool ends_run(char c) noexcept {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// How many bytes of `text` come before a quote, a backslash or a control character; all, if there is none. Sixteen are
/// looked at in one step: texts are most of what is read.
std::size_t plain_run(std::string_view text) noexcept {
    std::size_t at = 0;
    for (; text.size() - at >= Block::kSize; at += Block::kSize) {
        const Block bytes = Block::sixteen(text.data() + at);
        const unsigned ends = (bytes.equals('"') | bytes.equals('\\') | bytes.is_between('\0', '\x1F')).mask();
        if (ends != 0) return at + static_cast<std::size_t>(std::countr_zero(ends));
    }
    while (at < text.size() && !ends_run(text[at])) ++at;
    return at;
}

/// A text as it stands between its quotes, or, where it has escapes, what it means.
struct Text {
    std::string_view written;
    std::string spelled;
    bool has_escapes = false;

    [[nodiscard]] std::string_view view() const noexcept { return has_escapes ? spelled : written; }
};

/// A recursive descent over `rest_`. Each function leaves it behind what it read, or sets `error_` and answers false.
class Reader {
  public:
    explicit Reader(std::string_view text) noexcept : rest_(text) {}

    /// The whole text is one object; `member` is called behind each member's name and colon, and reads the value.
    template <class ReadMember>
    Status read(ReadMember&& member) {
        if (rest_.size() > kMaxText) {
            error_ = "longer than 1 MiB";
            return failed();
        }
        blanks();
        if (rest_.empty() || rest_.front() != '{') {
            error_ = "an object was expected";
        } else if (read_members(1, member)) {
            blanks();
            if (rest_.empty()) return {};
            error_ = "something follows the object";
        }
        return failed();
    }

    [[nodiscard]] bool is_text_next() const noexcept { return rest_.starts_with('"'); }

    bool read_value(AttributeValue& value, unsigned level) {
        if (is_text_next()) {
            Text text;
            if (!read_text_value(text)) return false;
            value = text.has_escapes ? std::move(text.spelled) : std::string(text.written);
            return true;
        }
        if (!count_value()) return false;
        if (rest_.empty()) return refuse("it ends too early");
        switch (rest_.front()) {
            case '{': {
                Attributes members;
                if (!read_object(members, level + 1)) return false;
                value = std::move(members);
                return true;
            }
            case '[': {
                AttributeValue::List list;
                if (!read_list(list, level + 1)) return false;
                value = std::move(list);
                return true;
            }
            default:
                return read_word(value);
        }
    }

    bool read_text_value(Text& text) { return count_value() && read_text(text); }

  private:
    [[nodiscard]] tl::unexpected<Error> failed() const {
        return fail(ErrorCode::invalid, "attributes as JSON: " + std::string(error_));
    }
    bool count_value() noexcept { return ++values_ <= kMaxValues || refuse("more than 65536 values"); }
    bool refuse(const char* why) noexcept {
        error_ = why;
        return false;
    }
    void blanks() noexcept {
        if (rest_.empty() || rest_.front() > ' ') return;  // as a rule
        const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    }
    bool take(char c) noexcept {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take(std::string_view word) noexcept {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    bool read_word(AttributeValue& value) {
        if (take("null")) {
            value = AttributeValue();
        } else if (take("true")) {
            value = std::int64_t{1};
        } else if (take("false")) {
            value = std::int64_t{0};
        } else {
            return read_number(value);
        }
        return true;
    }

    bool digits(std::size_t& at) const noexcept {
        const std::size_t start = at;
        while (at < rest_.size() && rest_[at] >= '0' && rest_[at] <= '9') ++at;
        return at > start;
    }

    bool read_number(AttributeValue& value) {
        const auto is = [this](std::size_t at, std::string_view any) {
            return at < rest_.size() && any.find(rest_[at]) != any.npos;
        };
        std::size_t at = is(0, "-") ? 1 : 0;
        const std::size_t first = at;
        bool whole = true;
        if (!digits(at) || (rest_[first] == '0' && at > first + 1)) return refuse("a value was expected");
        if (is(at, ".")) {
            whole = false;
            if (!digits(++at)) return refuse("a digit was expected");
        }
        if (is(at, "eE")) {
            whole = false;
            ++at;
            if (is(at, "+-")) ++at;
            if (!digits(at)) return refuse("a digit was expected");
        }
        const char* const begin = rest_.data();
        const char* const end = begin + at;
        rest_.remove_prefix(at);
        std::int64_t integer = 0;
        if (whole && std::from_chars(begin, end, integer).ec == std::errc()) {
            value = integer;
            return true;
        }
        double number = 0;
        if (std::from_chars(begin, end, number).ec != std::errc()) return refuse("a number out of range");
        value = number;
        return true;
    }

    bool read_unit(unsigned& unit) {
        if (rest_.size() < 4) return refuse("it ends within an escape");
        unit = 0;
        const auto parsed = std::from_chars(rest_.data(), rest_.data() + 4, unit, 16);
        if (parsed.ec != std::errc() || parsed.ptr != rest_.data() + 4)
            return refuse("\\u wants four hexadecimal digits");
        rest_.remove_prefix(4);
        return true;
    }

    static void append_utf8(std::string& text, unsigned point) {
        const auto add = [&text](unsigned byte) { text += static_cast<char>(byte); };
        if (point < 0x80) {
            add(point);
        } else if (point < 0x800) {
            add(0xC0U | (point >> 6U));
            add(0x80U | (point & 0x3FU));
        } else if (point < 0x10000) {
            add(0xE0U | (point >> 12U));
            add(0x80U | ((point >> 6U) & 0x3FU));
            add(0x80U | (point & 0x3FU));
        } else {
            add(0xF0U | (point >> 18U));
            add(0x80U | ((point >> 12U) & 0x3FU));
            add(0x80U | ((point >> 6U) & 0x3FU));
            add(0x80U | (point & 0x3FU));
        }
    }

    bool read_unicode_escape(std::string& text) {
        unsigned unit = 0;
        if (!read_unit(unit)) return false;
        if (unit >= 0xDC80 && unit <= 0xDCFF) {  // one raw byte, as we write it
            text += static_cast<char>(unit & 0xFFU);
            return true;
        }
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            unsigned low = 0;
            if (!take("\\u") || !read_unit(low)) return refuse("half a surrogate pair");
            if (low < 0xDC00 || low > 0xDFFF) return refuse("half a surrogate pair");
            append_utf8(text, 0x10000U + ((unit - 0xD800U) << 10U) + (low - 0xDC00U));
            return true;
        }
        if (unit >= 0xDC00 && unit <= 0xDFFF) return refuse("half a surrogate pair");
        append_utf8(text, unit);
        return true;
    }

    bool read_text(Text& text) {
        if (!take('"')) return refuse("a name in quotes was expected");
        const std::size_t run = plain_run(rest_);
        text.written = rest_.substr(0, run);
        if (run == rest_.size() || rest_[run] != '"') {
            text.has_escapes = true;
            return read_spelled(text.spelled);
        }
        rest_.remove_prefix(run + 1);
        return true;
    }

    [[gnu::cold]] bool read_spelled(std::string& text) {
        constexpr std::string_view kEscapes = "\"\\/bfnrt";
        constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        while (true) {
            const std::size_t run = plain_run(rest_);
            text += rest_.substr(0, run);
            rest_.remove_prefix(run);
            if (take('"')) return true;
            if (rest_.empty()) return refuse("a text without an end");
            if (!take('\\')) return refuse("a control character within a text");
            if (take('u')) {
                if (!read_unicode_escape(text)) return false;
            } else {
                const auto which = rest_.empty() ? kEscapes.npos : kEscapes.find(rest_.front());
                if (which == kEscapes.npos) return refuse("an unknown escape");
                text += kMeanings[which];
                rest_.remove_prefix(1);
            }
        }
    }

    bool read_list(AttributeValue::List& list, unsigned level) {
        if (level > kMaxLevels) return refuse("deeper than 16 levels");
        take('[');
        blanks();
        if (take(']')) return true;
        while (true) {
            blanks();
            if (!read_value(list.emplace_back(), level)) return false;
            blanks();
            if (take(']')) return true;
            if (!take(',')) return refuse("a comma or ] was expected");
        }
    }

    template <class ReadMember>
    bool read_members(unsigned level, ReadMember& member) {
        if (level > kMaxLevels) return refuse("deeper than 16 levels");
        take('{');
        blanks();
        if (take('}')) return true;
        while (true) {
            blanks();
            Text name;
            if (!read_text(name)) return false;
            blanks();
            if (!take(':')) return refuse("a colon was expected");
            blanks();
            if (!member(std::move(name))) return false;
            blanks();
            if (take('}')) return true;
            if (!take(',')) return refuse("a comma or } was expected");
        }
    }

    bool read_object(Attributes& members, unsigned level) {
        std::vector<Attributes::Entry> entries;
        auto member = [&](const Text& name) {
            return read_value(entries.emplace_back(name.view(), AttributeValue()).second, level);
        };
        if (!read_members(level, member)) return false;
        members = Attributes::of(std::move(entries));
        return true;
    }

    std::string_view rest_;
    std::size_t values_ = 0;
    const char* error_ = "";
};

}  // namespace

std::string to_json(const Attributes& attributes) {
    Writer writer;
    writer.write(attributes);
    return std::move(writer).take();
}

Result<Attributes> parse_attributes(std::string_view json) {
    std::vector<Attributes::Entry> entries;
    Reader reader(json);
    const auto done = reader.read([&](const Text& name) {
        return reader.read_value(entries.emplace_back(name.view(), AttributeValue()).second, 1);
    });
    if (!done) return error_of(done);
    return Attributes::of(std::move(entries));
}

Result<JsonMembers> JsonMembers::parse(std::string_view json) {
    JsonMembers read;
    read.members_.reserve(kUsualMembers);
    Reader reader(json);
    const auto kept = [&](Text&& text) -> std::string_view {
        return text.has_escapes ? read.spelled_.emplace_front(std::move(text.spelled)) : text.written;
    };
    bool is_sorted = true;
    const auto done = reader.read([&](Text&& name) {
        const std::string_view under = kept(std::move(name));
        is_sorted = is_sorted && (read.members_.empty() || read.members_.back().name < under);
        Member& member = read.members_.emplace_back(Member{under, {}, nullptr});
        if (!reader.is_text_next()) {
            member.other = &read.others_.emplace_front();
            return reader.read_value(read.others_.front(), 1);
        }
        Text text;
        if (!reader.read_text_value(text)) return false;
        member.text = kept(std::move(text));
        return true;
    });
    if (!done) return error_of(done);
    if (is_sorted) return read;  // as `to_json` writes them
    auto& all = read.members_;
    std::stable_sort(all.begin(), all.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
    // of equal names the last: seen from the end it is the first
    const auto first =
        std::unique(all.rbegin(), all.rend(), [](const Member& a, const Member& b) { return a.name == b.name; });
    all.erase(all.begin(), first.base());
    return read;
}

void JsonMembers::set(std::string_view name, std::string_view text) {
    const auto at = std::lower_bound(members_.begin(), members_.end(), name,
                                     [](const Member& member, std::string_view other) { return member.name < other; });
    const Member member{name, text, nullptr};
    if (at != members_.end() && at->name == name) {
        *at = member;
    } else {
        members_.insert(at, member);
    }
}

}  // namespace sso::session
