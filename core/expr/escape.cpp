#include "core/expr/escape.hpp"

#include <cstdint>

#include "core/expr/utf8.hpp"

namespace sso::expr {
namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// A code point as one byte where it fits, else as UTF-8.
void append_code(std::uint32_t code, std::string& out) {
    if (code <= 0xFF) {
        out += static_cast<char>(code);
    } else {
        append_utf8(code, out);
    }
}

bool append_braced(std::string_view text, std::size_t& at, unsigned base, std::string& out) {
    const std::size_t close = text.find('}', at);
    if (close == text.npos) return false;
    std::uint32_t code = 0;
    for (std::size_t i = at + 1; i < close; ++i) {
        const int digit = hex_digit(text[i]);
        if (digit < 0 || static_cast<unsigned>(digit) >= base) return false;
        code = code * base + static_cast<std::uint32_t>(digit);
        if (code > 0x10FFFF) return false;
    }
    append_code(code, out);
    at = close + 1;
    return true;
}

}  // namespace

bool append_escape(std::string_view text, std::size_t& at, std::string& out) {
    ++at;
    if (at >= text.size()) {
        out += '\\';
        return true;
    }
    const char c = text[at++];
    switch (c) {
        case 'n':
            out += '\n';
            return true;
        case 't':
            out += '\t';
            return true;
        case 'r':
            out += '\r';
            return true;
        case 'f':
            out += '\f';
            return true;
        case 'b':
            out += '\b';
            return true;
        case 'a':
            out += '\a';
            return true;
        case 'e':
            out += '\x1B';
            return true;
        case 'x': {
            if (at < text.size() && text[at] == '{') return append_braced(text, at, 16, out);
            std::uint32_t code = 0;
            for (int i = 0; i < 2 && at < text.size() && hex_digit(text[at]) >= 0; ++i) {
                code = code * 16 + static_cast<std::uint32_t>(hex_digit(text[at++]));
            }
            append_code(code, out);
            return true;
        }
        case 'o':
            if (at < text.size() && text[at] == '{') return append_braced(text, at, 8, out);
            out += 'o';
            return true;
        case 'N': {
            if (text.substr(at, 3) != "{U+") return false;
            at += 2;
            return append_braced(text, at, 16, out);
        }
        case 'c': {
            if (at >= text.size()) return false;
            const char upper = text[at] >= 'a' && text[at] <= 'z' ? static_cast<char>(text[at] - 32) : text[at];
            out += static_cast<char>(upper ^ 0x40);
            ++at;
            return true;
        }
        default:
            break;
    }
    if (c >= '0' && c <= '7') {
        std::uint32_t code = static_cast<std::uint32_t>(c - '0');
        for (int i = 0; i < 2 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++i) {
            code = code * 8 + static_cast<std::uint32_t>(text[at++] - '0');
        }
        append_code(code, out);
        return true;
    }
    out += c;
    return true;
}

std::optional<std::string> expand_ranges(std::string_view text) {
    // escapes first, so that `\-` is no range; remembered by position
    std::string plain;
    std::string escaped;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t before = plain.size();
        const bool escape = text[at] == '\\';
        if (escape) {
            if (!append_escape(text, at, plain)) return std::nullopt;
        } else {
            plain += text[at++];
        }
        escaped.append(plain.size() - before, escape ? '1' : '0');
    }
    std::string result;
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const bool range = i + 2 < plain.size() && plain[i + 1] == '-' && escaped[i + 1] == '0';
        if (!range) {
            result += plain[i];
            continue;
        }
        const auto first = static_cast<unsigned char>(plain[i]);
        const auto last = static_cast<unsigned char>(plain[i + 2]);
        if (first > last) return std::nullopt;
        for (unsigned c = first; c <= last; ++c) result += static_cast<char>(c);
        i += 2;
    }
    return result;
}

std::string rewritten_variable(std::string_view name) {
    return "$s->{" + std::string(name) + "}";
}

}  // namespace sso::expr
