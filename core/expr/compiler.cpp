#include "core/expr/compiler.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/expr/machine.hpp"

namespace sso::expr {
namespace {

constexpr std::size_t kShownText = 40;  // of a text in a message

bool is_capture(Op op) noexcept {
    return op >= Op::capture && op <= Op::capture_end;
}

template <class Test>
bool any_node(const Node& node, Test test) {
    if (test(node)) return true;
    return std::any_of(node.children.begin(), node.children.end(),
                       [&](const NodePtr& child) { return child && any_node(*child, test); });
}

/// Whether a node's value is one scalar in list context too.
bool gives_one(const Node& node) {
    switch (node.op) {
        case Op::list:
            return node.children.size() == 1 && gives_one(*node.children.front());
        case Op::logical_and:
        case Op::logical_or:
        case Op::defined_or:
            return gives_one(*node.children.back());
        case Op::match:
            return node.pattern.negated;
        default:
            return is_plain(node.op);
    }
}

/// `1` and `0`: what is written for everybody and for nobody.
bool is_plain_answer(const Node& node) {
    const bool whole = node.op == Op::constant && !node.is_text && node.number.type == Type::integer;
    return whole && (node.number.integer == 0 || node.number.integer == 1);
}

/// Whether a text that is true, such as `'deny'`, is what the condition may give.
bool answers_with_text(const Node& node) {
    switch (node.op) {
        case Op::constant:
            return node.is_text && !node.is_skip && truth(Value::of(std::string_view(node.text)));
        case Op::list:
            return node.children.size() == 1 && answers_with_text(*node.children.front());
        case Op::choose:
            return answers_with_text(*node.children[1]) || answers_with_text(*node.children[2]);
        default:
            return false;
    }
}

/// The operator on texts where `op` is one on numbers.
struct Twin {
    Op op;
    std::string_view numbers;
    std::string_view texts;
};
constexpr std::array<Twin, 7> kTwins{{
    {Op::equal, "==", "eq"},
    {Op::not_equal, "!=", "ne"},
    {Op::less, "<", "lt"},
    {Op::greater, ">", "gt"},
    {Op::less_equal, "<=", "le"},
    {Op::greater_equal, ">=", "ge"},
    {Op::compare, "<=>", "cmp"},
}};

bool depends_on_request(const Node& node) {
    return any_node(node, [](const Node& part) {
        if (part.op == Op::request) return true;
        const bool clock = part.op == Op::local_time || part.op == Op::gm_time;
        if (clock) return part.children.empty();
        return part.function != nullptr && part.function->of_request;
    });
}

}  // namespace

bool Compiler::run(const Node& root) {
    code_.uses_captures = any_node(root, [](const Node& part) { return is_capture(part.op); });
    code_.may_skip = any_node(root, [](const Node& part) { return part.is_skip; });
    code_.of_request = depends_on_request(root);
    code_.root = emit(root);
    if (failed_) return false;
    code_.parts = text_parts();
    code_.longest_short = std::min(TextRoom::kShort, code_.limits.string_bytes);
    if (code_.parts.size() == 1) {
        code_.only_part = code_.parts.front();
        code_.parts.clear();
    }
    code_.constant = known_truth(root);
    if (!code_.constant && is_pure(root)) {
        Machine machine(code_, nullptr, nullptr);
        bool result = false;
        if (code_.list_context) {
            Items items(machine);
            machine.list(code_.root, items);
            result = items.size() > 0 && truth(items[0]);
        } else {
            result = machine.truth(code_.root);
        }
        if (!machine.failed()) code_.constant = result;
    }
    const bool condition = options_.purpose == Purpose::rule || options_.purpose == Purpose::group;
    if (condition) {
        check_conditions(root);
        if (code_.constant && !is_plain_answer(root)) warn_of_constant(root);
    }
    return true;
}

Index Compiler::emit(const Node& node) {
    const std::size_t instructions = code_.instructions.size();
    const std::size_t operands = code_.operands.size();
    const Index at = emit_parts(node);
    if (failed_ || node.op == Op::constant) return at;
    const bool scalar = is_plain(node.op) || (node.op == Op::call && node.function->op == Op::call);
    if (!scalar || !is_pure(node)) return at;
    fold(at, instructions, operands);
    return static_cast<Index>(code_.instructions.size() - 1);
}

void Compiler::fold(Index at, std::size_t instructions, std::size_t operands) {
    Machine machine(code_, nullptr, nullptr);
    const Value value = machine.scalar(at);
    if (machine.failed() || value.is_reference()) return;  // it fails the same way when it is evaluated
    Instruction in;
    in.offset = code_.instructions[at].offset;
    in.length = code_.instructions[at].length;
    const bool copied = value.type == Type::text;
    in.constant = copied ? Value::of(keep(std::string(value.view()))) : value;
    code_.instructions.resize(instructions);
    code_.operands.resize(operands);
    code_.instructions.push_back(in);
}

Index Compiler::emit_parts(const Node& node) {
    if (node.op == Op::list && node.children.size() == 1 && gives_one(*node.children.front())) {
        return emit(*node.children.front());  // parentheses that only group
    }
    Instruction in;
    in.op = node.op;
    in.pattern = node.pattern;
    in.offset = static_cast<Index>(std::min(node.offset, code_.source.size()));
    in.length = static_cast<Index>(std::min(node.length, code_.source.size() - in.offset));
    in.function = node.function;
    std::vector<Index> operands;
    switch (node.op) {
        case Op::constant:
            in.constant = node.is_text ? Value::of(keep(node.text)) : node.number;
            break;
        case Op::capture:
            in.constant = node.number;
            break;
        case Op::variable:
            check_variable(node);
            in.text = keep(node.text);
            break;
        case Op::request:
            in.request = &code_.request_names.emplace_back(keep(node.text));
            for (const auto& child : node.children) operands.push_back(emit(*child));
            break;
        case Op::match:
        case Op::substitute:
            emit_match(node, in, operands);
            break;
        case Op::transliterate:
            in.transliteration = &code_.transliterations.emplace_back(*node.transliteration);
            in.implicit_subject = node.children.empty();
            for (const auto& child : node.children) operands.push_back(emit(*child));
            break;
        case Op::split:
            emit_split(node, in, operands);
            break;
        case Op::exists: {
            const Node& child = *node.children.front();
            if (child.op == Op::request) in.op = Op::defined;
            if (child.op != Op::member && child.op != Op::item && child.op != Op::request) {
                error(node.offset, "syntax", "'exists' asks for an element: exists $name->{key}");
                return 0;
            }
            operands.push_back(emit_parts(child));
            break;
        }
        default:
            for (const auto& child : node.children) operands.push_back(emit(*child));
            break;
    }
    if (failed_) return 0;
    check_numbers(node, operands);
    return add(in, operands);
}

Index Compiler::add(Instruction instruction, const std::vector<Index>& operands) {
    instruction.first = static_cast<Index>(code_.operands.size());
    instruction.count = static_cast<Index>(operands.size());
    instruction.tests = attribute_tests(instruction, operands);
    code_.operands.insert(code_.operands.end(), operands.begin(), operands.end());
    code_.instructions.push_back(instruction);
    return static_cast<Index>(code_.instructions.size() - 1);
}

std::optional<AttributeTest> Compiler::attribute_test(const Instruction& in, const std::vector<Index>& operands) const {
    const auto is_variable = [&](std::size_t i) { return code_.instructions[operands[i]].op == Op::variable; };
    const auto name = [&](std::size_t i) { return code_.instructions[operands[i]].text; };
    if (in.op == Op::match) {
        // where groups are asked for later, the match must remember them
        const bool short_way = in.regex != nullptr && !in.implicit_subject && !code_.uses_captures && is_variable(0);
        if (!short_way) return std::nullopt;
        return AttributeTest{name(0), {}, in.regex, in.pattern.negated};
    }
    if (in.op != Op::text_equal && in.op != Op::text_not_equal) return std::nullopt;
    for (const std::size_t i : {0U, 1U}) {
        const Instruction& other = code_.instructions[operands[1 - i]];
        if (!is_variable(i) || other.op != Op::constant || other.constant.type != Type::text) continue;
        return AttributeTest{name(i), other.constant.view(), nullptr, in.op == Op::text_not_equal};
    }
    return std::nullopt;
}

const AttributeTests* Compiler::attribute_tests(const Instruction& in, const std::vector<Index>& operands) {
    AttributeTests chain;
    if (const auto test = attribute_test(in, operands)) chain.tests.push_back(*test);
    if (in.op == Op::logical_or || in.op == Op::logical_and) {
        chain.any = in.op == Op::logical_or;
        for (const Index operand : operands) {
            const AttributeTests* part = code_.instructions[operand].tests;
            const bool fits = part != nullptr && (part->tests.size() == 1 || part->any == chain.any);
            if (!fits) return nullptr;
            chain.tests.insert(chain.tests.end(), part->tests.begin(), part->tests.end());
        }
    }
    return chain.tests.empty() ? nullptr : &code_.tests.emplace_back(std::move(chain));
}

/// Of `X // ''`, where X is a text with variables in it or one of them alone.
std::vector<TextPart> Compiler::text_parts() const {
    constexpr std::size_t kMostSteps = 40;  // that it may take, whatever the parts hold
    constexpr std::size_t kMostParts = 16;
    const auto operand = [&](const Instruction& in, Index i) {
        return code_.instructions[code_.operands[in.first + i]];
    };
    const auto part_of = [&](const Instruction& in) -> std::optional<TextPart> {
        if (in.op == Op::constant && in.constant.type == Type::text) {
            return TextPart{in.op, in.constant.view(), nullptr};
        }
        if (in.op == Op::variable || (in.op == Op::request && in.count == 0)) {
            return TextPart{in.op, in.text, in.request};
        }
        return std::nullopt;
    };
    const Instruction& root = code_.instructions[code_.root];
    if (!code_.list_context || code_.limits.steps < kMostSteps || root.op != Op::defined_or || root.count != 2)
        return {};
    const auto otherwise = part_of(operand(root, 1));
    if (!otherwise || otherwise->op != Op::constant || !otherwise->text.empty()) return {};
    const Instruction whole = operand(root, 0);
    if (const auto only = part_of(whole)) return {*only};
    if ((whole.op != Op::join && whole.op != Op::concat) || whole.count > kMostParts) return {};
    std::vector<TextPart> parts;
    for (Index i = 0; i < whole.count; ++i) {
        const auto part = part_of(operand(whole, i));
        if (!part) return {};
        parts.push_back(*part);
    }
    return parts;
}

std::string_view Compiler::keep(std::string text) {
    return code_.texts.emplace_back(std::move(text));
}

const Regex* Compiler::compile_pattern(const std::string& pattern, const RegexFlags& flags, std::size_t offset) {
    auto regex = Regex::compile(pattern, flags, code_.limits.regex_match, Regex::Jit::yes);
    if (!regex) {
        error(offset + regex.error().offset, regex.error().code, "in the pattern: " + regex.error().message);
        return nullptr;
    }
    return &code_.regexes.emplace_back(std::move(*regex));
}

void Compiler::emit_match(const Node& node, Instruction& in, std::vector<Index>& operands) {
    const bool substitution = node.op == Op::substitute;
    // without a pattern of its own the match has it as a child; a substitution always has its replacement last
    const bool has_subject = !node.children.empty() && node.children.front() != nullptr;
    in.implicit_subject = !has_subject;
    if (has_subject) {
        operands.push_back(emit(*node.children.front()));
    } else {
        operands.push_back(0);  // never read
    }
    if (node.constant_pattern) {
        in.regex = compile_pattern(node.text, node.pattern.flags, node.pattern_offset);
    } else {
        const Node& pattern = *node.children[1];
        const Index at = emit(pattern);
        if (failed_) return;
        operands.push_back(at);
        const Instruction& made = code_.instructions[at];
        if (made.op == Op::constant) {
            NumberText room;
            in.regex = compile_pattern(std::string(text_of(made.constant, room)), node.pattern.flags, pattern.offset);
        }
    }
    if (substitution && !failed_) operands.push_back(emit(*node.children.back()));
}

void Compiler::emit_split(const Node& node, Instruction& in, std::vector<Index>& operands) {
    const Node& first = *node.children.front();
    const bool literal = first.op == Op::match && (first.children.empty() || first.children.front() == nullptr);
    if (literal) {
        in.pattern.flags = first.pattern.flags;
        if (first.constant_pattern && first.text == "^") in.pattern.flags.multi_line = true;
    }
    if (literal && first.constant_pattern) {
        in.regex = compile_pattern(first.text, in.pattern.flags, first.pattern_offset);
        operands.push_back(0);  // never read
    } else if (first.op == Op::constant && first.is_text) {
        in.pattern.separator = first.text == " ";
        if (!in.pattern.separator) in.regex = compile_pattern(first.text, {}, first.offset);
        operands.push_back(0);
    } else {
        operands.push_back(emit(literal ? *first.children[1] : first));
    }
    for (std::size_t i = 1; i < node.children.size() && !failed_; ++i) operands.push_back(emit(*node.children[i]));
}

void Compiler::check_variable(const Node& node) {
    if (options_.known_attributes == nullptr) return;
    const auto& known = *options_.known_attributes;
    if (std::find(known.begin(), known.end(), node.text) != known.end()) return;
    const std::vector<std::string_view> names(known.begin(), known.end());
    const auto near = nearest(node.text, names);
    warning(node.offset, "unknown-variable",
            "nothing sets $" + node.text + (near ? "; did you mean $" + std::string(*near) + "?" : ""));
}

void Compiler::check_numbers(const Node& node, const std::vector<Index>& operands) {
    const auto* twin = std::find_if(kTwins.begin(), kTwins.end(), [&](const Twin& row) { return row.op == node.op; });
    if (twin == kTwins.end()) return;
    for (const Index operand : operands) {
        const Instruction& side = code_.instructions[operand];
        if (side.op != Op::constant || side.constant.type != Type::text) continue;
        const std::string_view text = side.constant.view();
        if (looks_like_number(text) || text == "0 but true") continue;
        // the middle of `a < b < c` stands in two comparisons
        const bool told = std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
            return problem.code == "text-as-number" && problem.offset == side.offset;
        });
        if (told) continue;
        warning(side.offset, "text-as-number",
                "'" + std::string(twin->numbers) + "' compares numbers, and \"" + printable(text, kShownText) +
                    "\" is none; for text write '" + std::string(twin->texts) + "'");
    }
}

void Compiler::warn_of_constant(const Node& root) {
    // the advice to put a word into quotes would leave it as true as it is
    const auto is_word_of_root = [&](const Problem& problem) {
        return problem.code == "bareword" && root.op == Op::constant && problem.offset == root.offset;
    };
    problems_.erase(std::remove_if(problems_.begin(), problems_.end(), is_word_of_root), problems_.end());
    std::string message = *code_.constant ? "the condition holds for everybody" : "the condition holds for nobody";
    if (*code_.constant && answers_with_text(root)) message += ": a text is true whatever it says; write 1 or 0";
    warning(root.offset, "constant-condition", std::move(message));
}

void Compiler::check_conditions(const Node& node) {
    const bool chain = node.op == Op::logical_or || node.op == Op::logical_and;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const NodePtr& child = node.children[i];
        if (!child) continue;
        const auto truth = chain && i + 1 < node.children.size() ? known_truth(*child) : std::nullopt;
        if (truth) {
            warning(child->offset, "constant-condition",
                    *truth ? "this is always true: is a comparison missing?" : "this is always false");
        }
        check_conditions(*child);
    }
}

bool Compiler::is_pure(const Node& node) const {
    switch (node.op) {
        case Op::variable:
        case Op::request:
        case Op::topic:
        case Op::local_time:
        case Op::gm_time:
        case Op::want_array:
        case Op::die:
            return false;
        case Op::match:
        case Op::substitute:
            if (code_.uses_captures) return false;
            if (node.children.empty() || node.children.front() == nullptr) return false;
            break;
        case Op::transliterate:
            if (node.children.empty()) return false;
            break;
        case Op::split:
            if (node.children.size() < 2) return false;
            break;
        case Op::reverse:
        case Op::defined:
            if (node.children.empty()) return false;
            break;
        case Op::call: {
            const bool topic = node.function->topic && node.children.empty();
            const auto name = node.function->name;
            if (topic || node.function->of_request || name == "inGroup" || name == "has2f") return false;
            break;
        }
        default:
            if (is_capture(node.op)) return false;
            break;
    }
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const NodePtr& child = node.children[i];
        if (!child) continue;
        const bool split_pattern = node.op == Op::split && i == 0 && child->op == Op::match && child->constant_pattern;
        if (!split_pattern && !is_pure(*child)) return false;
    }
    return true;
}

std::optional<bool> Compiler::known_truth(const Node& node) {
    if (node.is_skip) return std::nullopt;  // `condition ? skip : 1` lets all in, but not in the same way
    switch (node.op) {
        case Op::constant:
            return node.is_text ? truth(Value::of(std::string_view(node.text))) : truth(node.number);
        case Op::list:
            if (node.children.size() == 1) return known_truth(*node.children.front());
            return std::nullopt;
        case Op::logical_not: {
            const auto inner = known_truth(*node.children.front());
            if (!inner) return std::nullopt;
            return !*inner;
        }
        case Op::logical_or:
        case Op::logical_and: {
            // one operand that decides is enough: evaluating the others changes nothing
            const bool decides = node.op == Op::logical_or;
            bool all = true;
            for (const auto& child : node.children) {
                const auto inner = known_truth(*child);
                if (inner && *inner == decides) return decides;
                all = all && inner.has_value();
            }
            if (all) return !decides;
            return std::nullopt;
        }
        case Op::choose: {
            const auto condition = known_truth(*node.children[0]);
            const auto yes = known_truth(*node.children[1]);
            const auto no = known_truth(*node.children[2]);
            if (condition) return *condition ? yes : no;
            return yes == no ? yes : std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

void Compiler::error(std::size_t offset, std::string code, std::string message) {
    failed_ = true;
    problems_.push_back(
        Problem{Problem::Severity::error, std::min(offset, code_.source.size()), std::move(code), std::move(message)});
}

void Compiler::warning(std::size_t offset, std::string code, std::string message) {
    problems_.push_back(Problem{Problem::Severity::warning, std::min(offset, code_.source.size()), std::move(code),
                                std::move(message)});
}

}  // namespace sso::expr
