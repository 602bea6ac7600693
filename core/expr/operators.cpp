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
    const Number x = whole_number_of(a);
    const Number y = whole_number_of(b);
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

/// Whether Perl raises `base` by multiplying integers: it does where the result surely fits 64 bits, save for powers of
/// two, which a real number holds exactly.
bool has_whole_power(Whole base, std::int64_t exponent) noexcept {
    const auto magnitude = static_cast<std::uint64_t>(base < 0 ? -base : base);
    if (exponent < 0 || (magnitude & (magnitude - 1)) == 0) return false;
    const int bits = 64 - __builtin_clzll(magnitude);
    return exponent <= 64 && bits * exponent <= 64;
}

Value whole_power(Whole base, std::int64_t exponent) noexcept {
    Whole result = 1;
    for (std::int64_t i = 0; i < exponent; ++i) result *= base;
    return value_of_whole(result);
}

/// Perl's remainder of numbers too great for integers: real, and with the sign of the right side too.
double real_modulo(double left, double right) noexcept {
    const double rest = std::fmod(std::fabs(left), std::fabs(right));
    const double turned = (left < 0) != (right < 0) && rest != 0 ? std::fabs(right) - rest : rest;
    return right < 0 ? -turned : turned;
}

Value modulo(const Value& a, const Value& b, bool& by_zero) noexcept {
    constexpr double kTwoTo64 = 18446744073709551616.0;
    const Number x = number_of(a);
    const Number y = number_of(b);
    const auto great = [&](const Number& number) { return !(std::fabs(number.as_real()) < kTwoTo64); };
    by_zero = false;
    if ((!is_whole(x) && great(x)) || (!is_whole(y) && great(y))) {
        const double divisor = std::copysign(std::floor(std::fabs(y.as_real()) + 0.5), y.as_real());
        by_zero = divisor == 0;
        return by_zero ? Value() : Value::of(real_modulo(x.as_real(), divisor));
    }
    const auto cut = [](const Number& number) {
        return is_whole(number) ? number.whole() : static_cast<Whole>(number.real);
    };
    const Whole left = cut(x);
    const Whole right = cut(y);
    by_zero = right == 0;
    if (by_zero) return {};
    Whole rest = left % right;
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
    if (in.op == Op::bit_not) return complement(a);
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

bool Machine::equal_texts(const Value& a, const Value& b) noexcept {
    if (a.type != Type::text || b.type != Type::text) return compare_texts(a, b) == 0;
    static_cast<void>(charge_bytes(std::min(a.size, b.size)));
    return a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
}

int Machine::compare_texts(const Value& a, const Value& b) noexcept {
    NumberText room_a;
    NumberText room_b;
    const std::string_view x = text_of(a, room_a);
    const std::string_view y = text_of(b, room_b);
    const std::size_t common = std::min(x.size(), y.size());
    static_cast<void>(charge_bytes(common));
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
            const bool exact = whole && y.kind == Number::Kind::integer && has_whole_power(x.whole(), y.integer);
            if (exact) return whole_power(x.whole(), y.integer);
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
    const bool texts = !a.is_number() && !b.is_number() && !a.is_reference() && !b.is_reference();
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

Value Machine::complement(const Value& value) {
    if (value.is_number() || value.is_reference()) return Value::of(~bits_of(value));
    std::string result(text(value).substr(0, limits().string_bytes + 1));
    for (char& c : result) c = static_cast<char>(~static_cast<unsigned char>(c));
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
        const bool turns = first == '+' || (first == '-' && !looks_like_number(value.view()));
        if (turns) return make_text((first == '-' ? "+" : "-") + std::string(value.view().substr(1)));
    }
    const Number number = whole_number_of(value);
    if (is_whole(number) && fits(-number.whole())) return value_of_whole(-number.whole());
    return Value::of(-number.as_real());
}

}  // namespace sso::expr
