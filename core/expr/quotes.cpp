// What stands between delimiters: texts, word lists, patterns, substitutions, transliterations.
#include <algorithm>

#include "core/expr/escape.hpp"
#include "core/expr/parser.hpp"

namespace sso::expr {
namespace {

/// LLNG rewrites `$name` everywhere in the text of an expression before Perl sees it; in a single-quoted text the
/// rewritten form is what remains.
std::string rewritten(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '$' || i + 1 >= text.size() || !is_name_start(text[i + 1])) {
            result += text[i++];
            continue;
        }
        std::size_t end = i + 1;
        while (end < text.size() && is_name_char(text[end])) ++end;
        const std::string_view name = text.substr(i + 1, end - i - 1);
        const bool member =
            (name == "ENV" && text.substr(end, 1) == "{") || (name == "env" && text.substr(end, 3) == "->{");
        if (name == "date") {
            result += "&date";
        } else if (name == "vhost" || name == "ip") {
            result += name == "ip" ? "$r->{env}->{REMOTE_ADDR}" : "$r->{env}->{HTTP_HOST}";
        } else if (member) {
            result += "$r->{env}->{";
            end += name == "ENV" ? 1U : 3U;
        } else if (name == "ENV" || name == "env" || name == "_") {
            result += text.substr(i, end - i);
        } else {
            result += rewritten_variable(name);
        }
        i = end;
    }
    return result;
}

}  // namespace

NodePtr Parser::quoted_text(const Quoted& quoted, std::size_t start) {
    if (quoted.open == '\'') return literal_text(quoted, start);
    return interpolate(quoted, Quote::text, start);
}

NodePtr Parser::literal_text(const Quoted& quoted, std::size_t start) {
    std::string text;
    for (std::size_t i = 0; i < quoted.body.size(); ++i) {
        const char c = quoted.body[i];
        if (c == '\\' && i + 1 < quoted.body.size()) {
            const char next = quoted.body[i + 1];
            if (next == '\\' || next == quoted.open || next == quoted.close) ++i;
        }
        text += quoted.body[i];
    }
    return text_node(rewritten(text), start);
}

NodePtr Parser::words(const Quoted& quoted, std::size_t start) {
    std::vector<NodePtr> items;
    std::size_t i = 0;
    while (i < quoted.body.size()) {
        if (is_blank(quoted.body[i])) {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < quoted.body.size() && !is_blank(quoted.body[i])) ++i;
        items.push_back(text_node(rewritten(quoted.body.substr(begin, i - begin)), quoted.offset + begin));
    }
    NodePtr node = make(Op::list, start, std::move(items));
    if (!node) return nullptr;
    node->parenthesised = true;
    return in_.peek() == '[' ? slice_of(std::move(node)) : node;
}

bool Parser::pattern_flags(PatternOptions& options, std::string_view allowed) {
    while (is_name_char(in_.peek())) {
        const char c = in_.peek();
        const std::size_t at = in_.position();
        // `$a =~ /x/and …`: Perl reads flags as far as they go; a word operator must be set apart
        if (allowed.find(c) == allowed.npos) {
            fail(at, c == 'e' ? "forbidden-operation" : "syntax",
                 c == 'e' ? "the flag 'e' runs code; write the replacement as text"
                          : "unknown flag '" + std::string(1, c) + "' after a pattern");
            return false;
        }
        in_.advance(1);
        switch (c) {
            case 'i':
                options.flags.ignore_case = true;
                break;
            case 'm':
                options.flags.multi_line = true;
                break;
            case 's':
                options.flags.dot_all = true;
                break;
            case 'x':
                options.flags.extended_more = options.flags.extended;
                options.flags.extended = true;
                break;
            case 'n':
                options.flags.no_capture = true;
                break;
            case 'g':
                options.global = true;
                break;
            case 'r':
                options.returns = true;
                break;
            default:
                break;  // o, c, a, u, l, d, p: nothing for bytes, and nothing for one search
        }
    }
    return true;
}

bool Parser::set_pattern(Node& node, const Quoted& quoted) {
    node.pattern_offset = quoted.offset;
    if (quoted.open == '\'') {
        node.text = rewritten(quoted.body);
        node.constant_pattern = true;
        return true;
    }
    NodePtr body = interpolate(quoted, Quote::pattern, quoted.offset);
    if (!body) return false;
    if (body->op == Op::constant) {
        node.text = body->text;
        node.constant_pattern = true;
    } else {
        node.height = std::max(node.height, body->height + 1);
        node.children = {nullptr, std::move(body)};
    }
    return true;
}

NodePtr Parser::pattern(std::size_t start, bool quoted_regex) {
    const auto quoted = in_.read_quoted();
    if (!quoted) return fail(start, "syntax", "a pattern that begins here is not closed");
    NodePtr node = make(Op::match, start);
    const std::size_t after = in_.position();
    if (!set_pattern(*node, *quoted)) return nullptr;
    in_.move_to(after);
    if (!pattern_flags(node->pattern, quoted_regex ? "imsxnoaudlp" : "imsxngocaudlp")) return nullptr;
    if (!quoted_regex) return finish(std::move(node));

    // qr// as a text that carries its flags
    std::string head = "(?^";
    if (node->pattern.flags.ignore_case) head += 'i';
    if (node->pattern.flags.multi_line) head += 'm';
    if (node->pattern.flags.dot_all) head += 's';
    if (node->pattern.flags.extended) head += 'x';
    head += ':';
    if (node->constant_pattern) return text_node(head + node->text + ")", start);
    return make(Op::join, start, {text_node(head, start), node->children[1], text_node(")", start)});
}

NodePtr Parser::substitution(std::size_t start) {
    const auto quoted = in_.read_quoted();
    if (!quoted) return fail(start, "syntax", "the pattern of s/…/…/ is not closed");
    const auto second = in_.read_second_part(*quoted);
    if (!second) return fail(start, "syntax", "the replacement of s/…/…/ is not closed");
    NodePtr node = make(Op::substitute, start);
    const std::size_t after = in_.position();
    if (!set_pattern(*node, *quoted)) return nullptr;
    in_.move_to(after);
    if (!pattern_flags(node->pattern, "imsxngocaudlpr")) return nullptr;
    if (!node->pattern.returns) {
        return fail(start, "assignment", "s/…/…/ would change the value; with the flag 'r' it returns the new one");
    }
    const std::size_t end = in_.position();
    NodePtr replacement = second->open == '\'' ? text_node(rewritten(second->body), second->offset)
                                               : interpolate(*second, Quote::text, second->offset);
    if (!replacement) return nullptr;
    in_.move_to(end);
    if (node->children.empty()) node->children = {nullptr};
    node->height = std::max(node->height, replacement->height + 1);
    node->children.push_back(std::move(replacement));
    return finish(std::move(node));
}

NodePtr Parser::transliteration(std::size_t start) {
    const auto from = in_.read_quoted();
    if (!from) return fail(start, "syntax", "the first part of tr/…/…/ is not closed");
    const auto to = in_.read_second_part(*from);
    if (!to) return fail(start, "syntax", "the second part of tr/…/…/ is not closed");
    NodePtr node = make(Op::transliterate, start);
    auto options = std::make_unique<TransliterationOptions>();
    while (is_name_char(in_.peek())) {
        switch (in_.peek()) {
            case 'c':
                options->complement = true;
                break;
            case 'd':
                options->remove = true;
                break;
            case 's':
                options->squeeze = true;
                break;
            case 'r':
                options->returns = true;
                break;
            default:
                return fail(in_.position(), "syntax", "tr knows the flags c, d, s and r");
        }
        in_.advance(1);
    }
    const auto expanded_from = expand_ranges(from->body);
    const auto expanded_to = expand_ranges(to->body);
    if (!expanded_from || !expanded_to) {
        return fail(start, "syntax", "a range of tr/…/…/ runs backwards");
    }
    options->from = *expanded_from;
    options->to = *expanded_to;
    const bool counts = !options->remove && !options->squeeze && (options->to.empty() || options->to == options->from);
    if (!options->returns && !counts) {
        return fail(start, "assignment", "tr/…/…/ would change the value; with the flag 'r' it returns the new one");
    }
    node->transliteration = std::move(options);
    return finish(std::move(node));
}

}  // namespace sso::expr
