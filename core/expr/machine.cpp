#include "core/expr/machine.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/text.hpp"
#include "core/expr/calendar.hpp"
#include "core/expr/format.hpp"

namespace sso::expr {
void Items::push(const Value& value) noexcept {
    if (size_ == capacity_) {
        if (size_ >= machine_.limits().list_items) {
            machine_.fail(ErrorCode::limit, "a list grows beyond its bound");
            return;
        }
        const std::size_t capacity = std::min(capacity_ * 2, machine_.limits().list_items);
        auto* larger = static_cast<Value*>(machine_.take(capacity * sizeof(Value)));
        if (larger == nullptr) return;
        std::memcpy(static_cast<void*>(larger), items_, size_ * sizeof(Value));
        items_ = larger;
        capacity_ = capacity;
    }
    items_[size_++] = value;
}

std::span<const Value> Items::keep() noexcept {
    if (items_ != inline_.data() || size_ == 0) return view();
    auto* kept = static_cast<Value*>(machine_.take(size_ * sizeof(Value)));
    if (kept == nullptr) return {};
    std::memcpy(static_cast<void*>(kept), items_, size_ * sizeof(Value));
    return {kept, size_};
}

Machine::Machine(const Code& code, const Environment* environment, std::vector<TraceStep>* trace) noexcept
    : code_(code),
      environment_(environment),
      trace_(trace),
      steps_left_(code.limits.steps),
      arena_(code.limits.memory_bytes) {}

Error Machine::take_error() {
    return error_ ? std::move(*error_) : Error{ErrorCode::limit, "the expression takes too many steps"};
}

Value Machine::fail(ErrorCode code, std::string detail) {
    if (!failed_) error_ = Error{code, std::move(detail)};
    failed_ = true;
    steps_left_ = 0;
    return {};
}

bool Machine::refuse_steps() noexcept {
    steps_left_ = 0;
    failed_ = true;
    return false;
}

bool Machine::refuse(const char* what) {
    fail(ErrorCode::limit, what);
    return false;
}

void* Machine::take(std::size_t size) noexcept {
    void* memory = arena_.take(size);
    if (memory == nullptr) fail(ErrorCode::limit, "the expression needs too much memory");
    return memory;
}

Value Machine::make_text(std::string_view text) {
    if (text.size() > limits().string_bytes) return fail(ErrorCode::limit, "a text grows beyond its bound");
    if (text.empty()) return Value::of(std::string_view(""));
    if (!charge_bytes(text.size())) return {};
    auto* memory = static_cast<char*>(take(text.size()));
    if (memory == nullptr) return {};
    std::memcpy(memory, text.data(), text.size());
    return Value::of(std::string_view(memory, text.size()));
}

std::string_view Machine::made_text(const Value& value) {
    NumberText room;
    const std::string_view text = text_of(value, room);
    if (!value.is_number() || text.empty()) return text;
    return make_text(text).view();
}

bool Machine::chain_holds(const Instruction& in) {
    if (!charge(1)) return false;
    const bool decides = in.op == Op::logical_or;
    bool result = !decides;
    for (Index i = 0; i < in.count && result != decides && !failed_; ++i) result = truth(operand(in, i));
    result = result && !failed_;
    if (trace_ != nullptr) record(in, Value::of_truth(result));
    return result;
}

bool Machine::truth_of(const Instruction& in) {
    if (!charge(1)) return false;
    bool result = false;
    switch (in.op) {
        case Op::logical_not:
            result = !truth(operand(in, 0));
            break;
        case Op::match:
            result = matches(in);
            break;
        case Op::text_equal:
        case Op::text_not_equal: {
            const Value a = operand_value(in, 0);
            const Value b = operand_value(in, 1);
            result = equal_texts(a, b) == (in.op == Op::text_equal);
            break;
        }
        default: {
            const Value value = evaluate(in);
            if (trace_ != nullptr) record(in, value);
            return !failed_ && sso::expr::truth(value);
        }
    }
    result = result && !failed_;
    if (trace_ != nullptr) record(in, Value::of_truth(result));
    return result;
}

Value Machine::scalar(Index at) {
    if (!charge(1)) return {};
    const Instruction& in = code_.instructions[at];
    if (in.op == Op::constant) return in.constant;
    const Value value = evaluate(in);
    if (trace_ != nullptr) record(in, value);
    return failed_ ? Value() : value;
}

void Machine::record(const Instruction& in, const Value& value) {
    constexpr std::size_t kMostSteps = 1'000;
    constexpr std::size_t kLongestValue = 1'024;
    if (failed_ || in.op == Op::constant || in.length == 0 || trace_->size() >= kMostSteps) return;
    NumberText room;
    const std::size_t length = std::min<std::size_t>(in.length, code_.source.size() - in.offset);
    const std::string_view source = trim(std::string_view(code_.source).substr(in.offset, length));
    std::string text = value.defined() ? std::string(text_of(value, room).substr(0, kLongestValue)) : "undef";
    if (text.size() == kLongestValue) text += "…";
    trace_->push_back(TraceStep{in.offset, std::string(source), std::move(text)});
}

Value Machine::evaluate(const Instruction& in) {
    switch (in.op) {
        case Op::constant:
            return in.constant;
        case Op::variable:
            return environment_->value(in.text);
        case Op::request:
            return request(in);
        case Op::topic:
            return topic_;
        case Op::capture:
        case Op::capture_named:
        case Op::capture_whole:
        case Op::capture_before:
        case Op::capture_after:
        case Op::capture_last:
        case Op::capture_start:
        case Op::capture_end:
            return capture(in);
        case Op::join:
        case Op::concat:
            return join_texts(in);
        case Op::item:
        case Op::member:
            return element(in);
        case Op::last_index: {
            const Value base = operand_value(in, 0);
            return Value::of(static_cast<std::int64_t>(list_size(base)) - 1);
        }
        case Op::make_array:
            return make_array(in);
        case Op::make_hash:
            return make_hash(in);
        case Op::scalar_reference: {
            Value value = operand_value(in, 0);
            value.type = Type::scalar;
            return value;
        }
        case Op::logical_and:
        case Op::logical_or:
        case Op::defined_or: {
            Value value;
            for (Index i = 0; i < in.count; ++i) {
                value = operand_value(in, i);
                const bool holds = in.op == Op::defined_or ? value.defined() : sso::expr::truth(value);
                if (holds != (in.op == Op::logical_and)) return value;
            }
            return value;
        }
        case Op::logical_xor:
            return Value::of_truth(truth(operand(in, 0)) != truth(operand(in, 1)));
        case Op::logical_not:
            return Value::of_truth(!truth(operand(in, 0)));
        case Op::choose:
            return operand_value(in, truth(operand(in, 0)) ? 1 : 2);
        case Op::match:
            return Value::of_truth(matches(in));
        case Op::substitute:
            return substitute(in);
        case Op::transliterate:
            return transliterate(in);
        case Op::call:
            return call(in);
        case Op::sprintf: {
            Items arguments(*this);
            for (Index i = 0; i < in.count; ++i) list(operand(in, i), arguments);
            return format(*this, arguments.view());
        }
        case Op::defined:
            return Value::of_truth((in.count > 0 ? operand_value(in, 0) : topic_).defined());
        case Op::exists:
            return exists(in);
        case Op::scalar:
        case Op::sequence: {
            for (Index i = 0; i + 1 < in.count; ++i) static_cast<void>(operand_value(in, i));
            return operand_value(in, in.count - 1);
        }
        case Op::local_time:
        case Op::gm_time: {
            const std::int64_t when =
                in.count > 0 ? integer_of(operand_value(in, 0)) : environment_->now().time_since_epoch().count();
            return make_text(calendar_text(calendar_fields(when, in.op == Op::gm_time)));
        }
        case Op::want_array:
            return Value::of_truth(code_.list_context);
        case Op::die:
            return fail(ErrorCode::invalid, "the expression died");
        case Op::list:
        case Op::array_of:
        case Op::hash_of:
        case Op::slice:
        case Op::array_slice:
        case Op::hash_slice:
        case Op::repeat_list:
        case Op::range:
        case Op::count_of:
        case Op::split:
        case Op::map:
        case Op::grep:
        case Op::reverse:
        case Op::keys:
        case Op::values:
            return scalar_of_list(in);
        default:
            return operate(in);
    }
}

Value Machine::request(const Instruction& in) {
    std::optional<RequestName> computed;
    if (in.count > 0) computed.emplace(text(operand_value(in, 0)));
    if (failed_) return {};
    const std::string_view found = environment_->request(computed ? *computed : *in.request);
    return found.data() != nullptr ? Value::of(found) : Value();
}

Value Machine::element(const Instruction& in) {
    const Value base = operand_value(in, 0);
    if (in.op == Op::item) {
        const std::int64_t size = static_cast<std::int64_t>(list_size(base));
        std::int64_t index = integer_of(operand_value(in, 1));
        if (index < 0) index += size;
        return index < 0 || index >= size ? Value() : list_item(base, static_cast<std::size_t>(index));
    }
    const Value key = operand_value(in, 1);
    NumberText room;
    if (!charge(hash_size(base) / 8)) return {};
    return hash_member(base, text_of(key, room)).value_or(Value());
}

Value Machine::exists(const Instruction& in) {
    const Instruction& inner = code_.instructions[operand(in, 0)];
    const Value base = scalar(operand(inner, 0));
    const Value key = scalar(operand(inner, 1));
    if (inner.op == Op::item) {
        const std::int64_t size = static_cast<std::int64_t>(list_size(base));
        const std::int64_t index = integer_of(key);
        return Value::of_truth(index < size && index >= -size);
    }
    NumberText room;
    if (!charge(hash_size(base) / 8)) return {};
    return Value::of_truth(hash_member(base, text_of(key, room)).has_value());
}

Value Machine::join_texts(const Instruction& in) {
    Items parts(*this);
    for (Index i = 0; i < in.count; ++i) {
        const Index child = operand(in, i);
        const Op op = code_.instructions[child].op;
        if (in.op == Op::join && (op == Op::array_of || op == Op::array_slice || op == Op::hash_slice)) {
            list(child, parts);  // `"@{…}"`: LLNG's jail has no separator between the items
        } else {
            parts.push(scalar(child));
        }
    }
    std::size_t size = 0;
    for (const Value& part : parts.view()) size += text(part).size();
    if (failed_) return {};
    if (size > limits().string_bytes) return fail(ErrorCode::limit, "a text grows beyond its bound");
    if (!charge_bytes(size)) return {};
    if (size == 0) return Value::of(std::string_view(""));
    auto* memory = static_cast<char*>(take(size));
    if (memory == nullptr) return {};
    char* end = memory;
    for (const Value& part : parts.view()) {
        const std::string_view piece = text(part);
        if (failed_) return {};
        end = std::copy(piece.begin(), piece.end(), end);
    }
    return Value::of(std::string_view(memory, size));
}

Value Machine::call(const Instruction& in) {
    const Function& function = *in.function;
    Items arguments(*this);
    if (in.count == 0 && function.topic) {
        arguments.push(topic_);
    } else {
        for (Index i = 0; i < in.count; ++i) {
            const bool one = function.scalar_arguments || is_plain(code_.instructions[operand(in, i)].op);
            if (one) {
                arguments.push(operand_value(in, i));
            } else {
                list(operand(in, i), arguments);
            }
        }
    }
    if (failed_) return {};
    return function.run(*this, arguments.view());
}

const Regex* Machine::runtime_regex(std::string_view pattern, const RegexFlags& flags) {
    const auto same = [&](const RegexFlags& other) {
        return other.ignore_case == flags.ignore_case && other.multi_line == flags.multi_line &&
               other.dot_all == flags.dot_all && other.extended == flags.extended &&
               other.extended_more == flags.extended_more && other.no_capture == flags.no_capture;
    };
    for (const auto& known : runtime_regexes_) {
        if (known->pattern == pattern && same(known->flags)) return &known->regex;
    }
    if (pattern.size() > kRuntimePatternBytes) {
        fail(ErrorCode::limit, "a pattern made by the expression is too long");
        return nullptr;
    }
    if (!charge(kRuntimePatternSteps)) return nullptr;
    auto compiled = Regex::compile(pattern, flags, limits().regex_match, Regex::Jit::no);
    if (!compiled) {
        fail(compiled.error().code == "too-large" ? ErrorCode::limit : ErrorCode::invalid,
             "a pattern made by the expression is malformed: " + compiled.error().message);
        return nullptr;
    }
    runtime_regexes_.push_back(
        std::make_unique<RuntimeRegex>(RuntimeRegex{std::string(pattern), flags, std::move(*compiled)}));
    return &runtime_regexes_.back()->regex;
}

void Machine::list(Index at, Items& out) {
    if (!charge(1)) return;
    collect(code_.instructions[at], out);
}

void Machine::collect(const Instruction& in, Items& out) {
    switch (in.op) {
        case Op::list:
            for (Index i = 0; i < in.count && !failed_; ++i) list(operand(in, i), out);
            return;
        case Op::sequence:
            for (Index i = 0; i + 1 < in.count; ++i) static_cast<void>(operand_value(in, i));
            list(operand(in, in.count - 1), out);
            return;
        case Op::logical_and:
        case Op::logical_or:
        case Op::defined_or:
            for (Index i = 0; i + 1 < in.count; ++i) {
                const Value value = operand_value(in, i);
                if (failed_) return;
                const bool holds = in.op == Op::defined_or ? value.defined() : sso::expr::truth(value);
                if (holds != (in.op == Op::logical_and)) {
                    out.push(value);
                    return;
                }
            }
            list(operand(in, in.count - 1), out);
            return;
        case Op::choose:
            list(operand(in, truth(operand(in, 0)) ? 1 : 2), out);
            return;
        case Op::array_of:
            dereference_list(operand_value(in, 0), out);
            return;
        case Op::hash_of:
            dereference_hash(operand_value(in, 0), out);
            return;
        case Op::slice:
        case Op::array_slice:
        case Op::hash_slice:
            slice(in, out);
            return;
        case Op::repeat_list:
            repeat_list(in, out);
            return;
        case Op::range:
            range(in, out);
            return;
        case Op::match:
            if (!in.pattern.negated) {
                match_list(in, out);
                return;
            }
            break;
        case Op::split:
            split(in, out);
            return;
        case Op::map:
            map(in, out);
            return;
        case Op::grep:
            static_cast<void>(grep(in, &out));
            return;
        case Op::reverse:
            reverse(in, out);
            return;
        case Op::keys:
        case Op::values:
            keys_or_values(in, out);
            return;
        case Op::local_time:
        case Op::gm_time: {
            const std::int64_t when =
                in.count > 0 ? integer_of(operand_value(in, 0)) : environment_->now().time_since_epoch().count();
            for (const std::int64_t field : calendar_fields(when, in.op == Op::gm_time)) out.push(Value::of(field));
            return;
        }
        default:
            break;
    }
    const Value value = evaluate(in);
    if (trace_ != nullptr) record(in, value);
    if (!failed_) out.push(value);
}

}  // namespace sso::expr
