// The slow evaluator's patterns.
#include <algorithm>
#include <array>

#include "tests/reference/tree_evaluator.hpp"

namespace sso::reference {
namespace {

using expr::Node;
using expr::Op;

constexpr std::size_t kGroups = 32;

}  // namespace

expr::Regex TreeEvaluator::regex(const Node& node) {
    const std::string pattern = node.constant_pattern ? node.text : text_of(scalar(*node.children.at(1)));
    auto compiled = expr::Regex::compile(pattern, node.pattern.flags, 100'000, expr::Regex::Jit::no);
    if (!compiled) throw Failure();
    return std::move(*compiled);
}

std::string TreeEvaluator::subject(const Node& node) {
    const bool given = !node.children.empty() && node.children.front() != nullptr;
    return text_of(given ? operand(node, 0) : topic_);
}

bool TreeEvaluator::search(const expr::Regex& regex, const std::string& subject, std::size_t start, bool not_empty,
                           Match& match) {
    std::array<expr::Span, kGroups> spans{};
    const auto outcome = regex.search(subject, start, not_empty, spans.data(), spans.size());
    if (outcome == expr::SearchOutcome::limit) throw BeyondReach();
    if (outcome == expr::SearchOutcome::not_found) return false;
    match = {subject, {spans.begin(), spans.begin() + regex.groups() + 1}};
    last_match_ = match;
    return true;
}

bool TreeEvaluator::matches(const Node& node) {
    const std::string searched = subject(node);
    Match match;
    return search(regex(node), searched, 0, false, match);
}

Value TreeEvaluator::group(const Match& match, std::size_t number) const {
    if (number >= match.spans.size() || match.spans[number].start == expr::kUnset) return {};
    const expr::Span span = match.spans[number];
    return Value::of(match.subject.substr(span.start, span.end - span.start));
}

std::vector<Value> TreeEvaluator::match_list(const Node& node) {
    const std::string searched = subject(node);
    const expr::Regex pattern = regex(node);
    List result;
    Match match;
    std::size_t start = 0;
    bool after_empty = false;
    while (start <= searched.size() && search(pattern, searched, start, after_empty, match)) {
        for (std::size_t i = 1; i < match.spans.size(); ++i) result.push_back(group(match, i));
        if (match.spans.size() == 1) result.push_back(node.pattern.global ? group(match, 0) : Value::of(1.0));
        if (!node.pattern.global) break;
        after_empty = match.spans[0].start == match.spans[0].end;
        start = match.spans[0].end;
    }
    return result;
}

Value TreeEvaluator::substitute(const Node& node) {
    const bool given = node.children.front() != nullptr;
    const Value original = given ? operand(node, 0) : topic_;
    const std::string searched = text_of(original);
    const expr::Regex pattern = regex(node);
    std::string result;
    std::size_t copied = 0;
    std::size_t start = 0;
    bool after_empty = false;
    bool changed = false;
    Match match;
    while (start <= searched.size() && search(pattern, searched, start, after_empty, match)) {
        changed = true;
        result += searched.substr(copied, match.spans[0].start - copied);
        result += text_of(scalar(*node.children.back()));
        copied = match.spans[0].end;
        after_empty = match.spans[0].start == match.spans[0].end;
        start = match.spans[0].end;
        if (!node.pattern.global) break;
    }
    if (!changed) return original.is_defined() ? Value::of(searched) : Value();
    return Value::of(result + searched.substr(copied));
}

Value TreeEvaluator::transliterate(const Node& node) {
    const auto& options = *node.transliteration;
    if (options.complement) throw BeyondReach();
    const std::string& to = options.to.empty() && !options.remove ? options.from : options.to;
    std::string result;
    double count = 0;
    std::string last;
    for (const char c : subject(node)) {
        const auto at = options.from.find(c);
        if (at == std::string::npos) {
            result += c;
            last.clear();
            continue;
        }
        ++count;
        if (at >= to.size() && options.remove) continue;
        const std::string made(1, at < to.size() ? to[at] : to.back());
        if (options.squeeze && made == last) continue;
        result += made;
        last = made;
    }
    if (node.pattern.negated) return Value::of_truth(count == 0);
    return options.returns ? Value::of(result) : Value::of(count);
}

std::vector<Value> TreeEvaluator::split(const Node& node) {
    const std::string searched = node.children.size() > 1 ? text_of(operand(node, 1)) : text_of(topic_);
    if (node.children.size() > 2) throw BeyondReach();
    const Node& separator = *node.children.front();
    const bool literal = separator.op == Op::match;
    if (!literal && separator.text == " ") throw BeyondReach();
    if (searched.empty()) return {};
    const std::string source = literal && separator.constant_pattern ? separator.text
                               : literal                             ? text_of(scalar(*separator.children.at(1)))
                                                                     : text_of(scalar(separator));
    auto pattern = expr::Regex::compile(source, separator.pattern.flags, 100'000, expr::Regex::Jit::no);
    if (!pattern) throw Failure();
    List pieces;
    std::size_t from = 0;
    std::size_t start = 0;
    Match match;
    // splitting leaves the groups of the last match alone
    const auto kept = last_match_;
    while (start <= searched.size() && search(*pattern, searched, start, true, match)) {
        const expr::Span whole = match.spans[0];
        if (whole.start >= searched.size()) break;
        start = whole.end;
        if (whole.start == whole.end && whole.start == from) continue;
        pieces.push_back(Value::of(searched.substr(from, whole.start - from)));
        for (std::size_t i = 1; i < match.spans.size(); ++i) pieces.push_back(group(match, i));
        from = whole.end;
    }
    last_match_ = kept;
    pieces.push_back(Value::of(searched.substr(from)));
    while (!pieces.empty() && text_of(pieces.back()).empty()) pieces.pop_back();
    return pieces;
}

}  // namespace sso::reference
