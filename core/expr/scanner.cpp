#include "core/expr/scanner.hpp"

#include <limits>

namespace sso::expr {
namespace {

char closing(char open) noexcept {
    switch (open) {
        case '(':
            return ')';
        case '[':
            return ']';
        case '{':
            return '}';
        case '<':
            return '>';
        default:
            return open;
    }
}

int digit_of(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

}  // namespace

bool Scanner::skip_blanks() noexcept {
    while (!at_end()) {
        if (is_blank(peek())) {
            ++at_;
        } else if (peek() == '#') {
            const auto line_end = source_.find('\n', at_);
            if (line_end == source_.npos) return false;
            at_ = line_end + 1;
        } else {
            break;
        }
    }
    return true;
}

std::string_view Scanner::peek_name() const noexcept {
    if (!is_name_start(peek())) return {};
    std::size_t length = 1;
    while (is_name_char(peek(length))) ++length;
    return source_.substr(at_, length);
}

std::string_view Scanner::read_qualified_name() noexcept {
    const std::size_t start = at_;
    while (is_name_char(peek()) || (peek() == ':' && peek(1) == ':')) at_ += peek() == ':' ? 2U : 1U;
    return source_.substr(start, at_ - start);
}

std::optional<Value> Scanner::read_number() noexcept {
    int base = 10;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) base = 16;
    if (peek() == '0' && (peek(1) == 'b' || peek(1) == 'B')) base = 2;
    if (base == 10 && peek() == '0' && (is_digit(peek(1)) || peek(1) == '_' || peek(1) == 'o' || peek(1) == 'O'))
        base = 8;
    if (base != 10) {
        at_ += base == 8 ? 1U : 2U;
        if (base == 8 && (peek() == 'o' || peek() == 'O')) ++at_;
        std::uint64_t value = 0;
        bool any = base == 8;
        for (; digit_of(peek()) < 16 || peek() == '_'; ++at_) {
            if (peek() == '_') continue;
            const int digit = digit_of(peek());
            if (digit >= base) return std::nullopt;
            if (value > (std::numeric_limits<std::uint64_t>::max() - 15) / 16) return std::nullopt;
            value = value * static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(digit);
            any = true;
        }
        if (!any || is_name_char(peek())) return std::nullopt;
        return Value::of(value);
    }
    std::string digits;
    bool real = false;
    const auto take_digits = [&] {
        for (; is_digit(peek()) || (peek() == '_' && !digits.empty()); ++at_) {
            if (peek() != '_') digits += peek();
        }
    };
    take_digits();
    if (peek() == '.' && peek(1) != '.' && (is_digit(peek(1)) || !is_name_start(peek(1)))) {
        real = true;
        digits += '.';
        ++at_;
        take_digits();
    }
    if ((peek() == 'e' || peek() == 'E') &&
        (is_digit(peek(1)) || ((peek(1) == '-' || peek(1) == '+') && is_digit(peek(2))))) {
        real = true;
        digits += 'e';
        ++at_;
        if (peek() == '-' || peek() == '+') {
            if (peek() == '-') digits += '-';
            ++at_;
        }
        take_digits();
    }
    const Value text = Value::of(std::string_view(digits));
    if (real) {
        // Perl keeps 3.0 as a real number: it prints as 3 all the same
        return Value::of(number_of(text).as_real());
    }
    return value_of(number_of(text));
}

std::optional<Quoted> Scanner::read_quoted() noexcept {
    if (at_end()) return std::nullopt;
    const char open = peek();
    ++at_;
    return read_to(open, closing(open));
}

std::optional<Quoted> Scanner::read_to(char open, char close) noexcept {
    const std::size_t start = at_;
    std::size_t depth = 1;
    for (; !at_end(); ++at_) {
        const char c = peek();
        if (c == '\\') {
            ++at_;
        } else if (c == close && --depth == 0) {
            Quoted quoted{source_.substr(start, at_ - start), start, open, close};
            ++at_;
            return quoted;
        } else if (c == open && open != close) {
            ++depth;
        }
    }
    return std::nullopt;
}

std::optional<Quoted> Scanner::read_second_part(const Quoted& first) noexcept {
    if (first.open == first.close) return read_to(first.open, first.close);
    if (!skip_blanks()) return std::nullopt;
    return read_quoted();
}

}  // namespace sso::expr
