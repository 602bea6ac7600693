// Lists: ranges, slices, map and grep, dereferencing.
#include <algorithm>
#include <limits>

#include "core/expr/machine.hpp"

namespace sso::expr {
namespace {

bool is_plain_number(std::string_view text) noexcept {
    if (text.empty()) return false;
    std::size_t i = text.front() == '-' || text.front() == '+' ? 1 : 0;
    if (i == text.size()) return false;
    bool dot = false;
    for (; i < text.size(); ++i) {
        if (text[i] == '.' && !dot) {
            dot = true;
        } else if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return true;
}

/// Perl's magical increment: "az" → "ba", "Zz" → "AAa", "09" → "10". False when the text is no such word.
bool increment(std::string& text) {
    std::size_t letters = 0;
    while (letters < text.size() && ((text[letters] | 0x20) >= 'a' && (text[letters] | 0x20) <= 'z')) ++letters;
    for (std::size_t i = letters; i < text.size(); ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
    }
    for (std::size_t i = text.size(); i-- > 0;) {
        char& c = text[i];
        if (c == 'z') {
            c = 'a';
        } else if (c == 'Z') {
            c = 'A';
        } else if (c == '9') {
            c = '0';
        } else {
            ++c;
            return true;
        }
    }
    const char first = text.empty() ? '0' : text.front();
    text.insert(text.begin(), first == '0' ? '1' : first);
    return true;
}

}  // namespace

Value Machine::scalar_of_list(const Instruction& in) {
    switch (in.op) {
        case Op::list:
            // the others' values are dropped; their errors are not
            for (Index i = 0; i + 1 < in.count; ++i) static_cast<void>(operand_value(in, i));
            return in.count == 0 ? Value() : operand_value(in, in.count - 1);
        case Op::array_of: {
            const Value base = operand_value(in, 0);
            if (!base.defined()) return {};
            if (!is_list(base)) return fail(ErrorCode::invalid, "not a list");
            return Value::of(static_cast<std::int64_t>(list_size(base)));
        }
        case Op::hash_of:
            return Value::of(static_cast<std::int64_t>(hash_size(operand_value(in, 0))));
        case Op::grep:
            return Value::of(static_cast<std::int64_t>(grep(in, nullptr)));
        case Op::reverse:
            return reverse_text(in);
        case Op::range:
            return Value::of_truth(false);  // Perl compares with a line number, and no file is read
        default:
            break;
    }
    Items items(*this);
    if (in.op == Op::count_of) {
        list(operand(in, 0), items);
    } else {
        collect(in, items);
    }
    if (failed_) return {};
    const bool last = in.op == Op::slice || in.op == Op::array_slice || in.op == Op::hash_slice;
    if (last) return items.size() == 0 ? Value() : items[items.size() - 1];
    if (in.op == Op::repeat_list) {
        // in scalar context the parentheses mean nothing
        return repeat(operand_value(in, 0), operand_value(in, 1));
    }
    return Value::of(static_cast<std::int64_t>(items.size()));
}

void Machine::range(const Instruction& in, Items& out) {
    const Value from = operand_value(in, 0);
    const Value to = operand_value(in, 1);
    if (failed_) return;
    const std::string_view first = text(from);
    const bool words =
        from.type == Type::text && (!is_plain_number(first) || (first.size() > 1 && first.front() == '0'));
    if (words) {
        const std::string_view last = text(to);
        if (first.size() > last.size()) return;
        std::string word(first);
        while (!failed_ && charge(1)) {
            out.push(make_text(word));
            if (word.empty() || word == last || !increment(word) || word.size() > last.size()) return;
        }
        return;
    }
    const std::int64_t end = integer_of(to);
    for (std::int64_t i = integer_of(from); i <= end && !failed_ && charge(1); ++i) {
        out.push(Value::of(i));
        if (i == std::numeric_limits<std::int64_t>::max()) return;
    }
}

void Machine::slice(const Instruction& in, Items& out) {
    Items indexes(*this);
    list(operand(in, 1), indexes);
    if (in.op == Op::hash_slice) {
        const Value base = operand_value(in, 0);
        for (const Value& key : indexes.view()) {
            if (failed_ || !charge(hash_size(base) / 8)) return;
            out.push(hash_member(base, text(key)).value_or(Value()));
        }
        return;
    }
    Items items(*this);
    if (in.op == Op::slice) {
        list(operand(in, 0), items);
    } else {
        dereference_list(operand_value(in, 0), items);
    }
    if (failed_ || items.size() == 0) return;
    const auto size = static_cast<std::int64_t>(items.size());
    for (const Value& position : indexes.view()) {
        std::int64_t index = integer_of(position);
        if (index < 0) index += size;
        out.push(index < 0 || index >= size ? Value() : items[static_cast<std::size_t>(index)]);
    }
}

void Machine::map(const Instruction& in, Items& out) {
    Items items(*this);
    list(operand(in, 1), items);
    const Value outer = topic_;
    for (const Value& item : items.view()) {
        if (failed_) break;
        topic_ = item;
        list(operand(in, 0), out);
    }
    topic_ = outer;
}

std::size_t Machine::grep(const Instruction& in, Items* out) {
    Items items(*this);
    list(operand(in, 1), items);
    const Value outer = topic_;
    std::size_t found = 0;
    for (const Value& item : items.view()) {
        topic_ = item;
        if (!truth(operand(in, 0))) {
            if (failed_) break;
            continue;
        }
        ++found;
        if (out != nullptr) out->push(item);
    }
    topic_ = outer;
    return found;
}

void Machine::reverse(const Instruction& in, Items& out) {
    Items items(*this);
    for (Index i = 0; i < in.count; ++i) list(operand(in, i), items);
    for (std::size_t i = items.size(); i-- > 0 && !failed_;) out.push(items[i]);
}

Value Machine::reverse_text(const Instruction& in) {
    std::string result;
    Items items(*this);
    if (in.count == 0) items.push(topic_);
    for (Index i = 0; i < in.count; ++i) list(operand(in, i), items);
    for (const Value& item : items.view()) {
        result += text(item);
        if (failed_ || result.size() > limits().string_bytes) {
            return fail(ErrorCode::limit, "a text grows beyond its bound");
        }
    }
    std::reverse(result.begin(), result.end());
    return make_text(result);
}

void Machine::keys_or_values(const Instruction& in, Items& out) {
    const Instruction& child = code_.instructions[operand(in, 0)];
    const bool dereferences = child.op == Op::hash_of || child.op == Op::array_of;
    const Value base = scalar(dereferences ? operand(child, 0) : operand(in, 0));
    if (is_list(base)) {
        for (std::size_t i = 0; i < list_size(base) && !failed_ && charge(1); ++i) {
            out.push(in.op == Op::keys ? Value::of(static_cast<std::int64_t>(i)) : list_item(base, i));
        }
        return;
    }
    for (std::size_t i = 0; i < hash_size(base) && !failed_ && charge(hash_pair_cost(base, i)); ++i) {
        Value key;
        Value value;
        if (hash_pair(base, i, key, value)) out.push(in.op == Op::keys ? key : value);
    }
}

void Machine::repeat_list(const Instruction& in, Items& out) {
    Items items(*this);
    list(operand(in, 0), items);
    const std::int64_t times = integer_of(operand_value(in, 1));
    if (items.size() == 0) return;
    for (std::int64_t i = 0; i < times; ++i) {
        for (const Value& item : items.view()) {
            if (failed_ || !charge(1)) return;
            out.push(item);
        }
    }
}

void Machine::dereference_list(const Value& reference, Items& out) {
    if (reference.defined() && !is_list(reference)) {
        fail(ErrorCode::invalid, "@{…} of something that is no list");
        return;
    }
    for (std::size_t i = 0; i < list_size(reference) && !failed_ && charge(1); ++i) out.push(list_item(reference, i));
}

void Machine::dereference_hash(const Value& reference, Items& out) {
    if (reference.defined() && !is_hash(reference)) {
        fail(ErrorCode::invalid, "%{…} of something that is no hash");
        return;
    }
    for (std::size_t i = 0; i < hash_size(reference) && !failed_ && charge(hash_pair_cost(reference, i)); ++i) {
        Value key;
        Value value;
        if (!hash_pair(reference, i, key, value)) continue;
        out.push(key);
        out.push(value);
    }
}

Value Machine::make_array(const Instruction& in) {
    Items items(*this);
    for (Index i = 0; i < in.count; ++i) list(operand(in, i), items);
    const auto kept = items.keep();
    auto* made = static_cast<ValueList*>(take(sizeof(ValueList)));
    if (made == nullptr || failed_) return {};
    *made = ValueList{kept.data(), kept.size()};
    return Value::of(made);
}

Value Machine::make_hash(const Instruction& in) {
    Items items(*this);
    for (Index i = 0; i < in.count; ++i) list(operand(in, i), items);
    if (items.size() % 2 != 0) items.push(Value());
    const auto kept = items.keep();
    auto* made = static_cast<ValueHash*>(take(sizeof(ValueHash)));
    if (made == nullptr || failed_) return {};
    *made = ValueHash{kept.data(), kept.size()};
    return Value::of(made);
}

}  // namespace sso::expr
