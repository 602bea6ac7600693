#include "core/rules/group.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/authn/filter.hpp"

namespace sso::rules {
namespace {

using Kind = GroupNode::Kind;

constexpr std::string_view kBlanks = " \t\r\n";
/// A filter of ten thousand opening parentheses must not be followed to its end, and one that is deeper than the
/// directory is asked would fail at each login.
constexpr std::size_t kDeepest = authn::kFilterDepth - 1;
/// How many closing braces are tried as the end of an expression: `{ $cn =~ /a{2}/ }` has two.
constexpr std::size_t kMostBraces = 32;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string_view trim_all(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Reads a filter; the first mistake stops it.
class FilterParser {
  public:
    FilterParser(std::string_view text, std::size_t base, const ExpressionCompiler& compile)
        : text_(text), base_(base), compile_(compile) {}

    std::optional<GroupNode> parse() {
        auto node = parse_filter(0);
        if (node && filter_bytes_ > authn::kFilterBytes) {
            surely_filter_ = true;
            at_ = 0;
            return wrong("the filter is too long; make several groups of it");
        }
        if (node && at_ != text_.size()) return wrong("nothing may follow the filter's last ')'");
        return node;
    }
    /// Whether the text can only be meant as a filter, so that its mistakes are worth telling.
    [[nodiscard]] bool is_surely_filter() const noexcept { return surely_filter_; }
    [[nodiscard]] const std::optional<expr::Problem>& problem() const noexcept { return problem_; }

  private:
    std::nullopt_t wrong(std::string message) {
        if (!problem_) {
            problem_ = expr::Problem{expr::Problem::Severity::error, base_ + at_, "syntax", std::move(message)};
        }
        return std::nullopt;
    }
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

    std::optional<GroupNode> parse_filter(std::size_t depth) {
        if (depth > kDeepest) return wrong("the filter is nested too deep");
        if (peek() != '(') return wrong("an LDAP filter begins with '(' here");
        ++at_;
        std::optional<GroupNode> node;
        switch (peek()) {
            case '&':
                node = parse_operands(Kind::all, depth);
                break;
            case '|':
                node = parse_operands(Kind::any, depth);
                break;
            case '!':
                node = parse_operands(Kind::none_of, depth);
                break;
            default:
                node = parse_item();
        }
        if (!node) return std::nullopt;
        if (peek() != ')') return wrong("a ')' is missing here");
        ++at_;
        return node;
    }

    std::optional<GroupNode> parse_operands(Kind kind, std::size_t depth) {
        ++at_;
        filter_bytes_ += 3;  // "(&)"
        if (kind != Kind::none_of) surely_filter_ = true;
        GroupNode node;
        node.kind = kind;
        for (skip_blanks(); peek() == '(' || peek() == '{'; skip_blanks()) {
            auto operand = peek() == '(' ? parse_filter(depth + 1) : parse_expression();
            if (!operand) return std::nullopt;
            surely_filter_ = true;
            node.operands.push_back(std::move(*operand));
        }
        if (kind == Kind::none_of && node.operands.size() != 1) return wrong("'!' takes one operand, in parentheses");
        if (peek() != ')') return wrong("an operand begins with '(', or with '{' if it is an expression");
        return node;
    }

    /// `{ … }`: up to the first closing brace before which stands an expression and after which the filter goes on.
    std::optional<GroupNode> parse_expression() {
        surely_filter_ = true;
        const std::size_t open = at_ + 1;
        std::optional<std::size_t> only_end;  // for the report, when no reading is right
        std::size_t tried = 0;
        for (std::size_t close = text_.find('}', open); close != text_.npos && tried < kMostBraces;
             close = text_.find('}', close + 1)) {
            const std::size_t next = std::min(text_.find_first_not_of(kBlanks, close + 1), text_.size());
            if (next == text_.size() || std::string_view("(){").find(text_[next]) == std::string_view::npos) continue;
            ++tried;
            if (!only_end) only_end = close;
            auto program = compile_(text_.substr(open, close - open), base_ + open, Reporting::quietly);
            if (program == nullptr) continue;
            at_ = close + 1;
            GroupNode node;
            node.program = std::move(program);
            return node;
        }
        if (!only_end) return wrong("this '{' is not closed");
        static_cast<void>(compile_(text_.substr(open, *only_end - open), base_ + open, Reporting::aloud));
        return std::nullopt;
    }

    /// attribute, operator, value (RFC 4515 §3): `uid=x`, `cn=Jean*`, `age>=18`, `cn:dn:2.5.13.2:=x`.
    std::optional<GroupNode> parse_item() {
        const std::size_t start = at_;
        if (!is_letter(peek()) && !is_digit(peek()) && peek() != ':')
            return wrong("an attribute's name is missing here");
        const std::size_t digits_end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
        if (is_digit(peek()) && (digits_end == text_.size() || text_[digits_end] != '.')) {
            return wrong("a number is no attribute's name");  // `(1 == 1)` is an expression
        }
        while (is_letter(peek()) || is_digit(peek()) ||
               std::string_view("-.;:_").find(peek()) != std::string_view::npos) {
            if (at_ == text_.size()) break;
            ++at_;
        }
        if (peek() == '>' || peek() == '<' || peek() == '~') ++at_;
        if (peek() != '=') return wrong("a comparison such as '=' is missing here");
        ++at_;
        while (at_ < text_.size() && peek() != '(' && peek() != ')') {
            const char c = peek();
            if (c == '$') return wrong("'$' has no meaning in an LDAP filter; write {expression} as an operand");
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return wrong("a control character");
            if (c == '\\' && (at_ + 2 >= text_.size() || !is_hex(text_[at_ + 1]) || !is_hex(text_[at_ + 2]))) {
                return wrong("a backslash is followed by two hexadecimal digits (RFC 4515 §3)");
            }
            ++at_;
        }
        GroupNode node;
        node.kind = Kind::item;
        node.item = std::string(text_.substr(start, at_ - start));
        // What the directory would not be asked is a mistake of the configuration, and not of each login.
        if (const auto askable = authn::check_filter('(' + node.item + ')'); !askable) {
            at_ = start;
            return wrong("the directory cannot be asked this: " + askable.error().detail);
        }
        filter_bytes_ += node.item.size() + 2;
        return node;
    }

    std::string_view text_;
    std::size_t base_;
    const ExpressionCompiler& compile_;
    std::size_t at_ = 0;
    std::size_t filter_bytes_ = 0;  // of what the directory would be asked at most
    bool surely_filter_ = false;
    std::optional<expr::Problem> problem_;
};

std::string wrapped(char op, const std::vector<std::string>& filters) {
    std::string joined = "(";
    joined += op;
    for (const std::string& filter : filters) joined += filter;
    return joined + ')';
}

Result<Folded> fold_node(const GroupNode& node, const expr::Environment& environment) {
    if (node.kind == Kind::item) return Folded('(' + node.item + ')');
    if (node.kind == Kind::expression) {
        return node.program->test(environment).map([](bool truth) { return Folded(truth); });
    }
    // Of `&` and `|`: an operand that decides, decides; one that cannot is dropped. All dropped: an empty `&` is true
    // and an empty `|` false (RFC 4526).
    const bool deciding = node.kind == Kind::any;
    std::vector<std::string> filters;
    for (const GroupNode& operand : node.operands) {
        auto folded = fold_node(operand, environment);
        if (!folded) return folded;
        const bool* known = std::get_if<bool>(&*folded);
        if (node.kind == Kind::none_of) {
            if (known != nullptr) return Folded(!*known);
            return Folded(wrapped('!', {std::get<std::string>(*folded)}));
        }
        if (known == nullptr) {
            filters.push_back(std::get<std::string>(std::move(*folded)));
        } else if (*known == deciding) {
            return Folded(deciding);
        }
    }
    if (filters.empty()) return Folded(!deciding);
    if (filters.size() == 1) return Folded(std::move(filters.front()));
    return Folded(wrapped(node.kind == Kind::any ? '|' : '&', filters));
}

bool holds_filter(const GroupNode& node) {
    return node.kind == Kind::item || std::any_of(node.operands.begin(), node.operands.end(), holds_filter);
}

}  // namespace

std::unique_ptr<Group> Group::parse(std::string_view definition, const ExpressionCompiler& compile,
                                    expr::Problem& problem) {
    const std::string_view text = trim_all(definition);
    const std::size_t base = text.empty() ? 0 : static_cast<std::size_t>(text.data() - definition.data());
    const auto of_expression = [&](std::string_view source, std::size_t offset) -> std::unique_ptr<Group> {
        GroupNode node;
        node.program = compile(source, offset, Reporting::aloud);
        if (node.program == nullptr) return nullptr;
        return std::unique_ptr<Group>(new Group(std::move(node)));
    };
    if (text.size() >= 2 && text.front() == '{' && text.back() == '}') {
        return of_expression(text.substr(1, text.size() - 2), base + 1);
    }
    if (text.size() >= 2 && text.front() == '(' && text.back() == ')') {
        FilterParser parser(text, base, compile);
        if (auto node = parser.parse()) return std::unique_ptr<Group>(new Group(std::move(*node)));
        if (parser.is_surely_filter()) {
            if (parser.problem()) problem = *parser.problem();
            return nullptr;
        }
    }
    return of_expression(text, base);
}

Result<Folded> Group::fold(const expr::Environment& environment) const {
    return fold_node(root_, environment);
}

bool Group::has_filter() const noexcept {
    return holds_filter(root_);
}

}  // namespace sso::rules
