// Runs a program on an environment. One object is one evaluation; it lives on the stack and is used once.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/expr/arena.hpp"
#include "core/expr/code.hpp"
#include "core/expr/environment.hpp"
#include "core/expr/trace.hpp"
#include "core/expr/value.hpp"

namespace sso::expr {

class Machine;

/// A list that grows in the machine's arena, bounded by the limit on items.
class Items {
  public:
    explicit Items(Machine& machine) noexcept : machine_(machine) {}
    Items(const Items&) = delete;
    Items& operator=(const Items&) = delete;

    /// Adds, or fails the evaluation at the bound.
    void push(const Value& value) noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] const Value& operator[](std::size_t i) const noexcept { return items_[i]; }
    [[nodiscard]] std::span<const Value> view() const noexcept { return {items_, size_}; }
    /// The items in memory that outlives this object.
    [[nodiscard]] std::span<const Value> keep() noexcept;

  private:
    static constexpr std::size_t kInline = 6;
    Machine& machine_;
    std::array<Value, kInline> inline_;
    Value* items_ = inline_.data();
    std::size_t size_ = 0;
    std::size_t capacity_ = kInline;
};

class Machine {
  public:
    Machine(const Code& code, const Environment* environment, std::vector<TraceStep>* trace) noexcept;

    bool truth(Index at) {
        const Instruction& in = code_.instructions[at];
        if (in.tests != nullptr && trace_ == nullptr) return hold(*in.tests);
        return in.op == Op::logical_or || in.op == Op::logical_and ? chain_holds(in) : truth_of(in);
    }
    Value scalar(Index at);
    void list(Index at, Items& out);
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    Error take_error();

    // for the functions
    Value fail(ErrorCode code, std::string detail);
    /// Counts effort; false, with the evaluation failed, at the bound.
    bool charge(std::size_t steps) noexcept {
        if (steps > steps_left_) [[unlikely]]
            return refuse_steps();
        steps_left_ -= steps;
        return true;
    }
    bool charge_bytes(std::size_t bytes) noexcept { return charge(bytes / 64); }
    /// A text in the arena, bounded.
    Value make_text(std::string_view text);
    /// The value's text, valid to the end of the evaluation.
    std::string_view text(const Value& value) { return value.type == Type::text ? value.view() : made_text(value); }
    void* take(std::size_t size) noexcept;
    [[nodiscard]] const Environment& environment() const noexcept { return *environment_; }
    [[nodiscard]] const Limits& limits() const noexcept { return code_.limits; }
    [[nodiscard]] const Value& topic() const noexcept { return topic_; }
    /// A pattern that came up during the evaluation; null, with the evaluation failed, when it is malformed.
    const Regex* runtime_regex(std::string_view pattern, const RegexFlags& flags);
    /// Whether the pattern is found in the text; false, with the evaluation failed, at a bound.
    bool finds(const Regex& regex, std::string_view subject);
    /// Searches; nothing, with the evaluation failed, at a bound.
    std::optional<bool> search(const Regex& regex, std::string_view subject, std::size_t start, bool not_empty_at_start,
                               std::span<Span> spans);

  private:
    static constexpr std::size_t kGroups = 32;
    struct Captures {
        std::string_view subject;
        const Regex* regex = nullptr;
        std::size_t count = 0;
        std::array<Span, kGroups> spans;
    };
    struct RuntimeRegex {
        std::string pattern;
        RegexFlags flags;
        Regex regex;
    };

    // machine.cpp
    bool truth_of(const Instruction& in);
    bool chain_holds(const Instruction& in);
    [[gnu::cold]] bool refuse_steps() noexcept;
    /// Fails at a bound; always false.
    [[gnu::cold]] bool refuse(const char* what);
    std::string_view made_text(const Value& value);
    Value evaluate(const Instruction& in);
    void collect(const Instruction& in, Items& out);
    void record(const Instruction& in, const Value& value);
    Index operand(const Instruction& in, std::size_t i) const noexcept { return code_.operands[in.first + i]; }
    /// The operand's value; what stands in most rules without a call.
    Value operand_value(const Instruction& in, std::size_t i) {
        const Index at = operand(in, i);
        const Instruction& child = code_.instructions[at];
        const bool leaf = child.op == Op::constant || child.op == Op::variable;
        if (!leaf || trace_ != nullptr || steps_left_ == 0) return scalar(at);
        --steps_left_;
        return child.op == Op::constant ? child.constant : environment_->value(child.text);
    }
    Value element(const Instruction& in);
    Value join_texts(const Instruction& in);
    Value call(const Instruction& in);
    Value request(const Instruction& in);
    Value exists(const Instruction& in);

    // operators.cpp
    Value operate(const Instruction& in);
    Value arithmetic(Op op, const Value& a, const Value& b);
    Value bitwise(Op op, const Value& a, const Value& b);
    Value repeat(const Value& text, const Value& count);
    Value complement(const Value& value);
    Value negate(const Value& value);
    bool equal_texts(const Value& a, const Value& b) noexcept;
    int compare_texts(const Value& a, const Value& b) noexcept;
    bool compare(Op op, const Value& a, const Value& b) noexcept;
    Value three_way(const Value& a, const Value& b) noexcept;

    // lists.cpp
    void range(const Instruction& in, Items& out);
    void slice(const Instruction& in, Items& out);
    void map(const Instruction& in, Items& out);
    std::size_t grep(const Instruction& in, Items* out);
    void reverse(const Instruction& in, Items& out);
    Value reverse_text(const Instruction& in);
    void keys_or_values(const Instruction& in, Items& out);
    void repeat_list(const Instruction& in, Items& out);
    void dereference_list(const Value& reference, Items& out);
    void dereference_hash(const Value& reference, Items& out);
    Value make_array(const Instruction& in);
    Value make_hash(const Instruction& in);
    Value scalar_of_list(const Instruction& in);

    // patterns.cpp
    bool hold(const AttributeTests& chain);
    bool charge_search(std::string_view subject, std::size_t start);
    const Regex* regex_of(const Instruction& in);
    std::string_view subject_of(const Instruction& in) {
        return text(in.implicit_subject ? topic_ : operand_value(in, 0));
    }
    bool matches(const Instruction& in);
    bool matches_groups(const Regex& regex, std::string_view subject);
    void match_list(const Instruction& in, Items& out);
    void remember(const Regex& regex, std::string_view subject, std::span<const Span> spans) noexcept;
    Value group(std::size_t number);
    Value capture(const Instruction& in);
    Value substitute(const Instruction& in);
    Value transliterate(const Instruction& in);
    void split(const Instruction& in, Items& out);
    void split_on_blanks(std::string_view text, std::int64_t limit, Items& out);

    const Code& code_;
    const Environment* environment_;
    std::vector<TraceStep>* trace_;
    std::size_t steps_left_;
    bool failed_ = false;
    Value topic_;
    Captures captures_;
    std::vector<std::unique_ptr<RuntimeRegex>> runtime_regexes_;
    std::optional<Error> error_;
    Arena arena_;
};

}  // namespace sso::expr
