#include "core/authn/filter.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace sso::authn {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

std::string escaped_byte(char c) {
    return "\\" + hex_encode({&c, 1});
}

/// Reads a filter from left to right; each function leaves `at_` behind what it read.
class FilterReader {
  public:
    explicit FilterReader(std::string_view text) : text_(text) {}

    Status whole() {
        if (text_.size() > kFilterBytes) {
            return fail(ErrorCode::limit, "a filter of more than " + std::to_string(kFilterBytes) + " bytes");
        }
        return filter(1).and_then([this]() -> Status {
            if (at_ != text_.size()) return wrong("the end of the filter");
            return {};
        });
    }

  private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] bool at(std::string_view word) const { return text_.substr(at_, word.size()) == word; }

    [[nodiscard]] Status wrong(const std::string& expected) const {
        const std::string found =
            at_ < text_.size() ? "\"" + printable(text_.substr(at_, 12)) + "\"" : std::string("the end");
        return fail(ErrorCode::invalid,
                    "LDAP filter, byte " + std::to_string(at_) + ": found " + found + ", expected " + expected);
    }

    Status expect(char c) {
        if (peek() != c || at_ == text_.size()) return wrong(std::string("'") + c + "'");
        ++at_;
        return {};
    }

    Status filter(std::size_t depth) {
        if (depth > kFilterDepth) {
            return fail(ErrorCode::limit, "a filter of more than " + std::to_string(kFilterDepth) + " levels");
        }
        return expect('(').and_then([&] { return component(depth); }).and_then([&] { return expect(')'); });
    }

    Status component(std::size_t depth) {
        const char c = peek();
        if (c == '!') {
            ++at_;
            return filter(depth + 1);
        }
        if (c != '&' && c != '|') return item();
        ++at_;
        do {
            if (auto operand = filter(depth + 1); !operand) return operand;
        } while (peek() == '(');
        return {};
    }

    Status item() {
        const bool described = attribute_description();
        if (peek() == ':' && !at(":=")) {
            if (auto rule = matching_rule(described); !rule) return rule;
            return value(false);
        }
        if (!described) return wrong("'&', '|', '!' or an attribute's name");
        for (const std::string_view comparison : {":=", "~=", ">=", "<="}) {
            if (at(comparison)) {
                at_ += comparison.size();
                return value(false);
            }
        }
        return expect('=').and_then([this] { return value(true); });  // equality, presence and substrings
    }

    /// `cn`, `2.5.4.3`, `cn;lang-fr`
    bool attribute_description() {
        const auto start = at_;
        if (!is_letter(peek()) && !is_digit(peek())) return false;
        while (is_letter(peek()) || is_digit(peek()) || peek() == '-' || peek() == '.' || peek() == ';') ++at_;
        return at_ > start;
    }

    /// `:dn:2.4.6:=`, of which `:dn` may be missing, and the rule too behind an attribute
    Status matching_rule(bool described) {
        bool named = false;
        if (equal_ignoring_case(text_.substr(at_, 4), ":dn:")) at_ += 3;
        if (!at(":=")) {
            ++at_;
            named = attribute_description();
            if (!named) return wrong("a matching rule");
        }
        if (!at(":=")) return wrong("\":=\"");
        if (!described && !named) return wrong("a matching rule before \":=\"");
        at_ += 2;
        return {};
    }

    Status value(bool stars) {
        for (; at_ < text_.size() && text_[at_] != ')'; ++at_) {
            const char c = text_[at_];
            if (c == '(' || c == '\0' || (c == '*' && !stars)) return wrong("that byte as \\" + hex_encode({&c, 1}));
            if (c == '\\') {
                if (at_ + 2 >= text_.size() || !is_hex(text_[at_ + 1]) || !is_hex(text_[at_ + 2])) {
                    return wrong("'\\' and two hexadecimal digits");
                }
                at_ += 2;
            }
        }
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

Status check_filter(std::string_view text) {
    if (!is_utf8(text)) return fail(ErrorCode::invalid, "LDAP filter: not UTF-8");
    return FilterReader(text).whole();
}

std::string escape_filter(std::string_view value) {
    std::string out;
    for (const char c : value) {
        // every byte may be escaped; those beyond ASCII are, so that no server's idea of UTF-8 matters
        const bool plain =
            !is_control(c) && static_cast<unsigned char>(c) < 0x80 && c != '*' && c != '(' && c != ')' && c != '\\';
        out += plain ? std::string(1, c) : escaped_byte(c);
    }
    return out;
}

std::string escape_dn(std::string_view value) {
    constexpr std::string_view special = "\"+,;<>\\=";
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        const bool edge_blank = c == ' ' && (i == 0 || i + 1 == value.size());
        const bool leading_hash = c == '#' && i == 0;
        const bool plain = !is_control(c) && !edge_blank && !leading_hash && special.find(c) == std::string_view::npos;
        out += plain ? std::string(1, c) : escaped_byte(c);
    }
    return out;
}

}  // namespace sso::authn
