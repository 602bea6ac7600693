// Operators on scalars, with Perl's coercions.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/expr/machine.hpp"

namespace sso::expr {
namespace {

bool is_whole(const Number& number) noexcept {
    return number.kind != Number::Kind::real;
}

/// -1, 0, 1, or 2 when one is not a number.
int order_numbers(const Value& a, const Value& b) noexcept {
    const Number x = number_of(a);
    const Number y = number_of(b);
    if (is_whole(x) && is_whole(y)) {
        const auto left = x.whole();
        const auto right = y.whole();
        return left < right ? -1 : left > right ? 1 : 0;
    }
    const double left = x.as_real();
    const double right = y.as_real();
    if (std::isnan(left) || std::isnan(right)) return 2;
    return left < right ? -1 : left > right ? 1 : 0;
}

bool fits(Whole number) noexcept {
    constexpr Whole kOne = 1;
    return number >= -(kOne << 63) && number < (kOne << 64);
}

/// Exact when the result is whole and fits 64 bits.
Value whole_power(Whole base, std::int64_t exponent, bool& exact) noexcept {
    Whole result = 1;
    exact = true;
    for (std::int64_t i = 0; i < exponent; ++i) {
        result *= base;
        if (!fits(result) || i > 64) {
            const bool trivial = base == 0 || base == 1 || base == -1;
            exact = trivial;
            if (trivial && base == -1) result = exponent % 2 == 0 ? 1 : -1;
            break;
        }
    }
    return value_of_whole(result);
}

Value modulo(const Value& a, const Value& b, bool& by_zero) noexcept {
    const auto cut = [](const Value& value) -> Whole {
        const Number number = whole_number_of(value);
        if (is_whole(number)) return number.whole();
        if (std::isnan(number.real)) return 0;
        constexpr double kTwoTo64 = 18446744073709551616.0;
        return static_cast<Whole>(std::clamp(number.real, -kTwoTo64 / 2, kTwoTo64 - 4096));
    };
    const auto left = cut(a);
    const auto right = cut(b);
    by_zero = right == 0;
    if (by_zero) return {};
    auto rest = left % right;
    if (rest != 0 && (rest < 0) != (right < 0)) rest += right;
    return value_of_whole(rest);
}

std::uint64_t bits_of(const Value& value) noexcept {
    const Number number = number_of(value);
    if (number.kind == Number::Kind::natural) return number.natural;
    if (number.kind == Number::Kind::integer) return static_cast<std::uint64_t>(number.integer);
    if (number.real >= 18446744073709551615.0) return ~std::uint64_t{0};
    if (number.real < 0) return static_cast<std::uint64_t>(integer_of(value));
    return std::isnan(number.real) ? 0 : static_cast<std::uint64_t>(number.real);
}

}  // namespace

Value Machine::operate(const Instruction& in) {
    const Value a = operand_value(in, 0);
    if (in.op == Op::negate) return negate(a);
    if (in.op == Op::bit_not) return Value::of(~bits_of(a));
    const Value b = operand_value(in, 1);
    if (failed_) return {};
    switch (in.op) {
        case Op::compare:
            return three_way(a, b);
        case Op::text_compare:
            return Value::of(static_cast<std::int64_t>(compare_texts(a, b)));
        case Op::repeat:
            return repeat(a, b);
        case Op::bit_and:
        case Op::bit_or:
        case Op::bit_xor:
        case Op::shift_left:
        case Op::shift_right:
            return bitwise(in.op, a, b);
        case Op::power:
        case Op::multiply:
        case Op::divide:
        case Op::modulo:
        case Op::add:
        case Op::subtract:
            return arithmetic(in.op, a, b);
        default:
            return Value::of_truth(compare(in.op, a, b));
    }
}

int Machine::compare_texts(const Value& a, const Value& b) noexcept {
    NumberText room_a;
    NumberText room_b;
    const std::string_view x = text_of(a, room_a);
    const std::string_view y = text_of(b, room_b);
    const std::size_t common = std::min(x.size(), y.size());
    const int order = common == 0 ? 0 : std::memcmp(x.data(), y.data(), common);
    if (order != 0) return order < 0 ? -1 : 1;
    return x.size() < y.size() ? -1 : x.size() > y.size() ? 1 : 0;
}

bool Machine::compare(Op op, const Value& a, const Value& b) noexcept {
    if (op >= Op::text_less && op <= Op::text_not_equal) {
        const int order = compare_texts(a, b);
        switch (op) {
            case Op::text_less:
                return order < 0;
            case Op::text_greater:
                return order > 0;
            case Op::text_less_equal:
                return order <= 0;
            case Op::text_greater_equal:
                return order >= 0;
            case Op::text_equal:
                return order == 0;
            default:
                return order != 0;
        }
    }
    const int order = order_numbers(a, b);
    if (order == 2) return op == Op::not_equal;
    switch (op) {
        case Op::less:
            return order < 0;
        case Op::greater:
            return order > 0;
        case Op::less_equal:
            return order <= 0;
        case Op::greater_equal:
            return order >= 0;
        case Op::equal:
            return order == 0;
        default:
            return order != 0;
    }
}

Value Machine::three_way(const Value& a, const Value& b) noexcept {
    const int order = order_numbers(a, b);
    return order == 2 ? Value() : Value::of(static_cast<std::int64_t>(order));
}

Value Machine::arithmetic(Op op, const Value& a, const Value& b) {
    const Number x = whole_number_of(a);
    const Number y = whole_number_of(b);
    const bool whole = is_whole(x) && is_whole(y);
    const double left = x.as_real();
    const double right = y.as_real();
    switch (op) {
        case Op::add:
            if (whole && fits(x.whole() + y.whole())) return value_of_whole(x.whole() + y.whole());
            return Value::of(left + right);
        case Op::subtract:
            if (whole && fits(x.whole() - y.whole())) return value_of_whole(x.whole() - y.whole());
            return Value::of(left - right);
        case Op::multiply: {
            if (!whole) return Value::of(left * right);
            // 64 by 64 bits: the product of an unsigned pair may need all 128
            Whole product = 0;
            if (!__builtin_mul_overflow(x.whole(), y.whole(), &product) && fits(product)) {
                return value_of_whole(product);
            }
            return Value::of(left * right);
        }
        case Op::divide:
            if (right == 0) return fail(ErrorCode::invalid, "division by zero");
            // as in Perl, whole only where a real number could not hold the left side
            if (whole && std::abs(left) > 9007199254740992.0 && x.whole() % y.whole() == 0) {
                return value_of_whole(x.whole() / y.whole());
            }
            return Value::of(left / right);
        case Op::modulo: {
            bool by_zero = false;
            const Value rest = sso::expr::modulo(a, b, by_zero);
            return by_zero ? fail(ErrorCode::invalid, "division by zero") : rest;
        }
        default: {
            if (whole && y.kind == Number::Kind::integer && y.integer >= 0) {
                bool exact = false;
                const Value result = whole_power(x.whole(), y.integer, exact);
                if (exact) return result;
            }
            return Value::of(std::pow(left, right));
        }
    }
}

Value Machine::bitwise(Op op, const Value& a, const Value& b) {
    if (op == Op::shift_left || op == Op::shift_right) {
        const std::int64_t count = integer_of(b);
        const bool left = (op == Op::shift_left) == (count >= 0);
        const std::uint64_t bits = bits_of(a);
        if (count >= 64 || count <= -64) return Value::of(std::int64_t{0});
        const auto places = static_cast<unsigned>(count < 0 ? -count : count);
        return Value::of(left ? bits << places : bits >> places);
    }
    const bool texts = !a.is_number() && !b.is_number() && a.defined() && b.defined();
    if (!texts) {
        const std::uint64_t x = bits_of(a);
        const std::uint64_t y = bits_of(b);
        return Value::of(op == Op::bit_and ? x & y : op == Op::bit_or ? x | y : x ^ y);
    }
    const std::string_view x = text(a);
    const std::string_view y = text(b);
    const std::size_t size = op == Op::bit_and ? std::min(x.size(), y.size()) : std::max(x.size(), y.size());
    if (size > limits().string_bytes) return fail(ErrorCode::limit, "a text grows beyond its bound");
    std::string result(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        const unsigned p = i < x.size() ? static_cast<unsigned char>(x[i]) : 0U;
        const unsigned q = i < y.size() ? static_cast<unsigned char>(y[i]) : 0U;
        result[i] = static_cast<char>(op == Op::bit_and ? p & q : op == Op::bit_or ? p | q : p ^ q);
    }
    return make_text(result);
}

Value Machine::repeat(const Value& value, const Value& count) {
    const std::string_view unit = text(value);
    const std::int64_t times = integer_of(count);
    if (failed_ || times <= 0 || unit.empty()) return Value::of(std::string_view(""));
    const auto most = limits().string_bytes;
    if (static_cast<std::uint64_t>(times) > most || unit.size() * static_cast<std::size_t>(times) > most) {
        return fail(ErrorCode::limit, "a text grows beyond its bound");
    }
    std::string result;
    result.reserve(unit.size() * static_cast<std::size_t>(times));
    for (std::int64_t i = 0; i < times; ++i) result += unit;
    return make_text(result);
}

Value Machine::negate(const Value& value) {
    if (value.type == Type::text && value.size > 0) {
        const char first = *value.data;
        const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
        if (letter) return make_text("-" + std::string(value.view()));
        const bool is_signed = first == '-' || first == '+';
        const char second = value.size > 1 ? value.data[1] : '\0';
        if (is_signed && !(second >= '0' && second <= '9') && second != '.') {
            return make_text((first == '-' ? "+" : "-") + std::string(value.view().substr(1)));
        }
    }
    const Number number = whole_number_of(value);
    if (is_whole(number) && fits(-number.whole())) return value_of_whole(-number.whole());
    return Value::of(-number.as_real());
}

}  // namespace sso::expr
