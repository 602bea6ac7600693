#include "tests/reference/tree_value.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace sso::reference {
namespace {

constexpr double kMostExact = 1e15;  // what "%.15g" writes as a whole number

}  // namespace

Value Value::of(std::string text) {
    Value value;
    value.kind = Kind::text;
    value.text = std::move(text);
    return value;
}

Value Value::of(double number) {
    if (!(std::fabs(number) < kMostExact)) throw BeyondReach();
    Value value;
    value.kind = Kind::number;
    value.number = number;
    return value;
}

Value Value::of_truth(bool truth) {
    if (truth) return of(1.0);
    Value value = of(std::string());
    value.is_false = true;
    return value;
}

Value Value::of(std::vector<Value> items) {
    Value value;
    value.kind = Kind::list;
    value.list = std::make_shared<std::vector<Value>>(std::move(items));
    return value;
}

Value Value::of(std::map<std::string, Value> members) {
    Value value;
    value.kind = Kind::hash;
    value.hash = std::make_shared<std::map<std::string, Value>>(std::move(members));
    return value;
}

Value Value::of(const AttributeValue& attribute) {
    if (const auto* text = attribute.text()) return of(*text);
    if (const auto* integer = std::get_if<std::int64_t>(&attribute.data())) return of(static_cast<double>(*integer));
    if (const auto* real = std::get_if<double>(&attribute.data())) return of(*real);
    if (const auto* list = attribute.list()) {
        std::vector<Value> items;
        for (const auto& item : *list) items.push_back(of(item));
        return of(std::move(items));
    }
    if (const auto* members = attribute.members()) {
        std::map<std::string, Value> hash;
        for (const auto& [name, member] : *members) hash.emplace(name, of(member));
        return of(std::move(hash));
    }
    return {};
}

Value Value::of_constant(const expr::Value& number) {
    switch (number.type) {
        case expr::Type::integer:
            return of(static_cast<double>(number.integer));
        case expr::Type::natural:
            return of(static_cast<double>(number.natural));
        case expr::Type::real:
            return of(number.real);
        default:
            return {};
    }
}

bool truth(const Value& value) {
    switch (value.kind) {
        case Value::Kind::undefined:
            return false;
        case Value::Kind::text:
            return !value.text.empty() && value.text != "0";
        case Value::Kind::number:
            return value.number != 0;
        default:
            return true;
    }
}

std::string text_of(const Value& value) {
    switch (value.kind) {
        case Value::Kind::undefined:
            return "";
        case Value::Kind::text:
            return value.text;
        case Value::Kind::number: {
            if (value.number == 0) return "0";
            std::array<char, 40> room{};
            std::snprintf(room.data(), room.size(), "%.15g", value.number);
            return room.data();
        }
        case Value::Kind::list:
            return "ARRAY(0x1)";
        default:
            return "HASH(0x1)";
    }
}

double number_of(const Value& value) {
    if (value.kind == Value::Kind::number) return value.number;
    if (value.kind == Value::Kind::list || value.kind == Value::Kind::hash) return 1;
    // the number at the text's start; strtod knows hexadecimal ones too, Perl does not
    const std::string& text = value.text;
    std::size_t end = text.find_first_not_of(" \t\n\r\f\v");
    if (end == std::string::npos) return 0;
    const std::size_t start = end;
    const auto skip_digits = [&] {
        const std::size_t from = end;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
        return end > from;
    };
    if (text[end] == '-' || text[end] == '+') ++end;
    if (end < text.size() && (text[end] == 'i' || text[end] == 'I' || text[end] == 'n' || text[end] == 'N')) {
        const std::string word = text.substr(end, 3);
        if (word == "inf" || word == "Inf" || word == "INF" || word == "nan" || word == "NaN" || word == "NAN") {
            throw BeyondReach();
        }
        return 0;
    }
    bool digits = skip_digits();
    if (end < text.size() && text[end] == '.') {
        ++end;
        digits = skip_digits() || digits;
    }
    if (!digits) return 0;
    const std::size_t mantissa = end;
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
        ++end;
        if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
        if (!skip_digits()) end = mantissa;
    }
    const double number = std::strtod(text.substr(start, end - start).c_str(), nullptr);
    return Value::of(number).number;
}

long long integer_of(const Value& value) {
    return static_cast<long long>(number_of(value));
}

}  // namespace sso::reference
