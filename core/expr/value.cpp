#include "core/expr/value.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/base/text.hpp"

namespace sso::expr {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// "inf", "infinity" and "nan" in any case, as numbers.
std::optional<double> named_number(std::string_view text) noexcept {
    if (text.size() >= 3 && equal_ignoring_case(text.substr(0, 3), "inf")) {
        return std::numeric_limits<double>::infinity();
    }
    if (text.size() >= 3 && equal_ignoring_case(text.substr(0, 3), "nan")) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return std::nullopt;
}

/// @param end  set behind the number
Number parse_number(std::string_view text, std::size_t& end) noexcept {
    constexpr std::size_t kLongestNumber = 1'024;  // a million digits are as infinite as a thousand
    text = text.substr(0, kLongestNumber);
    std::size_t i = 0;
    end = 0;
    while (i < text.size() && (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r'))) ++i;
    const std::size_t start = i;
    bool negative = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
    if (const auto named = named_number(text.substr(i))) {
        end = text.size();
        return Number::of(negative ? -*named : *named);
    }
    const std::size_t digits = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    const bool whole_part = i > digits;
    bool real = false;
    if (i < text.size() && text[i] == '.' && (whole_part || (i + 1 < text.size() && is_digit(text[i + 1])))) {
        real = true;
        ++i;
        while (i < text.size() && is_digit(text[i])) ++i;
    } else if (!whole_part) {
        return {};
    }
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        std::size_t e = i + 1;
        if (e < text.size() && (text[e] == '-' || text[e] == '+')) ++e;
        if (e < text.size() && is_digit(text[e])) {
            while (e < text.size() && is_digit(text[e])) ++e;
            i = e;
            real = true;
        }
    }
    end = i;
    if (!real) {
        std::uint64_t magnitude = 0;
        const auto parsed = std::from_chars(text.data() + digits, text.data() + i, magnitude);
        if (parsed.ec == std::errc()) {
            Number number;
            if (negative) {
                if (magnitude <= std::uint64_t{1} << 63U) {
                    number.integer = static_cast<std::int64_t>(0U - magnitude);
                    return number;
                }
                return Number::of(-static_cast<double>(magnitude));
            }
            if (magnitude <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                number.integer = static_cast<std::int64_t>(magnitude);
            } else {
                number.kind = Number::Kind::natural;
                number.natural = magnitude;
            }
            return number;
        }
    }
    const std::size_t from = start < text.size() && text[start] == '+' ? start + 1 : start;
    double result = 0;
    const auto parsed = std::from_chars(text.data() + from, text.data() + i, result);
    if (parsed.ec == std::errc::result_out_of_range) {
        // from_chars leaves the value alone: too great and too small part at the exponent's sign
        const std::string_view number = text.substr(from, i - from);
        const auto exponent = number.find_first_of("eE");
        const bool tiny = exponent != number.npos && exponent + 1 < number.size() && number[exponent + 1] == '-';
        result = tiny ? 0.0 : std::numeric_limits<double>::infinity();
        if (negative) result = -result;
    }
    return Number::of(result);
}

std::string_view reference_name(Type type) noexcept {
    switch (type) {
        case Type::attribute_list:
        case Type::list:
            return "ARRAY(0x1)";  // never an address: it would tell where our memory lies
        case Type::scalar:
            return "SCALAR(0x1)";
        default:
            return "HASH(0x1)";
    }
}

constexpr double kTwoTo53 = 9007199254740992.0;

/// A real number that is whole and exact to the unit.
Number whole_if_exact(double real) noexcept {
    const bool exact = real == std::trunc(real) && std::fabs(real) < kTwoTo53;
    return exact ? Number::of(static_cast<std::int64_t>(real)) : Number::of(real);
}

}  // namespace

Value Value::of(std::int64_t number) noexcept {
    Value value;
    value.type = Type::integer;
    value.integer = number;
    return value;
}

Value Value::of(std::uint64_t number) noexcept {
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return of(static_cast<std::int64_t>(number));
    }
    Value value;
    value.type = Type::natural;
    value.natural = number;
    return value;
}

Value Value::of(double number) noexcept {
    Value value;
    value.type = Type::real;
    value.real = number;
    return value;
}

Value Value::of(const ValueList* list) noexcept {
    Value value;
    value.type = Type::list;
    value.list = list;
    return value;
}

Value Value::of(const ValueHash* hash) noexcept {
    Value value;
    value.type = Type::hash;
    value.hash = hash;
    return value;
}

Value Value::of_other(const AttributeValue& source) noexcept {
    Value value;
    if (const auto* integer = std::get_if<std::int64_t>(&source.data())) return of(*integer);
    if (const auto* real = std::get_if<double>(&source.data())) return of(*real);
    if (const auto* list = source.list()) {
        value.type = Type::attribute_list;
        value.attribute_list = list;
    } else if (const auto* members = source.members()) {
        value.type = Type::attributes;
        value.attributes = members;
    }
    return value;
}

Value Value::of_truth(bool truth) noexcept {
    if (truth) return of(std::int64_t{1});
    Value value;
    value.type = Type::falsity;
    return value;
}

bool truth(const Value& value) noexcept {
    switch (value.type) {
        case Type::undefined:
        case Type::falsity:
            return false;
        case Type::text:
            return value.size > 1 || (value.size == 1 && *value.data != '0');
        case Type::integer:
            return value.integer != 0;
        case Type::natural:
            return true;
        case Type::real:
            return value.real != 0;
        default:
            return true;
    }
}

std::string_view format_real(double number, NumberText& room) noexcept {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Inf" : "-Inf";
    if (number == 0) return "0";
    const auto result = std::to_chars(room.data(), room.data() + room.size(), number, std::chars_format::general, 15);
    return {room.data(), static_cast<std::size_t>(result.ptr - room.data())};
}

std::string_view text_of(const Value& value, NumberText& room) noexcept {
    switch (value.type) {
        case Type::undefined:
        case Type::falsity:
            return "";
        case Type::text:
            return value.view();
        case Type::integer: {
            const auto end = std::to_chars(room.data(), room.data() + room.size(), value.integer).ptr;
            return {room.data(), static_cast<std::size_t>(end - room.data())};
        }
        case Type::natural: {
            const auto end = std::to_chars(room.data(), room.data() + room.size(), value.natural).ptr;
            return {room.data(), static_cast<std::size_t>(end - room.data())};
        }
        case Type::real:
            return format_real(value.real, room);
        default:
            return reference_name(value.type);
    }
}

Number Number::of(std::int64_t number) noexcept {
    Number result;
    result.integer = number;
    return result;
}

Number Number::of(double number) noexcept {
    Number result;
    result.kind = Kind::real;
    result.real = number;
    return result;
}

Whole Number::whole() const noexcept {
    return kind == Kind::natural ? static_cast<Whole>(natural) : integer;
}

double Number::as_real() const noexcept {
    switch (kind) {
        case Kind::integer:
            return static_cast<double>(integer);
        case Kind::natural:
            return static_cast<double>(natural);
        default:
            return real;
    }
}

Number number_of(const Value& value) noexcept {
    Number number;
    switch (value.type) {
        case Type::undefined:
        case Type::falsity:
            return number;
        case Type::text: {
            std::size_t end = 0;
            return parse_number(value.view(), end);
        }
        case Type::integer:
            number.integer = value.integer;
            return number;
        case Type::natural:
            number.kind = Number::Kind::natural;
            number.natural = value.natural;
            return number;
        case Type::real:
            return Number::of(value.real);
        default:
            number.integer = 1;
            return number;
    }
}

Number whole_number_of(const Value& value) noexcept {
    if (value.type == Type::real) return whole_if_exact(value.real);
    if (value.type == Type::undefined) return Number::of(0.0);
    if (value.type != Type::text) return number_of(value);
    const std::string_view text = value.view();
    std::size_t end = 0;
    const Number number = parse_number(text, end);
    const bool all = end > 0 && text.find_first_not_of(" \t\n\v\f\r", end) == text.npos;
    if (!all && text != "0 but true") return Number::of(number.as_real());
    // Perl takes "1e3" for the integer 1000, and "3.0" for a real number
    const bool exponent = number.kind == Number::Kind::real && text.find_first_of("eE") != text.npos;
    return exponent ? whole_if_exact(number.real) : number;
}

std::int64_t integer_of(const Value& value) noexcept {
    const Number number = number_of(value);
    if (number.kind == Number::Kind::integer) return number.integer;
    if (number.kind == Number::Kind::natural) return std::numeric_limits<std::int64_t>::max();
    if (std::isnan(number.real)) return 0;
    if (number.real >= kTwoTo63) return std::numeric_limits<std::int64_t>::max();
    if (number.real < -kTwoTo63) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(number.real);
}

bool looks_like_number(std::string_view text) noexcept {
    std::size_t end = 0;
    static_cast<void>(parse_number(text, end));
    return end > 0 && text.find_first_not_of(" \t\n\v\f\r", end) == text.npos;
}

Value value_of(const Number& number) noexcept {
    switch (number.kind) {
        case Number::Kind::integer:
            return Value::of(number.integer);
        case Number::Kind::natural:
            return Value::of(number.natural);
        default:
            return Value::of(number.real);
    }
}

Value value_of_whole(Whole number) noexcept {
    if (number >= std::numeric_limits<std::int64_t>::min() && number <= std::numeric_limits<std::int64_t>::max()) {
        return Value::of(static_cast<std::int64_t>(number));
    }
    if (number > 0 && number <= std::numeric_limits<std::uint64_t>::max()) {
        return Value::of(static_cast<std::uint64_t>(number));
    }
    return Value::of(static_cast<double>(number));
}

bool is_list(const Value& value) noexcept {
    return value.type == Type::attribute_list || value.type == Type::list;
}

bool is_hash(const Value& value) noexcept {
    return value.type == Type::attributes || value.type == Type::hash;
}

std::size_t list_size(const Value& reference) noexcept {
    if (reference.type == Type::attribute_list) return reference.attribute_list->size();
    return reference.type == Type::list ? reference.list->size : 0;
}

Value list_item(const Value& reference, std::size_t index) noexcept {
    if (index >= list_size(reference)) return {};
    if (reference.type == Type::attribute_list) return Value::of(&(*reference.attribute_list)[index]);
    return reference.list->items[index];
}

std::optional<Value> hash_member(const Value& reference, std::string_view key) noexcept {
    if (reference.type == Type::attributes) {
        const AttributeValue* found = reference.attributes->find(key);
        if (found == nullptr) return std::nullopt;
        return Value::of(found);
    }
    if (reference.type != Type::hash) return std::nullopt;
    NumberText room;
    for (std::size_t i = reference.hash->size; i >= 2; i -= 2) {
        if (text_of(reference.hash->pairs[i - 2], room) == key) return reference.hash->pairs[i - 1];
    }
    return std::nullopt;
}

std::size_t hash_size(const Value& reference) noexcept {
    if (reference.type == Type::attributes) return reference.attributes->size();
    return reference.type == Type::hash ? reference.hash->size / 2 : 0;
}

std::size_t hash_pair_cost(const Value& reference, std::size_t index) noexcept {
    return reference.type == Type::hash ? 1 + (hash_size(reference) - index) / 8 : 1;
}

bool hash_pair(const Value& reference, std::size_t index, Value& key, Value& value) noexcept {
    if (reference.type == Type::attributes) {
        const auto& entry = *(reference.attributes->begin() + static_cast<std::ptrdiff_t>(index));
        key = Value::of(std::string_view(entry.first));
        value = Value::of(&entry.second);
        return true;
    }
    key = reference.hash->pairs[2 * index];
    value = reference.hash->pairs[2 * index + 1];
    NumberText room;
    NumberText other_room;
    const std::string_view name = text_of(key, room);
    for (std::size_t later = index + 1; later < reference.hash->size / 2; ++later) {
        if (text_of(reference.hash->pairs[2 * later], other_room) == name) return false;
    }
    return true;
}

}  // namespace sso::expr
