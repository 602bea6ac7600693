#include "core/rules/rule_index.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "core/base/text.hpp"
#include "core/expr/pattern_literals.hpp"

namespace sso::rules {
namespace {

/// Up to so many rules, looking for each one's texts costs less than a pass over the whole path.
constexpr std::size_t kFew = 8;
constexpr std::size_t kMostLiterals = 1U << 18U;
constexpr std::size_t kWord = sizeof(std::uint64_t);

/// The first bytes of `text`, or the last: then the last byte is where it is for every length.
std::uint64_t word_at(std::string_view text, bool end) noexcept {
    std::uint64_t word = 0;
    if (text.size() >= kWord) {
        std::memcpy(&word, text.data() + (end ? text.size() - kWord : 0), kWord);
    } else {
        std::memcpy(reinterpret_cast<char*>(&word) + (end ? kWord - text.size() : 0), text.data(), text.size());
    }
    return word;
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_letter(char c) noexcept {
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/// Whether `text`, in lower case if the case does not matter, stands in `path` at `start`.
bool stands_at(std::string_view text, bool ignore_case, std::string_view path, std::size_t start) noexcept {
    if (path.size() < text.size() || start > path.size() - text.size()) return false;
    const char* const at = path.data() + start;
    if (!ignore_case) return std::memcmp(text.data(), at, text.size()) == 0;
    return std::equal(text.begin(), text.end(), at, [](char a, char b) { return a == lower(b); });
}

bool stands_anywhere(std::string_view text, bool ignore_case, std::string_view path) noexcept {
    if (!ignore_case) return path.find(text) != path.npos;
    for (std::size_t start = 0; start + text.size() <= path.size(); ++start) {
        if (stands_at(text, true, path, start)) return true;
    }
    return false;
}

/// Of the texts that a pattern requires, one group for each rule: that which the fewest rules share.
class Chooser {
  public:
    explicit Chooser(const std::vector<expr::PatternLiterals>& all) {
        for (const auto& literals : all) {
            for (const auto& group : literals.required) {
                for (const auto& literal : group) ++rules_[key(literal)];
            }
        }
    }

    [[nodiscard]] const std::vector<expr::PatternLiteral>* choose(const expr::PatternLiterals& literals) const {
        const std::vector<expr::PatternLiteral>* best = nullptr;
        std::size_t best_share = 0;
        for (const auto& group : literals.required) {
            std::size_t share = 0;
            for (const auto& literal : group) share = std::max(share, rules_.at(key(literal)));
            if (best == nullptr || share < best_share) {
                best = &group;
                best_share = share;
            }
        }
        return best;
    }

  private:
    using Key = std::tuple<std::string, bool, bool>;
    static Key key(const expr::PatternLiteral& literal) {
        return {to_lower(literal.text), literal.at_start, literal.at_end};
    }
    std::map<Key, std::size_t> rules_;
};

}  // namespace

/// A path, with what comparing at its ends needs.
struct RuleIndex::Path {
    explicit Path(std::string_view path) : text(path), first(word_at(path, false)), last(word_at(path, true)) {}
    std::string_view text;
    std::uint64_t first, last;
};

/// Whether the bytes at the end of the path that it names are those of the text; none are looked at if it names no end.
/// In a path that is shorter, zero bytes stand against those of the text.
inline bool RuleIndex::Literal::may_stand(const Path& path) const noexcept {
    const std::uint64_t word = at_start ? path.first : path.last;
    return ((word | lower) & mask) == value;
}

void RuleIndex::Literal::compare_words() {
    const bool end = !at_start;
    value = word_at(text, end);
    mask = word_at(std::string(text.size(), '\xFF'), end);
    std::string bits(text.size(), '\0');
    if (ignore_case) {
        std::transform(text.begin(), text.end(), bits.begin(), [](char c) { return is_letter(c) ? '\x20' : '\0'; });
    }
    lower = word_at(bits, end);
}

/// Rules whose patterns are to be run.
class RuleIndex::Candidates {
  public:
    void add(std::uint32_t rule) noexcept {
        if (count_ > 0 && rules_[count_ - 1] == rule) return;
        if (count_ == rules_.size()) {
            too_many_ = true;
        } else {
            rules_[count_++] = rule;
        }
    }
    [[nodiscard]] bool too_many() const noexcept { return too_many_; }
    void sort() noexcept { std::sort(rules_.data(), rules_.data() + count_); }
    /// The lowest that is not below `least`, or kNone. @pre sorted
    [[nodiscard]] std::size_t next(std::size_t least) noexcept {
        while (at_ < count_ && rules_[at_] < least) ++at_;
        return at_ < count_ ? rules_[at_] : FirstMatch::kNone;
    }

  private:
    std::array<std::uint32_t, 64> rules_;  // NOLINT: filled as far as it is used
    std::size_t count_ = 0;
    std::size_t at_ = 0;
    bool too_many_ = false;
};

RuleIndex::RuleIndex(std::vector<PatternPointer> patterns) : patterns_(std::move(patterns)) {
    for (const PatternPointer& pattern : patterns_) longest_ = std::min(longest_, pattern->longest_subject());
    take_literals();
    if (std::min(patterns_.size(), unconditional_) <= kFew) {
        has_texts_of_all_ = std::adjacent_find(first_literal_.begin(), first_literal_.end()) == first_literal_.end();
        return;
    }
    std::vector<std::string> texts;
    for (const Literal& literal : literals_) texts.push_back(to_lower(literal.text));
    std::vector<LiteralAutomaton::Word> words;
    for (std::size_t i = 0; i < literals_.size(); ++i) words.push_back({texts[i], literals_[i].at_start});
    automaton_ = LiteralAutomaton::build(words);
    for (std::uint32_t rule = 0; rule + 1 < first_literal_.size(); ++rule) {
        if (first_literal_[rule] == first_literal_[rule + 1]) always_.push_back(rule);
    }
}

void RuleIndex::take_literals() {
    std::vector<expr::PatternLiterals> all;
    for (const auto& pattern : patterns_) {
        all.push_back(expr::find_literals(pattern->source()));
        const auto& found = all.back();
        const bool everywhere = found.exact && std::any_of(found.required.front().begin(), found.required.front().end(),
                                                           [](const auto& literal) { return literal.text.empty(); });
        if (!everywhere) continue;
        unconditional_ = all.size() - 1;
        all.pop_back();
        break;
    }
    const Chooser chooser(all);
    for (std::uint32_t rule = 0; rule < all.size(); ++rule) {
        first_literal_.push_back(static_cast<std::uint32_t>(literals_.size()));
        const auto* const group = chooser.choose(all[rule]);
        if (group == nullptr || literals_.size() + group->size() > kMostLiterals) continue;
        // among few, looking for a text anywhere is worth it only if there is nothing more to do
        const bool anchored =
            std::all_of(group->begin(), group->end(), [](const auto& l) { return l.at_start || l.at_end; });
        if (std::min(patterns_.size(), unconditional_) <= kFew && !all[rule].exact && !anchored) continue;
        for (const auto& [text, at_start, at_end, ignore_case] : *group) {
            Literal literal{text, rule, at_start, at_end, ignore_case, all[rule].exact};
            literal.needs_look = at_start == at_end || text.size() > kWord;
            if (at_start || at_end) literal.compare_words();
            literals_.push_back(std::move(literal));
        }
    }
    first_literal_.push_back(static_cast<std::uint32_t>(literals_.size()));
}

FirstMatch RuleIndex::find_first(std::string_view path, bool is_one_line) const {
    // texts say nothing of paths with a line feed, and too long a path is an error of the first pattern
    if (path.size() > longest_ || (!is_one_line && path.find('\n') != path.npos)) return try_each(path);
    if (automaton_) return find_among_many(path);
    return first_literal_.size() <= kFew + 1 ? find_among_few(path) : try_each(path);
}

[[gnu::cold]] FirstMatch RuleIndex::try_each(std::string_view path, std::size_t end) const {
    for (std::size_t rule = 0; rule < std::min(end, patterns_.size()); ++rule) {
        auto matched = patterns_[rule]->matches(path);
        if (!matched) return {rule, std::move(matched.error())};
        if (*matched) return {rule, std::nullopt};
    }
    return {};
}

[[gnu::noinline]] bool RuleIndex::stands(const Literal& literal, const Path& path) noexcept {
    const std::size_t length = literal.text.size();
    if (!literal.at_start && !literal.at_end) return stands_anywhere(literal.text, literal.ignore_case, path.text);
    if (literal.at_start && literal.at_end && path.text.size() != length) return false;
    if (length <= kWord) return true;
    return path.text.size() >= length &&
           stands_at(literal.text, literal.ignore_case, path.text, literal.at_start ? 0 : path.text.size() - length);
}

std::size_t RuleIndex::find_by_texts(std::string_view text) const noexcept {
    if (!has_texts_of_all_ || text.size() > longest_) return kUnsure;
    const Path path(text);
    for (const Literal& literal : literals_) {
        if (!literal.may_stand(path)) continue;
        if (literal.needs_look && !stands(literal, path)) continue;
        return literal.suffices ? literal.rule : kUnsure;
    }
    return unconditional_;
}

FirstMatch RuleIndex::find_among_few(std::string_view text) const {
    const Path path(text);
    const std::size_t rules = first_literal_.empty() ? 0 : first_literal_.size() - 1;
    for (std::size_t rule = 0; rule < rules; ++rule) {
        std::size_t at = first_literal_[rule];
        const std::size_t end = first_literal_[rule + 1];
        if (at != end) {
            while (at != end && !(literals_[at].may_stand(path) && stands(literals_[at], path))) ++at;
            if (at == end) continue;
            if (literals_[at].suffices) return {rule, std::nullopt};
        }
        auto matched = patterns_[rule]->matches(text);
        if (!matched) return {rule, std::move(matched.error())};
        if (*matched) return {rule, std::nullopt};
    }
    return {unconditional_, std::nullopt};
}

[[gnu::noinline]] FirstMatch RuleIndex::find_among_many(std::string_view path) const {
    std::size_t best = unconditional_;
    Candidates candidates;
    automaton_->scan(path, [&](std::uint32_t word, std::size_t start) {
        const Literal& literal = literals_[word];
        if (literal.rule >= best || !stands_at(literal.text, literal.ignore_case, path, start)) return;
        if (literal.at_end && start + literal.text.size() != path.size()) return;
        if (literal.suffices) {
            best = literal.rule;
        } else {
            candidates.add(literal.rule);
        }
    });
    if (candidates.too_many()) {
        auto tried = try_each(path, best);
        return tried.rule == FirstMatch::kNone ? FirstMatch{best, std::nullopt} : tried;
    }
    candidates.sort();
    auto always = always_.begin();
    for (std::size_t least = 0;;) {
        const std::size_t unknown = always != always_.end() ? *always : FirstMatch::kNone;
        const std::size_t rule = std::min(candidates.next(least), unknown);
        if (rule >= best) return {best, std::nullopt};
        auto matched = patterns_[rule]->matches(path);
        if (!matched) return {rule, std::move(matched.error())};
        if (*matched) return {rule, std::nullopt};
        if (rule == unknown) ++always;
        least = rule + 1;
    }
}

}  // namespace sso::rules
