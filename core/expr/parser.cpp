#include "core/expr/parser.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/expr/foreign.hpp"
#include "core/expr/parser_nesting.hpp"

namespace sso::expr {
namespace {

struct Symbol {
    std::string_view text;
    Op op;
    int level;
};

bool is_assignable(const Node& node) noexcept {
    switch (node.op) {
        case Op::variable:
        case Op::request:
        case Op::topic:
        case Op::item:
        case Op::member:
        case Op::array_of:
        case Op::hash_of:
        case Op::array_slice:
        case Op::hash_slice:
            return true;
        case Op::list:
            return !node.children.empty() && std::all_of(node.children.begin(), node.children.end(),
                                                         [](const NodePtr& child) { return is_assignable(*child); });
        case Op::call:
            return node.function != nullptr && node.function->name == "substr";
        case Op::choose:
            return is_assignable(*node.children[1]);
        // `not $uid = "x"` and the like: the assignment is inside what was read as the left side
        default:
            return false;
    }
}

/// `a or b or c` is one node with three children, so that a long chain is not a deep tree.
bool is_chain(Op op) noexcept {
    return op == Op::logical_or || op == Op::logical_and || op == Op::defined_or || op == Op::concat;
}

bool is_comparison(Op op) noexcept {
    return op >= Op::less && op <= Op::text_compare && op != Op::compare && op != Op::text_compare;
}

/// In `a < b < c` the tree has b twice. Of an unbounded b, in which there are such chains again, it would have
/// 2, 4, 8 … copies.
constexpr std::size_t kLargestMiddle = 32;

std::size_t nodes_of(const Node& node) {
    std::size_t nodes = 1;
    for (const auto& child : node.children) nodes += child ? nodes_of(*child) : 0;
    return nodes;
}

}  // namespace

NodePtr Parser::parse() {
    if (!blanks()) return nullptr;
    if (in_.at_end()) return fail(0, "syntax", "the expression is empty");
    NodePtr node = low();
    if (!node || !nothing_follows(node)) return nullptr;
    return failed_ ? nullptr : node;
}

bool Parser::nothing_follows(const NodePtr& node) {
    static_cast<void>(node);
    if (!blanks()) return false;
    if (in_.at_end()) return true;
    if (in_.peek() == ';') {
        fail(in_.position(), "syntax", "one expression only: no ';' and no second statement");
        return false;
    }
    unexpected();
    return false;
}

NodePtr Parser::unexpected() {
    const std::size_t at = in_.position();
    if (in_.at_end()) return fail(at, "syntax", "the expression ends where a value is missing");
    const auto name = in_.peek_name();
    if (!name.empty()) {
        if (name == "if" || name == "unless" || name == "while" || name == "until" || name == "for" ||
            name == "foreach") {
            return fail(at, "syntax", "'" + std::string(name) + "' is a statement; write `condition ? a : b`");
        }
        if (const auto instead = foreign_operator(name); !instead.empty()) {
            return fail(at, "syntax", "there is no operator '" + std::string(name) + "'; " + std::string(instead));
        }
        const std::vector<std::string_view> word_operators{"and", "or", "not", "eq", "ne",  "lt",
                                                           "gt",  "le", "ge",  "x",  "cmp", "xor"};
        const auto near = nearest(name, word_operators);
        return fail(at, "syntax",
                    "'" + std::string(name) + "' stands where an operator is expected" +
                        (near ? "; did you mean '" + std::string(*near) + "'?" : ""));
    }
    const auto c = static_cast<unsigned char>(in_.peek());
    if (c >= 0x80) {
        const bool fullwidth = c == 0xEF && static_cast<unsigned char>(in_.peek(1)) >= 0xBC;
        const bool quote = c == 0xE2 && static_cast<unsigned char>(in_.peek(1)) == 0x80;
        if (quote) return fail(at, "syntax", "a typographic quotation mark; write \" or '");
        return fail(at, fullwidth ? "control-characters" : "syntax",
                    "a character outside of ASCII where code is expected");
    }
    if (const auto signs = foreign_signs(in_.source(), at); !signs.empty()) {
        return fail(at, "syntax",
                    "there is no operator '" + std::string(signs) + "'; " + std::string(foreign_operator(signs)));
    }
    return fail(at, "syntax", "unexpected '" + printable(std::string_view(&in_.source()[at], 1)) + "'");
}

NodePtr Parser::low() {
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    const std::size_t start = in_.position();
    NodePtr left = low_and();
    while (left) {
        if (!blanks()) return nullptr;
        const auto name = in_.peek_name();
        if (name != "or" && name != "xor") return left;
        in_.advance(name.size());
        NodePtr right = low_and();
        if (!right) return nullptr;
        Operator op;
        op.op = name == "or" ? Op::logical_or : Op::logical_xor;
        left = combine(op, start, left, right);
    }
    return nullptr;
}

NodePtr Parser::low_and() {
    const std::size_t start = in_.position();
    NodePtr left = low_not();
    while (left) {
        if (!blanks()) return nullptr;
        if (in_.peek_name() != "and") return left;
        in_.advance(3);
        NodePtr right = low_not();
        if (!right) return nullptr;
        Operator op;
        op.op = Op::logical_and;
        left = combine(op, start, left, right);
    }
    return nullptr;
}

NodePtr Parser::low_not() {
    if (!blanks()) return nullptr;
    const std::size_t start = in_.position();
    if (in_.peek_name() != "not") return commas();
    in_.advance(3);
    if (!blanks()) return nullptr;
    if (in_.peek() == '(') {
        // `not(…)` is a call: what follows the parenthesis is outside of it
        in_.move_to(start);
        return commas();
    }
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    NodePtr operand = low_not();
    return operand ? make(Op::logical_not, start, {operand}) : nullptr;
}

NodePtr Parser::commas() {
    const std::size_t start = in_.position();
    NodePtr first = assignment();
    if (!first) return nullptr;
    std::vector<NodePtr> items{first};
    bool list = false;
    while (true) {
        if (!blanks()) return nullptr;
        const bool fat = in_.looking_at("=>");
        if (in_.peek() != ',' && !fat) break;
        list = true;
        in_.advance(fat ? 2 : 1);
        if (!blanks()) return nullptr;
        if (in_.peek() == ',') continue;  // Perl lets commas repeat; LLNG's inGroup() relies on it
        if (!starts_term()) break;
        NodePtr item = assignment();
        if (!item) return nullptr;
        items.push_back(std::move(item));
    }
    if (!list) return first;
    return make(Op::list, start, std::move(items));
}

NodePtr Parser::assignment() {
    const std::size_t start = in_.position();
    NodePtr left = conditional();
    if (!left || !blanks()) return nullptr;
    const std::size_t at = in_.position();
    const Operator op = peek_operator();
    const bool plain = in_.peek() == '=' && in_.peek(1) != '=' && in_.peek(1) != '~' && in_.peek(1) != '>';
    if (!plain && !op.assignment) return left;
    if (plain) {
        if (left->op == Op::list && left->children.empty()) {
            in_.advance(1);
            NodePtr right = assignment();
            return right ? make(Op::count_of, start, {right}) : nullptr;
        }
        return refuse_assignment(left, at, "=");
    }
    const bool keeps = op.op == Op::logical_or || op.op == Op::defined_or || op.op == Op::logical_and;
    if (!keeps || left->op != Op::variable) {
        return refuse_assignment(left, at, in_.source().substr(at, op.length));
    }
    in_.advance(op.length);
    NodePtr right = assignment();
    if (!right) return nullptr;
    NodePtr node = make(op.op, start, {left, right});
    if (node) node->assigns = true;
    return node;
}

NodePtr Parser::refuse_assignment(const NodePtr& target, std::size_t offset, std::string_view op) {
    if (!is_assignable(*target)) {
        const bool inside = !target->children.empty() && is_assignable(*target->children.back());
        if (!inside) {
            return fail(offset, "syntax", "'" + std::string(op) + "' after something that is no variable");
        }
    }
    if (op == "=") {
        return fail(offset, "assignment",
                    "'=' would change the value; to compare write 'eq' for text or '==' for numbers");
    }
    return fail(offset, "assignment", "'" + std::string(op) + "' would change the value; expressions only read");
}

NodePtr Parser::conditional() {
    const std::size_t start = in_.position();
    NodePtr condition = binary(kRange);
    if (!condition || !blanks()) return nullptr;
    if (in_.peek() != '?') return condition;
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    in_.advance(1);
    NodePtr yes = assignment();
    if (!yes || !expect(':', "the ':' of `condition ? a : b`")) return nullptr;
    NodePtr no = conditional();
    if (!no) return nullptr;
    return make(Op::choose, start, {condition, yes, no});
}

Parser::Operator Parser::peek_operator() {
    // longest first
    static constexpr std::array<Symbol, 40> kSymbols{{
        {"<=>", Op::compare, kEquality},
        {"...", Op::range, kRange},
        {"**", Op::power, kUnary + 1},
        {"=~", Op::match, kBinding},
        {"!~", Op::match, kBinding},
        {"==", Op::equal, kEquality},
        {"!=", Op::not_equal, kEquality},
        {"<=", Op::less_equal, kRelation},
        {">=", Op::greater_equal, kRelation},
        {"<<", Op::shift_left, kShift},
        {">>", Op::shift_right, kShift},
        {"&&", Op::logical_and, kAnd},
        {"||", Op::logical_or, kOr},
        {"//", Op::defined_or, kOr},
        {"..", Op::range, kRange},
        {"<", Op::less, kRelation},
        {">", Op::greater, kRelation},
        {"+", Op::add, kSum},
        {"-", Op::subtract, kSum},
        {".", Op::concat, kSum},
        {"*", Op::multiply, kProduct},
        {"/", Op::divide, kProduct},
        {"%", Op::modulo, kProduct},
        {"&", Op::bit_and, kBitAnd},
        {"|", Op::bit_or, kBitOr},
        {"^", Op::bit_xor, kBitOr},
        {"lt", Op::text_less, kRelation},
        {"gt", Op::text_greater, kRelation},
        {"le", Op::text_less_equal, kRelation},
        {"ge", Op::text_greater_equal, kRelation},
        {"eq", Op::text_equal, kEquality},
        {"ne", Op::text_not_equal, kEquality},
        {"cmp", Op::text_compare, kEquality},
        {"x", Op::repeat, kProduct},
    }};
    const auto name = in_.peek_name();
    for (const auto& symbol : kSymbols) {
        if (symbol.text.empty()) continue;
        const bool word = is_name_start(symbol.text.front());
        if (word) {
            // `"a"x58`: the operator and its number may be written together
            const bool repeat = symbol.op == Op::repeat && name.size() > 1 && name.front() == 'x' &&
                                std::all_of(name.begin() + 1, name.end(), is_digit);
            if (name != symbol.text && !repeat) continue;
        } else if (!in_.looking_at(symbol.text)) {
            continue;
        }
        Operator op{symbol.op, symbol.level, symbol.text.size()};
        op.binding = symbol.op == Op::match;
        op.negated = symbol.text == "!~";
        const bool assigns = in_.peek(op.length) == '=' && in_.peek(op.length + 1) != '=' &&
                             in_.peek(op.length + 1) != '~' && in_.peek(op.length + 1) != '>';
        const bool can_assign = !is_comparison(op.op) && !op.binding && op.op != Op::compare &&
                                op.op != Op::text_compare && op.op != Op::range;
        if (assigns && can_assign) {
            op.assignment = true;
            op.length += 1;
        }
        return op;
    }
    return {};
}

NodePtr Parser::binary(int level) {
    if (!blanks()) return nullptr;
    const std::size_t start = in_.position();
    NodePtr left = unary();
    int compared = 0;       // the level of the comparison just read, if it was one
    NodePtr compared_with;  // and its right side
    while (left) {
        if (!blanks()) return nullptr;
        const Operator op = peek_operator();
        if (op.level < level || op.level > kBinding || op.assignment) return left;
        const bool chained = is_comparison(op.op) && compared == op.level && compared_with != nullptr;
        if (compared == op.level && !chained) {
            return fail(in_.position(), "syntax", "'<=>' and 'cmp' take two sides; set parentheses");
        }
        if (chained && nodes_of(*compared_with) > kLargestMiddle) {
            return fail(in_.position(), "too-large",
                        "the middle of a comparison with three sides is too large; write two, joined by 'and'");
        }
        in_.advance(op.length);
        NodePtr right = binary(op.level + 1);
        if (!right) return nullptr;
        if (chained) {
            // `a < b < c` is `a < b && b < c`; nothing here has side effects, so b may stand twice
            NodePtr next = combine(op, start, compared_with, right);
            Operator both;
            both.op = Op::logical_and;
            left = next ? combine(both, start, left, next) : nullptr;
        } else {
            left = combine(op, start, left, right);
        }
        compared = op.level == kRelation || op.level == kEquality ? op.level : 0;
        compared_with = is_comparison(op.op) ? right : nullptr;
    }
    return nullptr;
}

NodePtr Parser::combine(const Operator& op, std::size_t start, NodePtr left, NodePtr right) {
    if (op.binding) {
        const bool operation = right->op == Op::match || right->op == Op::substitute || right->op == Op::transliterate;
        if (operation && !right->parenthesised && right->children.empty()) {
            right->children.insert(right->children.begin(), std::move(left));
        } else if (operation && !right->parenthesised && right->children.front() == nullptr) {
            right->children.front() = std::move(left);
        } else {
            right = make(Op::match, start, {std::move(left), std::move(right)});
        }
        if (!right) return nullptr;
        const bool result =
            right->op == Op::substitute || (right->op == Op::transliterate && right->transliteration->returns);
        if (op.negated && result) return fail(start, "syntax", "'!~' with the flag 'r' has no meaning; write '=~'");
        right->pattern.negated = op.negated;
        right->offset = start;
        return finish(std::move(right));
    }
    if (op.op == Op::repeat && left->parenthesised && left->op == Op::list) {
        return make(Op::repeat_list, start, {std::move(left), std::move(right)});
    }
    if (is_chain(op.op) && left->op == op.op && !left->parenthesised && !left->assigns) {
        left->height = std::max(left->height, right->height + 1);
        left->children.push_back(std::move(right));
        return finish(std::move(left));
    }
    return make(op.op, start, {std::move(left), std::move(right)});
}

NodePtr Parser::unary() {
    if (!blanks()) return nullptr;
    const std::size_t start = in_.position();
    const char c = in_.peek();
    const char next = in_.peek(1);
    if ((c == '+' && next == '+') || (c == '-' && next == '-')) {
        return fail(start, "assignment", "'++' and '--' would change a value; write '+ 1' or '- 1'");
    }
    constexpr std::string_view kFileTests = "rwxoRWXOezsfdlpSugkbctTBAMC";
    const bool file_test = c == '-' && kFileTests.find(next) != kFileTests.npos && !is_name_char(in_.peek(2));
    if (file_test) {
        Scanner look = in_;
        look.advance(2);
        static_cast<void>(look.skip_blanks());
        if (!look.looking_at("=>") && look.peek() != '}') {
            return fail(start, "forbidden-operation",
                        "-" + std::string(1, next) + " looks at a file; expressions reach no files");
        }
    }
    if (c != '!' && c != '~' && c != '-' && c != '+' && c != '\\') return power();
    if (c == '!' && next == '~') return unexpected();
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    in_.advance(1);
    if (c == '\\' && blanks() && in_.peek() == '&') {
        return fail(start, "forbidden-operation", "references to functions are refused");
    }
    NodePtr operand = unary();
    if (!operand || failed_) return nullptr;
    switch (c) {
        case '!':
            return make(Op::logical_not, start, {operand});
        case '~':
            return make(Op::bit_not, start, {operand});
        case '-':
            return make(Op::negate, start, {operand});
        case '\\':
            return make(Op::scalar_reference, start, {operand});
        default:
            return operand;
    }
}

NodePtr Parser::power() {
    const std::size_t start = in_.position();
    NodePtr base = postfix();
    if (!base || !blanks()) return nullptr;
    if (!in_.looking_at("**") || in_.peek(2) == '=') return base;
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    in_.advance(2);
    NodePtr exponent = unary();
    if (!exponent) return nullptr;
    return make(Op::power, start, {base, exponent});
}

NodePtr Parser::sequence(char end) {
    const std::size_t start = in_.position();
    std::vector<NodePtr> statements;
    while (true) {
        if (!blanks()) return nullptr;
        if (in_.peek() == ';') {
            in_.advance(1);
            continue;
        }
        if (in_.peek() == end || in_.at_end()) break;
        NodePtr statement = low();
        if (!statement || !blanks()) return nullptr;
        statements.push_back(std::move(statement));
        if (in_.peek() != ';' && in_.peek() != end) return unexpected();
    }
    if (statements.size() == 1) return statements.front();
    if (statements.empty()) return make(Op::list, start);
    return make(Op::sequence, start, std::move(statements));
}

bool Parser::blanks() {
    if (in_.skip_blanks()) return true;
    fail(in_.position(), "syntax", "a comment at the end would swallow what follows; end it with a newline or drop it");
    return false;
}

bool Parser::expect(char c, std::string_view what) {
    if (!blanks()) return false;
    if (in_.peek() == c) {
        in_.advance(1);
        return true;
    }
    if (in_.at_end()) {
        fail(in_.position(), "syntax", "missing " + std::string(what));
    } else {
        unexpected();
    }
    return false;
}

NodePtr Parser::fail(std::size_t offset, std::string code, std::string message) {
    if (!failed_) remark(offset, Problem::Severity::error, std::move(code), std::move(message));
    failed_ = true;
    return nullptr;
}

void Parser::remark(std::size_t offset, Problem::Severity severity, std::string code, std::string message) {
    problems_.push_back(Problem{severity, offset, std::move(code), std::move(message)});
}

NodePtr Parser::make(Op op, std::size_t start, std::vector<NodePtr> children) {
    auto node = std::make_shared<Node>();
    node->op = op;
    node->offset = start;
    for (const auto& child : children) {
        if (child) node->height = std::max(node->height, child->height + 1);
    }
    node->children = std::move(children);
    return finish(std::move(node));
}

NodePtr Parser::text_node(std::string text, std::size_t start) {
    NodePtr node = make(Op::constant, start);
    node->is_text = true;
    node->text = std::move(text);
    return node;
}

NodePtr Parser::finish(NodePtr node) {
    node->length = std::max(in_.position(), node->offset) - node->offset;
    if (node->height > limits_.nesting) {
        return fail(node->offset, "too-large", "the expression is nested too deeply");
    }
    return node;
}

}  // namespace sso::expr
