#include "core/expr/builtins.hpp"

#include <algorithm>
#include <cmath>

#include "core/expr/machine.hpp"
#include "core/expr/utf8.hpp"

namespace sso::expr::builtin {
namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
char upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

template <class Change>
Value changed(Machine& machine, const Value& value, std::size_t count, Change change) {
    const Value copy = machine.make_text(machine.text(value));
    if (copy.type != Type::text || copy.size == 0) return copy;
    // the copy is ours: the arena gave it a moment ago
    auto* bytes = const_cast<char*>(copy.data);  // NOLINT
    for (std::size_t i = 0; i < std::min(count, copy.size); ++i) bytes[i] = change(bytes[i]);
    return copy;
}

/// Digits of `base` with `_` between them, as far as they go; a real number when 64 bits do not hold it.
Value digits(std::string_view text, unsigned base) {
    std::uint64_t value = 0;
    double real = 0;
    bool overflows = false;
    for (const char c : text) {
        if (c == '_') continue;
        const char small = lower(c);
        const unsigned digit = small >= '0' && small <= '9'   ? static_cast<unsigned>(small - '0')
                               : small >= 'a' && small <= 'f' ? static_cast<unsigned>(small - 'a') + 10
                                                              : 99;
        if (digit >= base) break;
        overflows = overflows || value > (~std::uint64_t{0} - digit) / base;
        value = value * base + digit;
        real = real * base + digit;
    }
    return overflows ? Value::of(real) : Value::of(value);
}

/// A search may compare all of `wanted` at each place of `text`.
bool charge_search(Machine& machine, std::string_view text, std::string_view wanted) {
    return machine.charge((text.size() / 64 + 1) * (wanted.size() / 64 + 1));
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r'))) {
        text.remove_prefix(1);
    }
    return text;
}

}  // namespace

Value lc(Machine& machine, std::span<const Value> arguments) {
    return changed(machine, arguments[0], static_cast<std::size_t>(-1), lower);
}

Value uc(Machine& machine, std::span<const Value> arguments) {
    return changed(machine, arguments[0], static_cast<std::size_t>(-1), upper);
}

Value lcfirst(Machine& machine, std::span<const Value> arguments) {
    return changed(machine, arguments[0], 1, lower);
}

Value ucfirst(Machine& machine, std::span<const Value> arguments) {
    return changed(machine, arguments[0], 1, upper);
}

Value length(Machine& machine, std::span<const Value> arguments) {
    if (!arguments[0].defined()) return {};
    return Value::of(static_cast<std::int64_t>(machine.text(arguments[0]).size()));
}

Value substr(Machine& machine, std::span<const Value> arguments) {
    const std::string_view text = machine.text(arguments[0]);
    const auto size = static_cast<std::int64_t>(text.size());
    std::int64_t start = integer_of(arguments[1]);
    const bool from_end = start < 0;
    if (from_end) start = start < -size - 1 ? -1 - size : start;
    std::int64_t begin = from_end ? size + start : start;
    if (begin > size) return {};
    std::int64_t end = size;
    if (arguments.size() > 2 && arguments[2].defined()) {
        const std::int64_t count = integer_of(arguments[2]);
        const std::int64_t real_begin = integer_of(arguments[1]) < 0 ? size + integer_of(arguments[1]) : begin;
        if (count < 0) {
            end = std::max<std::int64_t>(count < -size ? 0 : size + count, 0);
        } else {
            const bool past_end = real_begin >= 0 && count > size - real_begin;
            end = past_end ? size : real_begin + count;
        }
        // all of it before the text: undefined
        if (real_begin < 0 && end <= 0 && count >= 0 && real_begin + count < 0) return {};
    } else if (from_end && integer_of(arguments[1]) < -size) {
        begin = 0;
    }
    begin = std::max<std::int64_t>(begin, 0);
    end = std::clamp(end, begin, size);
    return Value::of(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
}

Value index(Machine& machine, std::span<const Value> arguments) {
    const std::string_view text = machine.text(arguments[0]);
    const std::string_view wanted = machine.text(arguments[1]);
    const std::int64_t from = arguments.size() > 2 ? integer_of(arguments[2]) : 0;
    if (!charge_search(machine, text, wanted)) return {};
    const auto start =
        static_cast<std::size_t>(std::clamp<std::int64_t>(from, 0, static_cast<std::int64_t>(text.size())));
    const auto found = text.find(wanted, start);
    return Value::of(found == text.npos ? std::int64_t{-1} : static_cast<std::int64_t>(found));
}

Value rindex(Machine& machine, std::span<const Value> arguments) {
    const std::string_view text = machine.text(arguments[0]);
    const std::string_view wanted = machine.text(arguments[1]);
    if (!charge_search(machine, text, wanted)) return {};
    std::size_t from = text.npos;
    if (arguments.size() > 2) {
        const std::int64_t last = integer_of(arguments[2]);
        if (last < 0) return Value::of(std::int64_t{wanted.empty() ? 0 : -1});
        from = static_cast<std::size_t>(last);
    }
    const auto found = text.rfind(wanted, from);
    return Value::of(found == text.npos ? std::int64_t{-1} : static_cast<std::int64_t>(found));
}

Value join(Machine& machine, std::span<const Value> arguments) {
    const std::string_view separator = machine.text(arguments[0]);
    std::string result;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        if (i > 1) result += separator;
        result += machine.text(arguments[i]);
        if (machine.failed()) return {};
        if (result.size() > machine.limits().string_bytes) {
            return machine.fail(ErrorCode::limit, "a text grows beyond its bound");
        }
    }
    return machine.make_text(result);
}

Value abs(Machine& machine, std::span<const Value> arguments) {
    static_cast<void>(machine);
    const Number number = whole_number_of(arguments[0]);
    if (number.kind == Number::Kind::real) return Value::of(std::fabs(number.real));
    const auto whole = number.whole();
    return value_of_whole(whole < 0 ? -whole : whole);
}

Value integer(Machine& machine, std::span<const Value> arguments) {
    static_cast<void>(machine);
    const Number number = whole_number_of(arguments[0]);
    if (number.kind != Number::Kind::real) return value_of(number);
    return Value::of(std::trunc(number.real));
}

Value hex(Machine& machine, std::span<const Value> arguments) {
    std::string_view text = machine.text(arguments[0]);
    if (text.size() >= 2 && text[0] == '0' && lower(text[1]) == 'x') {
        text.remove_prefix(2);
    } else if (!text.empty() && lower(text[0]) == 'x') {
        text.remove_prefix(1);
    }
    return digits(text, 16);
}

Value oct(Machine& machine, std::span<const Value> arguments) {
    std::string_view text = without_blanks(machine.text(arguments[0]));
    if (!text.empty() && text[0] == '0') text.remove_prefix(1);
    if (!text.empty() && lower(text[0]) == 'x') return digits(text.substr(1), 16);
    if (!text.empty() && lower(text[0]) == 'b') return digits(text.substr(1), 2);
    if (!text.empty() && lower(text[0]) == 'o') text.remove_prefix(1);
    return digits(text, 8);
}

Value chr(Machine& machine, std::span<const Value> arguments) {
    if (!std::isfinite(number_of(arguments[0]).as_real())) {
        return machine.fail(ErrorCode::invalid, "chr: not a number");
    }
    const std::int64_t code = integer_of(arguments[0]);
    std::string text;
    if (code >= 0 && code <= 0xFF) {
        text += static_cast<char>(code);
    } else {
        append_utf8(code < 0 || code > 0x10FFFF ? 0xFFFD : static_cast<std::uint32_t>(code), text);
    }
    return machine.make_text(text);
}

Value ord(Machine& machine, std::span<const Value> arguments) {
    const std::string_view text = machine.text(arguments[0]);
    return Value::of(text.empty() ? std::int64_t{0} : std::int64_t{static_cast<unsigned char>(text.front())});
}

Value quotemeta(Machine& machine, std::span<const Value> arguments) {
    std::string result;
    for (const char c : machine.text(arguments[0])) {
        const char small = lower(c);
        const bool word = (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!word) result += '\\';
        result += c;
    }
    return machine.make_text(result);
}

Value ref(Machine& machine, std::span<const Value> arguments) {
    static_cast<void>(machine);
    const Value& value = arguments[0];
    if (is_list(value)) return Value::of(std::string_view("ARRAY"));
    if (is_hash(value)) return Value::of(std::string_view("HASH"));
    if (value.type == Type::scalar) return Value::of(std::string_view("SCALAR"));
    return Value::of(std::string_view(""));
}

}  // namespace sso::expr::builtin
