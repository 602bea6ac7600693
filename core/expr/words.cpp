// Words of the grammar: calls of functions, quote-like operators, barewords, and names that are refused.
#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/expr/foreign.hpp"
#include "core/expr/parser.hpp"
#include "core/expr/parser_nesting.hpp"

namespace sso::expr {
namespace {

constexpr std::size_t kAny = 255;

bool is_statement_word(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 9> kWords{"if",      "unless", "while", "until", "for",
                                                     "foreach", "else",   "elsif", "when"};
    for (const auto word : kWords) {
        if (word == name) return true;
    }
    return false;
}

bool is_word_operator(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 11> kWords{"eq",  "ne",  "lt", "gt",  "le", "ge",
                                                      "cmp", "and", "or", "xor", "x"};
    for (const auto word : kWords) {
        if (word == name) return true;
    }
    return false;
}

bool is_quote_operator(std::string_view name) noexcept {
    return name == "q" || name == "qq" || name == "qw" || name == "m" || name == "qr" || name == "s" || name == "tr" ||
           name == "y" || name == "qx";
}

struct Advice {
    std::string_view name;
    std::string_view text;
};

constexpr std::string_view kNoArithmetic = "arithmetic knows + - * / % ** abs int";
constexpr std::string_view kNoCode = "an expression is evaluated as it stands; it holds no code of its own";
constexpr std::string_view kNoInsides = "Perl's own insides are not reachable";
constexpr std::string_view kNoJumps = "an expression has no jumps and no end of its own; write `condition ? a : b`";
constexpr std::string_view kNoModules = "an expression loads no modules";
constexpr std::string_view kNoOutput = "the value of the expression is what counts; write it alone";
constexpr std::string_view kNoPacking = "texts are not packed into bytes; sprintf, hex, oct, chr and ord convert";
constexpr std::string_view kNoState = "expressions only read, and keep nothing";
constexpr std::string_view kNoWaiting = "an expression does not wait";
constexpr std::string_view kSameAnswer = "the same person gets the same answer each time";
constexpr std::string_view kWholeRule = "accept and deny are whole rules; within a condition write 1 or 0";

/// Words that are refused. All that are not named here reach the system, its files or its processes.
constexpr auto kAdvice = std::to_array<Advice>({
    {"AUTOLOAD", kNoInsides},
    {"BEGIN", kNoInsides},
    {"CHECK", kNoInsides},
    {"CORE", kNoInsides},
    {"DB", kNoInsides},
    {"DESTROY", kNoInsides},
    {"END", kNoInsides},
    {"INIT", kNoInsides},
    {"IO", kNoInsides},
    {"Internals", kNoInsides},
    {"Lemonldap", kNoInsides},
    {"Safe", kNoInsides},
    {"UNITCHECK", kNoInsides},
    {"UNIVERSAL", kNoInsides},
    {"accept", kWholeRule},
    {"alarm", kNoWaiting},
    {"atan2", kNoArithmetic},
    {"bless", kNoInsides},
    {"caller", kNoInsides},
    {"continue", kNoJumps},
    {"cos", kNoArithmetic},
    {"crypt", "expressions make no passwords' hashes"},
    {"dump", kNoInsides},
    {"each", kNoState},
    {"eval", kNoCode},
    {"evalbytes", kNoCode},
    {"exit", kNoJumps},
    {"exp", kNoArithmetic},
    {"format", kNoOutput},
    {"formline", kNoOutput},
    {"goto", kNoJumps},
    {"last", kNoJumps},
    {"local", kNoState},
    {"lock", kNoState},
    {"log", kNoArithmetic},
    {"main", kNoInsides},
    {"next", kNoJumps},
    {"no", kNoModules},
    {"pack", kNoPacking},
    {"package", kNoModules},
    {"pos", kNoState},
    {"print", kNoOutput},
    {"printf", "the value of the expression is what counts; sprintf gives it"},
    {"prototype", kNoInsides},
    {"rand", kSameAnswer},
    {"redo", kNoJumps},
    {"require", kNoModules},
    {"reset", kNoState},
    {"say", kNoOutput},
    {"sin", kNoArithmetic},
    {"sleep", kNoWaiting},
    {"sort", "lists stay as they are stored; grep and listMatch find a value in any order"},
    {"sqrt", kNoArithmetic},
    {"srand", kSameAnswer},
    {"study", kNoState},
    {"sub", kNoCode},
    {"tie", kNoInsides},
    {"tied", kNoInsides},
    {"time", "$date is the time as YYYYMMDDHHMMSS, and checkDate(start, end) asks whether it is between two"},
    {"times", kSameAnswer},
    {"unpack", kNoPacking},
    {"untie", kNoInsides},
    {"use", kNoModules},
    {"vec", kNoPacking},
    {"wait", kNoWaiting},
    {"waitpid", kNoWaiting},
    {"warn", kNoOutput},
    {"write", kNoOutput},
});

/// What to write instead of a word that is refused, or why it is.
std::string_view advice(std::string_view name) noexcept {
    for (const Advice& row : kAdvice) {
        if (row.name == name) return row.text;
    }
    return "expressions reach no system, file or process";
}

/// What to write instead of a word without quotes, which is a text.
std::string instead_of_bareword(std::string_view name) {
    constexpr auto kAnswers =
        std::to_array<std::string_view>({"allow", "deny", "false", "none", "off", "on", "true", "unprotect", "yes"});
    if (std::find(kAnswers.begin(), kAnswers.end(), name) != kAnswers.end()) {
        return ", and a text is true whatever it says; write 1 or 0 for yes or no";
    }
    const std::string text(name);
    return "; write $" + text + " for the attribute, or '" + text + "' for the text";
}

/// May give more or less than one value.
bool is_listy(const Node& node) noexcept {
    return !is_plain(node.op) && node.op != Op::logical_and && node.op != Op::logical_or;
}

}  // namespace

NodePtr Parser::word() {
    const std::size_t start = in_.position();
    const std::string_view plain = in_.peek_name();
    const bool quotes = is_quote_operator(plain) && quote_follows(plain.size());
    const std::string name(quotes ? plain : in_.read_qualified_name());
    if (quotes) in_.advance(plain.size());
    Scanner look = in_;
    static_cast<void>(look.skip_blanks());
    if (look.looking_at("=>")) return text_node(name, start);
    if (name.find("::") != name.npos) return unknown_word(name, start);
    if (quotes) return quote_like(plain, start);
    if (plain == "skip") {
        NodePtr node = text_node("999_SKIP", start);
        node->is_skip = true;
        return node;
    }
    if (plain == "not") {
        const bool call = look.peek() == '(';
        if (!call) in_.move_to(start);
        NodePtr operand = call ? (blanks() ? parentheses() : nullptr) : low_not();
        if (!call) return operand;
        return operand ? make(Op::logical_not, start, {operand}) : nullptr;
    }
    if (plain == "do") {
        if (look.peek() != '{')
            return fail(start, "forbidden-operation", "'do FILE' runs a file; only do { … } is known");
        in_ = look;
        in_.advance(1);
        const Nesting nesting(*this);
        if (!nesting.allowed()) return nullptr;
        NodePtr node = sequence('}');
        if (!node || !expect('}', "the '}' of 'do {…}'")) return nullptr;
        return make(Op::sequence, start, {node});
    }
    if (plain == "return") {
        if (!starts_term()) return make(Op::constant, start);
        return low();
    }
    if (plain == "undef") {
        if (look.peek() == '(') {
            in_ = look;
            in_.advance(1);
            if (!blanks()) return nullptr;
            if (in_.peek() == ')') {
                in_.advance(1);
                return make(Op::constant, start);
            }
        }
        if (look.peek() == '(' || look.peek() == '$' || look.peek() == '@' || look.peek() == '%') {
            return fail(start, "assignment", "'undef' with an argument would change it; use `defined` to ask");
        }
        return make(Op::constant, start);
    }
    if (plain == "my" || plain == "our") {
        return fail(start, "assignment", "'" + name + "' declares a variable; expressions only read");
    }
    if (is_statement_word(plain)) {
        return fail(start, "syntax", "'" + name + "' is a statement; write `condition ? a : b`");
    }
    if (const Function* function = find_function(plain)) return call(*function, start);
    return unknown_word(name, start);
}

NodePtr Parser::unknown_word(std::string_view name, std::size_t start) {
    Scanner look = in_;
    static_cast<void>(look.skip_blanks());
    const bool called = look.peek() == '(';
    const auto scope = name.find("::");
    const std::string text(name);
    if (name == "push" || name == "pop" || name == "shift" || name == "unshift" || name == "splice" ||
        name == "chomp" || name == "chop" || name == "delete") {
        return fail(start, "assignment", "'" + text + "' would change a value; expressions only read");
    }
    if (const auto head = name.substr(0, scope); is_forbidden_name(head)) {
        return fail(start, "forbidden-operation", "'" + text + "' is refused: " + std::string(advice(head)));
    }
    if (look.looking_at("->")) {
        return fail(start, "forbidden-operation", "methods of Perl classes such as " + text + " are not reachable");
    }
    const bool applied = look.peek() == '$' || look.peek() == '"' || look.peek() == '\'';
    if (called || scope != name.npos || (applied && name == "state")) {
        if (const auto foreign = foreign_operator(name); !foreign.empty()) {
            return fail(start, "unknown-function", "there is no function '" + text + "'; " + std::string(foreign));
        }
        const auto known = function_names();
        const auto near = nearest(name, known);
        return fail(
            start, "unknown-function",
            "there is no function '" + text + "'" + (near ? "; did you mean '" + std::string(*near) + "'?" : ""));
    }
    if (name == "__FILE__" || name == "__LINE__" || name == "__PACKAGE__" || name == "__SUB__") {
        return fail(start, "forbidden-operation", "'" + text + "' tells about Perl itself");
    }
    if (is_word_operator(name)) return fail(start, "syntax", "the operator '" + text + "' has no left side");
    remark(start, Problem::Severity::warning, "bareword",
           "the word " + text + " is taken as text" + instead_of_bareword(name));
    return text_node(text, start);
}

bool Parser::quote_follows(std::size_t name_length) {
    Scanner look = in_;
    look.advance(name_length);
    const bool spaced = is_blank(look.peek());
    if (spaced && !look.skip_blanks()) return false;
    const char c = look.peek();
    if (c == '\0' || is_name_char(c) || static_cast<unsigned char>(c) >= 0x80) return false;
    if (c == '=' && look.peek(1) == '>') return false;
    // a word before a closing or separating character is a word: {s}, (y), q, m => …
    if (c == ')' || c == ']' || c == '}' || c == '>') return false;
    return !spaced || (c != ',' && c != ';' && c != '=');
}

NodePtr Parser::quote_like(std::string_view name, std::size_t start) {
    // `m#…#`: at once behind the word '#' is the delimiter, after a blank it begins a comment
    if (is_blank(in_.peek()) && !blanks()) return nullptr;
    if (name == "qx") return fail(start, "forbidden-operation", "qx runs a command; expressions run none");
    if (name == "m" || name == "qr") return pattern(start, name == "qr");
    if (name == "s") return substitution(start);
    if (name == "tr" || name == "y") return transliteration(start);
    const auto quoted = in_.read_quoted();
    if (!quoted) return fail(start, "syntax", "a text that begins here is not closed");
    if (name == "qq") return quoted_text(*quoted, start);
    if (name == "qw") return words(*quoted, start);
    return literal_text(*quoted, start);
}

NodePtr Parser::call(const Function& function, std::size_t start) {
    NodePtr node = make(function.op, start);
    node->function = &function;
    if (!blanks()) return nullptr;
    if (function.form == Form::extended && in_.peek() != '(') {
        // as in LLNG, which rewrites `inGroup(` and `has2f(` and leaves the name alone a word
        if (function.name == "inGroup" || function.name == "has2f") return text_node(std::string(function.name), start);
    }
    if (function.op == Op::want_array) {
        if (in_.looking_at("()")) in_.advance(2);
        return node;
    }
    const bool parenthesised = in_.peek() == '(';
    if (parenthesised) {
        in_.advance(1);
        const Nesting nesting(*this);
        if (!nesting.allowed()) return nullptr;
        if (function.form == Form::block) {
            if (!block_call(node)) return nullptr;
        } else if (!arguments(node, true)) {
            return nullptr;
        }
        if (!expect(')', "the ')' after the arguments")) return nullptr;
    } else if (function.form == Form::block) {
        if (!block_call(node)) return nullptr;
    } else if (function.form == Form::unary) {
        return unary_call(node);
    } else if (starts_term() && !arguments(node, false)) {
        return nullptr;
    }
    if (!check_arguments(*node)) return nullptr;
    node = finish(std::move(node));
    if (!node) return nullptr;
    // `(split(…))[0]` has its parentheses outside; `split(…)[0]` is not Perl
    return node;
}

NodePtr Parser::unary_call(NodePtr node) {
    // `undef // 1`, `localtime // ''`: after such a name '//' is the operator
    if (blanks() && !in_.looking_at("//") && starts_term()) {
        const Nesting nesting(*this);
        if (!nesting.allowed()) return nullptr;
        NodePtr argument = binary(kNamedUnary + 1);
        if (!argument) return nullptr;
        node->height = argument->height + 1;
        node->children.push_back(std::move(argument));
    }
    if (!check_arguments(*node)) return nullptr;
    return finish(std::move(node));
}

NodePtr Parser::block_call(NodePtr node) {
    if (!blanks()) return nullptr;
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    NodePtr body;
    std::vector<NodePtr> rest;
    if (in_.peek() == '{') {
        in_.advance(1);
        body = sequence('}');
        if (!body || !expect('}', "the '}' of the block") || !blanks()) return nullptr;
        if (in_.peek() == ',') in_.advance(1);
    } else {
        body = assignment();
        if (!body) return nullptr;
        if (!blanks()) return nullptr;
        if (in_.peek() != ',' && !in_.looking_at("=>")) {
            return fail(in_.position(), "syntax", "missing the list after the first argument");
        }
        in_.advance(in_.peek() == ',' ? 1 : 2);
    }
    NodePtr list = starts_term() ? commas() : make(Op::list, in_.position());
    if (!list) return nullptr;
    node->height = std::max(body->height, list->height) + 1;
    node->children = {std::move(body), std::move(list)};
    return node;
}

bool Parser::arguments(NodePtr& node, bool parenthesised) {
    if (parenthesised) {
        if (!blanks()) return false;
        while (in_.peek() == ',' && node->function->form == Form::extended) {
            in_.advance(1);
            if (!blanks()) return false;
        }
        if (in_.peek() == ')') return true;
    }
    NodePtr content = parenthesised ? low() : commas();
    if (!content) return false;
    node->height = content->height + 1;
    if (content->op == Op::list && !content->parenthesised) {
        node->children = std::move(content->children);
    } else {
        node->children.push_back(std::move(content));
    }
    return true;
}

bool Parser::check_arguments(const Node& node) {
    const Function& function = *node.function;
    const std::size_t count = node.children.size();
    const std::string name(function.name);
    if (function.form == Form::block) return true;
    bool listy = false;
    for (const auto& child : node.children) listy = listy || is_listy(*child);
    if (listy && !function.scalar_arguments) return true;
    const bool few = count < function.least && !(count == 0 && function.topic);
    const bool many = function.most != kAny && count > function.most;
    if (!few && !many) return true;
    std::string message = "'" + name + "' takes ";
    if (function.least == function.most) {
        message += std::to_string(function.least);
    } else if (function.most == kAny) {
        message += "at least " + std::to_string(function.least);
    } else {
        message += std::to_string(function.least) + " to " + std::to_string(function.most);
    }
    message += function.least == 1 && function.most == 1 ? " argument, not " : " arguments, not ";
    message += std::to_string(count);
    if (function.form == Form::extended) {
        // LLNG runs these with any number; the missing ones are undefined there
        remark(node.offset, Problem::Severity::warning, "arguments", std::move(message));
        return true;
    }
    fail(node.offset, "syntax", std::move(message));
    return false;
}

NodePtr Parser::ampersand_call() {
    const std::size_t start = in_.position();
    if (in_.peek(1) == '&') return unexpected();
    in_.advance(1);
    if (in_.peek() == '{' || in_.peek() == '$') return fail(start, "forbidden-operation", "calling a value is refused");
    const auto name = in_.peek_name();
    if (name.empty()) return unexpected();
    const Function* function = find_function(name);
    if (function == nullptr || function->form != Form::extended) {
        in_.advance(name.size());
        if (is_forbidden_name(name))
            return fail(start, "forbidden-operation", "'&" + std::string(name) + "' is refused");
        const auto known = function_names();
        const auto near = nearest(name, known);
        return fail(start, "unknown-function",
                    "there is no function '" + std::string(name) + "'" +
                        (near ? "; did you mean '" + std::string(*near) + "'?" : ""));
    }
    in_.advance(name.size());
    if (in_.peek() == '(') return call(*function, start);
    // `&date` hands on the rule's own arguments, of which `date` takes the first for "in GMT"
    NodePtr node = make(function->op, start);
    node->function = function;
    NodePtr one = make(Op::constant, start);
    one->number = Value::of(std::int64_t{1});
    if (function->name == "date") node->children.push_back(std::move(one));
    return finish(std::move(node));
}

bool Parser::starts_term() {
    if (!in_.skip_blanks()) return false;
    const char c = in_.peek();
    const char next = in_.peek(1);
    if (is_name_start(c)) return !is_word_operator(in_.peek_name()) && !is_statement_word(in_.peek_name());
    if (is_digit(c)) return true;
    switch (c) {
        case '$':
        case '@':
        case '"':
        case '\'':
        case '`':
        case '(':
        case '[':
        case '{':
        case '\\':
        case '+':
        case '~':
        case '/':
            return true;
        case '-':
            return next != '>' && next != '=';
        case '!':
            return next != '=' && next != '~';
        case '%':
            return next == '{' || next == '$' || is_name_start(next);
        case '&':
            return is_name_start(next) || next == '{' || next == '$';
        case '.':
            return is_digit(next);
        case '<':
            return is_name_start(next) || next == '*' || next == '$';
        default:
            return false;
    }
}

}  // namespace sso::expr
