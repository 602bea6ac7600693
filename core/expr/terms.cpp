// Terms of the grammar: variables in all their forms, subscripts, parentheses, collections.
#include <array>
#include <limits>

#include "core/base/text.hpp"
#include "core/expr/parser.hpp"
#include "core/expr/parser_nesting.hpp"

namespace sso::expr {
namespace {

/// Perl's own hashes and arrays: LLNG's jail has nothing in them, and their names promise what is not there.
bool is_perl_global(std::string_view name) noexcept {
    return name == "INC" || name == "SIG" || name == "ARGV" || name == "ISA" || name == "STDIN" || name == "STDOUT" ||
           name == "STDERR";
}

}  // namespace

NodePtr Parser::postfix() {
    NodePtr node = term();
    if (!node) return nullptr;
    node = subscripts(std::move(node), false);
    if (!node) return nullptr;
    if (in_.looking_at("++") || in_.looking_at("--")) {
        return fail(in_.position(), "assignment", "'++' and '--' would change a value; write '+ 1' or '- 1'");
    }
    return node;
}

NodePtr Parser::term() {
    if (!blanks()) return nullptr;
    const std::size_t start = in_.position();
    const char c = in_.peek();
    if (is_digit(c) || (c == '.' && is_digit(in_.peek(1)))) {
        const auto number = in_.read_number();
        if (!number) return fail(start, "syntax", "a malformed number");
        NodePtr node = make(Op::constant, start);
        node->number = *number;
        return node;
    }
    if (is_name_start(c)) return word();
    switch (c) {
        case '$':
            return variable(false);
        case '@':
        case '%':
            return dereferenced(c);
        case '&':
            return ampersand_call();
        case '(':
            return parentheses();
        case '[':
            return collection('[', Op::make_array);
        case '{':
            return collection('{', Op::make_hash);
        case '"': {
            const auto quoted = in_.read_quoted();
            if (!quoted) return fail(start, "syntax", "a text that begins here has no closing '\"'");
            return quoted_text(*quoted, start);
        }
        case '\'': {
            const auto quoted = in_.read_quoted();
            if (!quoted) return fail(start, "syntax", "a text that begins here has no closing \"'\"");
            return literal_text(*quoted, start);
        }
        case '/':
            return pattern(start, false);
        case '`':
            return fail(start, "forbidden-operation", "backticks run a command; expressions run none");
        case '<':
            if (in_.peek(1) == '>' || in_.peek(1) == '=' || is_blank(in_.peek(1))) return unexpected();
            return fail(start, "forbidden-operation", "'<…>' reads files; expressions reach no files");
        default:
            return unexpected();
    }
}

NodePtr Parser::variable(bool in_text) {
    const std::size_t start = in_.position();
    in_.advance(1);
    const char c = in_.peek();
    if (c == '{') return braced_variable(start);
    if (c == '#' && (in_.peek(1) == '{' || in_.peek(1) == '$')) {
        in_.advance(1);
        NodePtr list = in_.peek() == '{' ? block_expression() : variable(true);
        return list ? make(Op::last_index, start, {list}) : nullptr;
    }
    if (c == '$' && (is_name_start(in_.peek(1)) || in_.peek(1) == '{' || in_.peek(1) == '$')) {
        // `$$list[0]` and `$$hash{k}`: an element of what $list refers to
        const Nesting nesting(*this);
        if (!nesting.allowed()) return nullptr;
        NodePtr base = variable(true);
        if (!base) return nullptr;
        if (in_.peek() == '[') return subscript(base, Op::item);
        if (in_.peek() == '{') return subscript(base, Op::member);
        return fail(start, "syntax", "'$$' needs a subscript: $$name[0] or $$name{key}; or write $name");
    }
    if (!is_name_start(c) && !is_digit(c)) return special_variable(start);
    if (is_digit(c)) {
        std::size_t number = 0;
        while (is_digit(in_.peek()) && number < 1000) {
            number = number * 10 + static_cast<std::size_t>(in_.peek() - '0');
            in_.advance(1);
        }
        if (number == 0) return fail(start, "forbidden-operation", "$0 is the server's program name");
        NodePtr node = make(Op::capture, start);
        node->number = Value::of(static_cast<std::int64_t>(number));
        return node;
    }
    const auto name = in_.peek_name();
    in_.advance(name.size());
    if (in_.looking_at("::") && !in_text) {
        return fail(start, "forbidden-operation", "variables of Perl packages are not reachable");
    }
    if (name == "_") {
        if (!in_text && (in_.peek() == '[' || in_.peek() == '{')) {
            return fail(start, "forbidden-operation", "@_ and %_ do not exist here");
        }
        return make(Op::topic, start);
    }
    if (is_perl_global(name)) {
        return fail(start, "forbidden-operation", "$" + std::string(name) + " belongs to Perl itself");
    }
    const bool env_member = (name == "ENV" && in_.peek() == '{') || (name == "env" && in_.looking_at("->{"));
    if (env_member) {
        in_.advance(name == "ENV" ? 0 : 2);
        NodePtr node = subscript(make(Op::request, start), Op::request);
        return node;
    }
    if (name == "ENV" || name == "env") {
        // LLNG knows `$ENV{X}` and `$env->{X}` written just so; anything else is an empty variable there
        remark(start, Problem::Severity::warning, "unknown-variable",
               "always undefined; the request's variables are $ENV{NAME} and $env->{NAME}");
        NodePtr node = make(Op::constant, start);
        if (!blanks()) return nullptr;
        if (in_.peek() == '{') {
            node = subscript(node, Op::member);
        }
        return node;
    }
    if (name == "date") {
        // LLNG makes a call of it, with the request as argument, which `date` takes for "in GMT"
        if (in_text) return text_node("&date", start);
        NodePtr node = make(Op::call, start);
        node->function = find_function("date");
        NodePtr gmt = make(Op::constant, start);
        gmt->number = Value::of(std::int64_t{1});
        node->children.push_back(gmt);
        return node;
    }
    NodePtr node = make(name == "ip" || name == "vhost" ? Op::request : Op::variable, start);
    node->text = name == "ip" ? "REMOTE_ADDR" : name == "vhost" ? "HTTP_HOST" : std::string(name);
    return node;
}

NodePtr Parser::braced_variable(std::size_t start) {
    // `${name}` is an obvious intent, although LLNG's rewriting of the text does not reach it
    Scanner look = in_;
    look.advance(1);
    static_cast<void>(look.skip_blanks());
    const auto name = look.peek_name();
    look.advance(name.size());
    static_cast<void>(look.skip_blanks());
    if (!name.empty() && look.peek() == '}') {
        in_ = look;
        in_.advance(1);
        if (name == "_") return make(Op::topic, start);
        NodePtr node = make(name == "ip" || name == "vhost" ? Op::request : Op::variable, start);
        node->text = name == "ip" ? "REMOTE_ADDR" : name == "vhost" ? "HTTP_HOST" : std::string(name);
        return node;
    }
    if (look.peek() == '^') return fail(start, "forbidden-operation", "Perl's internal variables are not reachable");
    if (look.peek() == '\\') {
        // `${\ expression}`: the value itself
        in_ = look;
        in_.advance(1);
        NodePtr value = low();
        if (!value || !expect('}', "the '}' of '${…}'")) return nullptr;
        return make(Op::scalar, start, {value});
    }
    NodePtr base = block_expression();
    if (!base) return nullptr;
    if (in_.peek() == '[') return subscript(base, Op::item);
    if (in_.peek() == '{') return subscript(base, Op::member);
    return fail(start, "syntax", "'${…}' needs a subscript: ${…}[0] or ${…}{key}");
}

NodePtr Parser::special_variable(std::size_t start) {
    const char c = in_.peek();
    const char next = in_.peek(1);
    if (c == '&' || c == '`' || c == '\'') {
        in_.advance(1);
        return make(c == '&' ? Op::capture_whole : c == '`' ? Op::capture_before : Op::capture_after, start);
    }
    if ((c == '+' || c == '-') && next == '[') {
        in_.advance(1);
        return subscript(make(Op::constant, start), c == '+' ? Op::capture_end : Op::capture_start);
    }
    if (c == '+' && next == '{') {
        in_.advance(1);
        return subscript(make(Op::constant, start), Op::capture_named);
    }
    if (c == '+') {
        in_.advance(1);
        return make(Op::capture_last, start);
    }
    if (c == '\0' || is_blank(c) || c == '=' || c == ')' || static_cast<unsigned char>(c) >= 0x80) {
        return fail(start, "syntax", "'$' without a name");
    }
    return fail(start, "forbidden-operation",
                "$" + std::string(1, c) + " is a variable of Perl itself and is not reachable");
}

NodePtr Parser::dereferenced(char sigil) {
    const std::size_t start = in_.position();
    in_.advance(1);
    const char c = in_.peek();
    NodePtr base;
    if (c == '{') {
        base = block_expression();
    } else if (c == '$') {
        const Nesting nesting(*this);
        if (!nesting.allowed()) return nullptr;
        base = variable(true);
    } else if (is_name_start(c) || c == ':') {
        const std::string name(in_.read_qualified_name());
        return fail(start, sigil == '%' ? "forbidden-operation" : "syntax",
                    std::string(1, sigil) + name + " is never set; write " + std::string(1, sigil) + "{$" + name +
                        "} for what $" + name + " refers to");
    } else {
        return fail(start, "syntax", "'" + std::string(1, sigil) + "' stands where a value is expected");
    }
    if (!base) return nullptr;
    if (sigil == '%') return make(Op::hash_of, start, {base});
    if (in_.peek() == '[' || in_.peek() == '{') {
        const bool list = in_.peek() == '[';
        in_.advance(1);
        NodePtr keys = low();
        if (!keys || !expect(list ? ']' : '}', "the end of a slice")) return nullptr;
        return make(list ? Op::array_slice : Op::hash_slice, start, {base, keys});
    }
    return make(Op::array_of, start, {base});
}

NodePtr Parser::block_expression() {
    in_.advance(1);
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    NodePtr node = low();
    if (!node || !expect('}', "a closing '}'")) return nullptr;
    return node;
}

NodePtr Parser::subscripts(NodePtr base, bool in_text) {
    bool subscripted =
        base->op == Op::item || base->op == Op::member || base->op == Op::variable || base->op == Op::topic;
    while (base) {
        const std::size_t before = in_.position();
        if (!in_text && !blanks()) return nullptr;
        if (in_.looking_at("->")) {
            const char next = in_.peek(2);
            if (in_text && next != '[' && next != '{') return base;
            in_.advance(2);
            if (!in_text && !blanks()) return nullptr;
            if (in_.peek() == '[') {
                base = subscript(std::move(base), Op::item);
            } else if (in_.peek() == '{') {
                base = subscript(std::move(base), Op::member);
            } else if (in_.looking_at("@*") || in_.looking_at("%*")) {
                const bool list = in_.peek() == '@';
                in_.advance(2);
                base = make(list ? Op::array_of : Op::hash_of, base->offset, {base});
            } else {
                return method_call(base);
            }
            subscripted = true;
            continue;
        }
        const bool bracket = in_.peek() == '[' || in_.peek() == '{';
        if (bracket && subscripted) {
            base = subscript(std::move(base), in_.peek() == '[' ? Op::item : Op::member);
            continue;
        }
        if (in_.peek() == '(' && subscripted && !in_text && base->op != Op::variable && base->op != Op::topic) {
            return fail(in_.position(), "forbidden-operation", "calling a value is refused");
        }
        if (in_text) in_.move_to(before);
        return base;
    }
    return nullptr;
}

NodePtr Parser::subscript(NodePtr base, Op op) {
    const std::size_t start = base->offset;
    const bool bracket = in_.peek() == '[';
    NodePtr index;
    if (bracket) {
        in_.advance(1);
        index = low();
        if (!index || !expect(']', "a closing ']'")) return nullptr;
    } else {
        index = key();
        if (!index) return nullptr;
    }
    if (op == Op::request || op == Op::capture_named || op == Op::capture_start || op == Op::capture_end) {
        NodePtr node = make(op, start, {index});
        if (node && index->op == Op::constant && index->is_text) {
            node->text = index->text;
            if (op == Op::request) node->children.clear();
        }
        return node;
    }
    return make(op, start, {std::move(base), std::move(index)});
}

NodePtr Parser::key() {
    const std::size_t open = in_.position();
    in_.advance(1);
    Scanner look = in_;
    static_cast<void>(look.skip_blanks());
    const std::size_t start = look.position();
    if (look.peek() == '-') look.advance(1);
    const auto name = look.peek_name();
    look.advance(name.size());
    const std::string text(in_.source().substr(start, look.position() - start));
    static_cast<void>(look.skip_blanks());
    if (!name.empty() && look.at_end()) return fail(open, "syntax", "the '{' of a subscript is not closed");
    if (!name.empty() && look.peek() == '}') {
        in_ = look;
        in_.advance(1);
        return text_node(text, start);
    }
    const Nesting nesting(*this);
    if (!nesting.allowed()) return nullptr;
    NodePtr node = low();
    if (!node) return nullptr;
    if (!blanks()) return nullptr;
    if (in_.at_end()) return fail(open, "syntax", "the '{' of a subscript is not closed");
    return expect('}', "a closing '}'") ? node : nullptr;
}

NodePtr Parser::method_call(const NodePtr& base) {
    const std::size_t at = in_.position();
    if (in_.peek() == '(') return fail(at, "forbidden-operation", "calling a value is refused");
    const auto name = in_.peek_name();
    if (name.empty() && in_.peek() != '$') return unexpected();
    const bool of_result = base->op == Op::call || base->function != nullptr;
    return fail(at, of_result ? "unknown-function" : "forbidden-operation",
                "methods such as '->" + std::string(name) + "' do not exist here");
}

NodePtr Parser::parentheses() {
    const std::size_t start = in_.position();
    in_.advance(1);
    if (!blanks()) return nullptr;
    NodePtr node;
    if (in_.peek() == ')') {
        node = make(Op::list, start);
    } else {
        node = low();
        if (!node) return nullptr;
        if (node->op != Op::list || node->parenthesised) node = make(Op::list, start, {node});
    }
    if (!node || !expect(')', "a closing ')'")) return nullptr;
    node->offset = start;
    node->parenthesised = true;
    node = finish(std::move(node));
    if (!node || !blanks()) return nullptr;
    return in_.peek() == '[' ? slice_of(std::move(node)) : node;
}

NodePtr Parser::slice_of(NodePtr list) {
    const std::size_t start = list->offset;
    in_.advance(1);
    NodePtr index = low();
    if (!index || !expect(']', "a closing ']'")) return nullptr;
    return make(Op::slice, start, {std::move(list), std::move(index)});
}

NodePtr Parser::collection(char open, Op op) {
    const std::size_t start = in_.position();
    const char close = open == '[' ? ']' : '}';
    in_.advance(1);
    if (!blanks()) return nullptr;
    std::vector<NodePtr> children;
    if (in_.peek() != close) {
        const Nesting nesting(*this);
        if (!nesting.allowed()) return nullptr;
        NodePtr content = low();
        if (!content) return nullptr;
        children.push_back(std::move(content));
    }
    if (!expect(close, open == '[' ? "a closing ']'" : "a closing '}'")) return nullptr;
    NodePtr node = make(op, start, std::move(children));
    // `{a => 1}->{a}` and `[…]->[0]` are fine; `[…][0]` is not Perl
    return node;
}

}  // namespace sso::expr
