#include "tests/reference/tree_evaluator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/expr/function.hpp"

namespace sso::reference {
namespace {

using expr::Node;
using expr::Op;

std::vector<std::string> values_of(const std::string& joined) {
    std::vector<std::string> values;
    std::size_t start = 0;
    for (auto end = joined.find("; "); end != std::string::npos; end = joined.find("; ", start)) {
        values.push_back(joined.substr(start, end - start));
        start = end + 2;
    }
    values.push_back(joined.substr(start));
    return values;
}

std::string changed(std::string text, std::size_t count, bool up) {
    for (std::size_t i = 0; i < std::min(count, text.size()); ++i) {
        char& c = text[i];
        if (up && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (!up && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

Value TreeEvaluator::scalar(const Node& node) {
    switch (node.op) {
        case Op::constant:
            return node.is_text ? Value::of(node.text) : Value::of_constant(node.number);
        case Op::variable: {
            const AttributeValue* found = environment_.attribute(node.text);
            return found == nullptr ? Value() : Value::of(*found);
        }
        case Op::request: {
            const std::string name = node.children.empty() ? node.text : text(node, 0);
            const std::string_view found = environment_.request(expr::RequestName(name));
            return found.data() != nullptr ? Value::of(std::string(found)) : Value();
        }
        case Op::topic:
            return topic_;
        case Op::capture:
            return last_match_ ? group(*last_match_, static_cast<std::size_t>(node.number.integer)) : Value();
        case Op::capture_whole:
            return last_match_ ? group(*last_match_, 0) : Value();
        case Op::join:
        case Op::concat:
            return join(node);
        case Op::item:
        case Op::member:
            return element(node);
        case Op::last_index:
            return Value::of(static_cast<double>(items_of(operand(node, 0)).size()) - 1);
        case Op::make_array: {
            List items;
            for (const auto& child : node.children) {
                for (auto& item : list(*child)) items.push_back(std::move(item));
            }
            return Value::of(std::move(items));
        }
        case Op::make_hash: {
            List items;
            for (const auto& child : node.children) {
                for (auto& item : list(*child)) items.push_back(std::move(item));
            }
            std::map<std::string, Value> members;
            for (std::size_t i = 0; i < items.size(); i += 2) {
                members[text_of(items[i])] = i + 1 < items.size() ? items[i + 1] : Value();
            }
            return Value::of(std::move(members));
        }
        case Op::logical_and:
        case Op::logical_or:
        case Op::defined_or: {
            Value value;
            for (std::size_t i = 0; i < node.children.size(); ++i) {
                value = operand(node, i);
                const bool goes_on = node.op == Op::logical_and  ? truth(value)
                                     : node.op == Op::logical_or ? !truth(value)
                                                                 : !value.is_defined();
                if (!goes_on) break;
            }
            return value;
        }
        case Op::logical_xor: {
            const bool left = truth(operand(node, 0));
            const bool right = truth(operand(node, 1));
            return Value::of_truth(left != right);
        }
        case Op::logical_not:
            return Value::of_truth(!truth(operand(node, 0)));
        case Op::choose:
            return truth(operand(node, 0)) ? operand(node, 1) : operand(node, 2);
        case Op::match:
            return Value::of_truth(matches(node) != node.pattern.negated);
        case Op::substitute:
            return substitute(node);
        case Op::transliterate:
            return transliterate(node);
        case Op::call:
            return call(node);
        case Op::sprintf:
            return sprintf(node);
        case Op::defined:
            return Value::of_truth((node.children.empty() ? topic_ : operand(node, 0)).is_defined());
        case Op::exists: {
            const Node& inner = *node.children.front();
            const Value base = operand(inner, 0);
            const Value key = operand(inner, 1);
            if (inner.op == Op::item) {
                const auto size = static_cast<long long>(base.list ? base.list->size() : 0);
                return Value::of_truth(integer_of(key) < size && integer_of(key) >= -size);
            }
            return Value::of_truth(base.hash && base.hash->contains(text_of(key)));
        }
        case Op::scalar:
        case Op::sequence: {
            Value value;
            for (std::size_t i = 0; i < node.children.size(); ++i) value = operand(node, i);
            return value;
        }
        case Op::list: {  // the comma operator
            Value value;
            for (std::size_t i = 0; i < node.children.size(); ++i) value = operand(node, i);
            return value;
        }
        case Op::array_of:
            return Value::of(static_cast<double>(items_of(operand(node, 0)).size()));
        case Op::slice:
        case Op::array_slice:
        case Op::hash_slice: {
            const List items = slice(node);
            return items.empty() ? Value() : items.back();
        }
        case Op::repeat_list:  // in scalar context the parentheses mean nothing
        case Op::repeat: {
            const std::string unit = text(node, 0);
            std::string result;
            const long long times = integer_of(operand(node, 1));
            for (long long i = 0; i < times; ++i) result += unit;
            return Value::of(result);
        }
        case Op::reverse:
            return reverse_text(node);
        case Op::split:
        case Op::map:
        case Op::grep:
        case Op::keys:
        case Op::values:
            return Value::of(static_cast<double>(list(node).size()));
        default:
            return operation(node);
    }
}

std::vector<Value> TreeEvaluator::list(const Node& node) {
    switch (node.op) {
        case Op::list: {
            List items;
            for (const auto& child : node.children) {
                for (auto& item : list(*child)) items.push_back(std::move(item));
            }
            return items;
        }
        case Op::sequence:
            for (std::size_t i = 0; i + 1 < node.children.size(); ++i) operand(node, i);
            return list(*node.children.back());
        case Op::logical_and:
        case Op::logical_or:
        case Op::defined_or:
            for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
                const Value value = operand(node, i);
                const bool goes_on = node.op == Op::logical_and  ? truth(value)
                                     : node.op == Op::logical_or ? !truth(value)
                                                                 : !value.is_defined();
                if (!goes_on) return {value};
            }
            return list(*node.children.back());
        case Op::choose:
            return list(*node.children[truth(operand(node, 0)) ? 1 : 2]);
        case Op::array_of:
            return items_of(operand(node, 0));
        case Op::slice:
        case Op::array_slice:
        case Op::hash_slice:
            return slice(node);
        case Op::repeat_list: {
            const List unit = list(*node.children[0]);
            List items;
            const long long times = integer_of(operand(node, 1));
            for (long long i = 0; i < times; ++i) items.insert(items.end(), unit.begin(), unit.end());
            return items;
        }
        case Op::range:
            return range(node);
        case Op::match:
            return node.pattern.negated ? List{scalar(node)} : match_list(node);
        case Op::split:
            return split(node);
        case Op::map:
        case Op::grep:
            return map_or_grep(node);
        case Op::reverse: {
            List items;
            for (const auto& child : node.children) {
                for (auto& item : list(*child)) items.push_back(std::move(item));
            }
            std::reverse(items.begin(), items.end());
            return items;
        }
        case Op::keys:
        case Op::values:
            return keys_or_values(node);
        default:
            return {scalar(node)};
    }
}

Value TreeEvaluator::operation(const Node& node) {
    const Value a = operand(node, 0);
    if (node.op == Op::negate) return negate(a);
    const Value b = operand(node, 1);
    switch (node.op) {
        case Op::compare: {
            const double x = number_of(a);
            const double y = number_of(b);
            return Value::of(x < y ? -1.0 : x > y ? 1.0 : 0.0);
        }
        case Op::text_compare: {
            const int order = text_of(a).compare(text_of(b));
            return Value::of(order < 0 ? -1.0 : order > 0 ? 1.0 : 0.0);
        }
        case Op::bit_and:
        case Op::bit_or:
        case Op::bit_xor:
            return bitwise(node.op, a, b);
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::modulo:
        case Op::power:
            return arithmetic(node.op, number_of(a), number_of(b));
        default:
            return Value::of_truth(compare(node.op, a, b));
    }
}

Value TreeEvaluator::arithmetic(Op op, double a, double b) {
    switch (op) {
        case Op::add:
            return Value::of(a + b);
        case Op::subtract:
            return Value::of(a - b);
        case Op::multiply:
            return Value::of(a * b);
        case Op::divide:
            if (b == 0) throw Failure();
            return Value::of(a / b);
        case Op::power:
            return Value::of(std::pow(a, b));
        default: {  // %: whole numbers, with the sign of the right side
            const double right = std::trunc(b);
            if (right == 0) throw Failure();
            const double rest = std::fmod(std::trunc(a), right);
            return Value::of(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest);
        }
    }
}

Value TreeEvaluator::bitwise(Op op, const Value& a, const Value& b) {
    const auto combine = [op](std::uint64_t x, std::uint64_t y) {
        return op == Op::bit_and ? x & y : op == Op::bit_or ? x | y : x ^ y;
    };
    const auto is_wordy = [](const Value& value) { return value.is_text() || !value.is_defined(); };
    if (!is_wordy(a) || !is_wordy(b)) {
        const double x = number_of(a);
        const double y = number_of(b);
        if (x < 0 || y < 0) throw BeyondReach();
        return Value::of(static_cast<double>(combine(static_cast<std::uint64_t>(x), static_cast<std::uint64_t>(y))));
    }
    const std::string x = text_of(a);
    const std::string y = text_of(b);
    std::string result;
    for (std::size_t i = 0; i < (op == Op::bit_and ? std::min(x.size(), y.size()) : std::max(x.size(), y.size()));
         ++i) {
        const unsigned p = i < x.size() ? static_cast<unsigned char>(x[i]) : 0U;
        const unsigned q = i < y.size() ? static_cast<unsigned char>(y[i]) : 0U;
        result += static_cast<char>(combine(p, q));
    }
    return Value::of(result);
}

bool TreeEvaluator::compare(Op op, const Value& a, const Value& b) {
    const bool words = op >= Op::text_less && op <= Op::text_not_equal;
    int order = 0;
    if (words) {
        order = text_of(a).compare(text_of(b));
    } else {
        const double x = number_of(a);
        const double y = number_of(b);
        order = x < y ? -1 : x > y ? 1 : 0;
    }
    switch (op) {
        case Op::less:
        case Op::text_less:
            return order < 0;
        case Op::greater:
        case Op::text_greater:
            return order > 0;
        case Op::less_equal:
        case Op::text_less_equal:
            return order <= 0;
        case Op::greater_equal:
        case Op::text_greater_equal:
            return order >= 0;
        case Op::equal:
        case Op::text_equal:
            return order == 0;
        case Op::not_equal:
        case Op::text_not_equal:
            return order != 0;
        default:
            throw BeyondReach();
    }
}

Value TreeEvaluator::negate(const Value& value) {
    if (value.is_text() && !value.text.empty()) {
        const char first = value.text.front();
        const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
        if (letter) return Value::of("-" + value.text);
        if (first == '+') return Value::of("-" + value.text.substr(1));
        const bool word =
            first == '-' && (value.text == "-" || value.text.find_first_not_of("0123456789.", 1) != std::string::npos);
        if (word) return Value::of("+" + value.text.substr(1));
    }
    return Value::of(-number_of(value));
}

Value TreeEvaluator::element(const Node& node) {
    const Value base = operand(node, 0);
    const Value key = operand(node, 1);
    if (node.op == Op::member) {
        if (!base.hash) return {};
        const auto found = base.hash->find(text_of(key));
        return found == base.hash->end() ? Value() : found->second;
    }
    const auto size = static_cast<long long>(base.list ? base.list->size() : 0);
    long long index = integer_of(key);
    if (index < 0) index += size;
    return index < 0 || index >= size ? Value() : (*base.list)[static_cast<std::size_t>(index)];
}

Value TreeEvaluator::join(const Node& node) {
    std::string result;
    for (const auto& child : node.children) {
        const bool spliced = node.op == Op::join && child->op == Op::array_of;
        if (!spliced) {
            result += text_of(scalar(*child));
            continue;
        }
        for (const Value& item : list(*child)) result += text_of(item);
    }
    return Value::of(result);
}

Value TreeEvaluator::reverse_text(const Node& node) {
    std::string result = node.children.empty() ? text_of(topic_) : "";
    for (const auto& child : node.children) {
        for (const Value& item : list(*child)) result += text_of(item);
    }
    std::reverse(result.begin(), result.end());
    return Value::of(result);
}

Value TreeEvaluator::sprintf(const Node& node) {
    List arguments;
    for (const auto& child : node.children) {
        for (auto& item : list(*child)) arguments.push_back(std::move(item));
    }
    const std::string format = arguments.empty() ? "" : text_of(arguments.front());
    std::size_t next = 1;
    const auto argument = [&] { return next < arguments.size() ? arguments[next++] : Value(); };
    std::string result;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            result += format[i];
            continue;
        }
        const std::size_t letter = format.find_first_of("sdfx%", i + 1);
        const std::string conversion = format.substr(i, letter + 1 - i);
        std::array<char, 400> room{};
        i = letter;
        if (conversion == "%%") {
            result += '%';
        } else if (conversion == "%s") {
            result += text_of(argument());
        } else if (conversion == "%d") {
            result += std::to_string(integer_of(argument()));
        } else if (conversion == "%x") {
            const long long number = integer_of(argument());
            if (number < 0) throw BeyondReach();
            std::snprintf(room.data(), room.size(), "%llx", static_cast<unsigned long long>(number));
            result += room.data();
        } else if (conversion == "%05.1f") {
            const double number = number_of(argument());
            if (number == 0 && std::signbit(number)) throw BeyondReach();  // Perl's whole numbers have no negative zero
            std::snprintf(room.data(), room.size(), "%05.1f", number);
            result += room.data();
        } else {
            throw BeyondReach();
        }
    }
    return Value::of(result);
}

Value TreeEvaluator::call(const Node& node) {
    const std::string_view name = node.function->name;
    List arguments;
    if (node.children.empty() && node.function->topic) arguments.push_back(topic_);
    for (const auto& child : node.children) {
        if (node.function->scalar_arguments) {
            arguments.push_back(scalar(*child));
            continue;
        }
        for (auto& item : list(*child)) arguments.push_back(std::move(item));
    }
    const auto word = [&](std::size_t i) { return i < arguments.size() ? text_of(arguments[i]) : std::string(); };
    if (name == "lc") return Value::of(changed(word(0), word(0).size(), false));
    if (name == "uc") return Value::of(changed(word(0), word(0).size(), true));
    if (name == "lcfirst") return Value::of(changed(word(0), 1, false));
    if (name == "ucfirst") return Value::of(changed(word(0), 1, true));
    if (name == "length") {
        return arguments[0].is_defined() ? Value::of(static_cast<double>(word(0).size())) : Value();
    }
    if (name == "abs") return Value::of(std::fabs(number_of(arguments[0])));
    if (name == "int") return Value::of(std::trunc(number_of(arguments[0])));
    if (name == "ord") return Value::of(word(0).empty() ? 0.0 : static_cast<unsigned char>(word(0).front()));
    if (name == "ref") {
        return Value::of(std::string(arguments[0].list ? "ARRAY" : arguments[0].hash ? "HASH" : ""));
    }
    if (name == "quotemeta") {
        std::string result;
        for (const char c : word(0)) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            result += plain ? std::string(1, c) : std::string("\\") + c;
        }
        return Value::of(result);
    }
    if (name == "index") {
        const auto at = word(0).find(word(1));
        return Value::of(at == std::string::npos ? -1.0 : static_cast<double>(at));
    }
    if (name == "rindex") {
        const auto at = word(0).rfind(word(1));
        return Value::of(at == std::string::npos ? -1.0 : static_cast<double>(at));
    }
    if (name == "substr") {
        const std::string whole = word(0);
        const auto size = static_cast<long long>(whole.size());
        long long start = integer_of(arguments[1]);
        if (start < 0) start += size;
        if (start > size) return {};
        if (start < 0) throw BeyondReach();  // partly before the text
        long long count = arguments.size() > 2 ? integer_of(arguments[2]) : size;
        if (count < 0) count = std::max<long long>(size - start + count, 0);
        return Value::of(whole.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(count)));
    }
    if (name == "join") {
        std::string result;
        for (std::size_t i = 1; i < arguments.size(); ++i) result += (i > 1 ? word(0) : "") + word(i);
        return Value::of(result);
    }
    if (name == "encode_base64") return Value::of(base64_encode(word(0)) + word(1));
    if (name == "inGroup" || name == "listMatch") {
        const bool in_group = name == "inGroup";
        const AttributeValue* groups = environment_.attribute("hGroups");
        const Value where = !in_group ? arguments.at(0) : groups != nullptr ? Value::of(*groups) : Value();
        const std::string wanted = word(in_group ? 0 : 1);
        const bool ignore_case = in_group || (arguments.size() > 2 && truth(arguments[2]));
        std::vector<std::string> names;
        if (where.hash) {
            for (const auto& [key, member] : *where.hash) names.push_back(key);
        } else if (where.list) {
            for (const Value& item : *where.list) names.push_back(text_of(item));
        } else if (where.is_defined()) {
            names = values_of(text_of(where));
        }
        const bool found = std::any_of(names.begin(), names.end(), [&](const std::string& candidate) {
            return ignore_case ? equal_ignoring_case(candidate, wanted) : candidate == wanted;
        });
        return Value::of(std::string(found ? "1" : "0"));
    }
    throw BeyondReach();
}

std::vector<Value> TreeEvaluator::items_of(const Value& reference) {
    if (reference.list) return *reference.list;
    if (reference.is_defined()) throw Failure();
    return {};
}

std::vector<Value> TreeEvaluator::range(const Node& node) {
    const Value from = operand(node, 0);
    const Value to = operand(node, 1);
    List items;
    if (!from.is_text()) {
        for (long long i = integer_of(from); i <= integer_of(to); ++i) items.push_back(Value::of(double(i)));
        return items;
    }
    const bool letters = from.text.size() == 1 && text_of(to).size() == 1 && from.text[0] >= 'a' && from.text[0] <= 'z';
    if (!letters) throw BeyondReach();
    for (char c = from.text[0];; ++c) {
        items.push_back(Value::of(std::string(1, c)));
        if (c == text_of(to)[0] || c == 'z') return items;
    }
}

std::vector<Value> TreeEvaluator::slice(const Node& node) {
    List result;
    if (node.op == Op::hash_slice) {
        const List keys = list(*node.children[1]);
        const Value base = operand(node, 0);
        for (const Value& key : keys) {
            const bool found = base.hash && base.hash->contains(text_of(key));
            result.push_back(found ? base.hash->at(text_of(key)) : Value());
        }
        return result;
    }
    const List indexes = list(*node.children[1]);
    const List items = node.op == Op::slice ? list(*node.children[0]) : items_of(operand(node, 0));
    if (items.empty()) return {};
    const auto size = static_cast<long long>(items.size());
    for (const Value& position : indexes) {
        long long index = integer_of(position);
        if (index < 0) index += size;
        result.push_back(index < 0 || index >= size ? Value() : items[static_cast<std::size_t>(index)]);
    }
    return result;
}

std::vector<Value> TreeEvaluator::map_or_grep(const Node& node) {
    const List items = list(*node.children[1]);
    const Value outer = topic_;
    List result;
    for (const Value& item : items) {
        topic_ = item;
        if (node.op == Op::grep) {
            if (truth(operand(node, 0))) result.push_back(item);
            continue;
        }
        for (auto& made : list(*node.children[0])) result.push_back(std::move(made));
    }
    topic_ = outer;
    return result;
}

std::vector<Value> TreeEvaluator::keys_or_values(const Node& node) {
    const Node& child = *node.children.front();
    const bool dereferences = child.op == Op::hash_of || child.op == Op::array_of;
    const Value base = dereferences ? operand(child, 0) : scalar(child);
    List result;
    if (base.list) {
        for (std::size_t i = 0; i < base.list->size(); ++i) {
            result.push_back(node.op == Op::keys ? Value::of(static_cast<double>(i)) : (*base.list)[i]);
        }
    }
    if (base.hash) {
        for (const auto& [key, member] : *base.hash) result.push_back(node.op == Op::keys ? Value::of(key) : member);
    }
    return result;
}

}  // namespace sso::reference
