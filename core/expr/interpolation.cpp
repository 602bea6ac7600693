// Texts and patterns with variables in them: "…$a…", /^$a\@/, and the case marks \U \L \Q \u \l.
#include <algorithm>

#include "core/expr/escape.hpp"
#include "core/expr/parser.hpp"

namespace sso::expr {
namespace {

bool is_case_mark(char c) noexcept {
    return c == 'U' || c == 'L' || c == 'Q' || c == 'F' || c == 'E' || c == 'u' || c == 'l';
}

char with_case(char c, char mark) noexcept {
    if (mark == 'u' && c >= 'a' && c <= 'z') return static_cast<char>(c - 32);
    if (mark == 'l' && c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
    return c;
}

}  // namespace

/// Collects the parts of one quoted text.
class Parser::Interpolation {
  public:
    Interpolation(Parser& parser, const Quoted& quoted, Quote kind) : p_(parser), quoted_(quoted), kind_(kind) {
        groups_.emplace_back();
    }

    NodePtr run(std::size_t start) {
        const std::string_view body = quoted_.body;
        while (at_ < body.size()) {
            const char c = body[at_];
            if (c == '\\' && at_ + 1 < body.size()) {
                if (!escape()) return nullptr;
            } else if (c == '$' && begins_variable()) {
                if (!variable()) return nullptr;
            } else if (c == '@' && begins_array()) {
                if (!array()) return nullptr;
            } else {
                literal(c);
                ++at_;
            }
        }
        while (groups_.size() > 1) {
            if (!close_group()) return nullptr;
        }
        flush();
        auto& parts = groups_.front().parts;
        if (parts.empty()) return p_.text_node("", start);
        if (parts.size() == 1 && parts.front()->op == Op::constant) {
            parts.front()->offset = start;
            return p_.finish(parts.front());
        }
        return p_.make(Op::join, start, std::move(parts));
    }

  private:
    struct Group {
        char mark = 0;
        char first = 0;  ///< \u or \l that waits for the next piece
        std::string text;
        std::vector<NodePtr> parts;
    };

    char peek(std::size_t ahead) const { return at_ + ahead < quoted_.body.size() ? quoted_.body[at_ + ahead] : '\0'; }
    std::size_t position() const { return quoted_.offset + at_; }

    void literal(char c) {
        Group& group = groups_.back();
        group.text += with_case(c, group.first);
        group.first = 0;
    }

    bool escape() {
        const char c = peek(1);
        if (is_case_mark(c)) return case_mark(c);
        if (groups_.back().mark == 'Q' && kind_ == Quote::pattern) {
            literal('\\');
            ++at_;
            return true;
        }
        if (c == '$' && is_name_start(peek(2))) {
            // LLNG rewrites the name although the backslash was meant to keep it
            at_ += 2;
            std::size_t end = at_;
            while (end < quoted_.body.size() && is_name_char(quoted_.body[end])) ++end;
            const auto name = quoted_.body.substr(at_, end - at_);
            for (const char out : rewritten_variable(name)) {
                if (kind_ == Quote::pattern && (out == '$' || out == '{' || out == '}')) literal('\\');
                literal(out);
            }
            at_ = end;
            return true;
        }
        if (kind_ == Quote::pattern) {
            literal('\\');
            literal(c);
            at_ += 2;
            return true;
        }
        std::string text;
        const std::size_t place = position();
        if (!append_escape(quoted_.body, at_, text)) {
            p_.fail(place, "syntax", "a malformed escape in a text");
            return false;
        }
        for (const char out : text) literal(out);
        return true;
    }

    bool case_mark(char c) {
        at_ += 2;
        if (c == 'E') return groups_.size() == 1 || close_group();
        if (c == 'u' || c == 'l') {
            flush();
            groups_.back().first = c;
            return true;
        }
        if (groups_.size() > p_.limits_.nesting / 4) {
            p_.fail(position(), "too-large", "too many \\U, \\L and \\Q within each other");
            return false;
        }
        // \L and \U end each other
        if (c != 'Q' && groups_.back().mark != 0 && groups_.back().mark != 'Q' && !close_group()) return false;
        flush();
        // `\L\u$1` means `\u\L$1`
        const bool swapped = c != 'Q' && peek(0) == '\\' && (peek(1) == 'u' || peek(1) == 'l');
        if (swapped) {
            groups_.back().first = peek(1);
            at_ += 2;
        }
        groups_.emplace_back();
        groups_.back().mark = c;
        return true;
    }

    bool close_group() {
        flush();
        Group group = std::move(groups_.back());
        groups_.pop_back();
        if (group.parts.empty()) return true;
        const std::size_t start = group.parts.front()->offset;
        NodePtr joined = p_.make(Op::join, start, std::move(group.parts));
        if (!joined) return false;
        const auto* name = group.mark == 'U' ? "uc" : group.mark == 'Q' ? "quotemeta" : "lc";
        return append(call(name, joined));
    }

    NodePtr call(std::string_view name, const NodePtr& argument) {
        NodePtr node = p_.make(Op::call, argument->offset, {argument});
        if (node) node->function = find_function(name);
        return node;
    }

    bool append(NodePtr node) {
        if (!node) return false;
        Group& group = groups_.back();
        flush();
        if (group.first != 0) {
            node = call(group.first == 'u' ? "ucfirst" : "lcfirst", node);
            group.first = 0;
            if (!node) return false;
        }
        group.parts.push_back(std::move(node));
        return true;
    }

    void flush() {
        Group& group = groups_.back();
        if (group.text.empty()) return;
        group.parts.push_back(p_.text_node(std::move(group.text), position()));
        group.text.clear();
    }

    bool begins_variable() const {
        const char next = peek(1);
        if (is_name_start(next) || is_digit(next)) return next != '0';
        if (next == '{') return is_name_start(peek(2)) || peek(2) == '\\' || peek(2) == '$' || is_blank(peek(2));
        if (next == '$') return is_name_start(peek(2)) || peek(2) == '{';
        if (next == '&') return true;
        if (kind_ == Quote::pattern) return false;
        return next == '`' || next == '\'' || next == '+' || (next == '-' && peek(2) == '[');
    }

    bool begins_array() const {
        const char next = peek(1);
        return is_name_start(next) || next == '{' || (next == '$' && is_name_start(peek(2)));
    }

    /// Parses in place, with the scanner moved into the text.
    template <class Parse>
    NodePtr in_place(Parse parse) {
        const Scanner outside = p_.in_;
        p_.in_.move_to(position());
        NodePtr node = parse();
        const std::size_t end = p_.in_.position();
        p_.in_ = outside;
        if (!node) return nullptr;
        if (end > quoted_.offset + quoted_.body.size()) {
            return p_.fail(position(), "syntax", "a variable in a text is not closed before the text ends");
        }
        at_ = end - quoted_.offset;
        return node;
    }

    bool variable() {
        return append(in_place([this] {
            NodePtr node = p_.variable(true);
            while (node && has_subscripts(*node)) {
                const bool arrow = p_.in_.looking_at("->[") || p_.in_.looking_at("->{");
                if (!arrow && !bracket_follows()) break;
                if (arrow) p_.in_.advance(2);
                node = p_.subscript(std::move(node), p_.in_.peek() == '[' ? Op::item : Op::member);
            }
            return node;
        }));
    }

    static bool has_subscripts(const Node& node) {
        return node.op == Op::variable || node.op == Op::item || node.op == Op::member || node.op == Op::topic;
    }

    /// Whether the bracket at the scanner is a subscript, not text or a part of the pattern.
    bool bracket_follows() const {
        const Scanner& in = p_.in_;
        if (in.position() >= quoted_.offset + quoted_.body.size()) return false;
        std::size_t i = 1;
        if (in.peek() == '{') {
            if (kind_ != Quote::pattern) return true;
            return !is_digit(in.peek(1)) && in.peek(1) != ',';
        }
        if (in.peek() != '[') return false;
        if (in.peek(1) == '$') return kind_ != Quote::pattern;
        if (in.peek(i) == '-') ++i;
        const std::size_t digits = i;
        while (is_digit(in.peek(i))) ++i;
        return i > digits && in.peek(i) == ']';
    }

    bool array() {
        if (is_name_start(peek(1))) {
            // no array is ever set: LLNG gives nothing for "me@example.org"
            const std::size_t start = position();
            std::size_t end = at_ + 1;
            while (end < quoted_.body.size() && is_name_char(quoted_.body[end])) ++end;
            const std::string name(quoted_.body.substr(at_ + 1, end - at_ - 1));
            p_.remark(start, Problem::Severity::warning, "array-in-text",
                      "@" + name + " is an empty array here, as in Perl; write \\@" + name);
            at_ = end;
            return true;
        }
        if (peek(1) == '$') {
            p_.fail(position(), "syntax", "'@$' in a text stands for an array; write \\@$ for an at sign");
            return false;
        }
        return append(in_place([this] { return p_.dereferenced('@'); }));
    }

    Parser& p_;
    const Quoted& quoted_;
    Quote kind_;
    std::size_t at_ = 0;
    std::vector<Group> groups_;
};

NodePtr Parser::interpolate(const Quoted& quoted, Quote kind, std::size_t start) {
    return Interpolation(*this, quoted, kind).run(start);
}

}  // namespace sso::expr
