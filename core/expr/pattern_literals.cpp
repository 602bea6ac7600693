#include "core/expr/pattern_literals.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/text.hpp"

namespace sso::expr {
namespace {

constexpr std::size_t kMostTexts = 64;  // `(?:a|b)(?:c|d)…` doubles with each group
constexpr std::size_t kMostInClass = 4;
constexpr std::size_t kLongestText = 128;
constexpr std::size_t kMostRequired = 4;
constexpr std::size_t kDeepest = 100;

struct Text {
    std::string text;
    bool ignore_case = false;
};
using Texts = std::vector<Text>;
using Requirement = std::vector<PatternLiteral>;

/// A piece of a pattern, as far as it matters here.
struct Element {
    enum class Kind {
        texts,     ///< one of these, and nothing else
        anything,  ///< `.*`
        unknown,   ///< whatever it is, a match holds one text of each `required`
        start,
        end,
    };
    Kind kind = Kind::unknown;
    Texts texts{};
    std::vector<Requirement> required{};
};
using Sequence = std::vector<Element>;
using Branches = std::vector<Sequence>;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool holds_letter(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(), is_letter);
}

/// How well a text tells subjects apart. Every path begins with a slash.
std::size_t weight(const PatternLiteral& literal) noexcept {
    const std::size_t length = literal.text.size();
    if (literal.at_start) return length <= 1 ? 0 : length + 2;
    return literal.at_end ? length + 1 : (length <= 1 ? 0 : length);
}

std::size_t weight(const Requirement& requirement) noexcept {
    std::size_t least = ~std::size_t{0};
    for (const auto& literal : requirement) least = std::min(least, literal.text.empty() ? 0 : weight(literal));
    return requirement.empty() ? 0 : least;
}

void sort_by_weight(std::vector<Requirement>& requirements) {
    std::erase_if(requirements, [](const Requirement& requirement) { return weight(requirement) == 0; });
    std::stable_sort(requirements.begin(), requirements.end(),
                     [](const Requirement& a, const Requirement& b) { return weight(a) > weight(b); });
    if (requirements.size() > kMostRequired) requirements.resize(kMostRequired);
}

/// Reads a pattern from left to right. What it does not know for certain makes it give up: then nothing is known.
class Reader {
  public:
    explicit Reader(std::string_view pattern) : in_(pattern) {}

    PatternLiterals run() {
        const Branches branches = alternation(0);
        if (at_ != in_.size()) lost_ = true;
        PatternLiterals found;
        if (lost_) return found;
        if (auto texts = whole(branches); texts && !inexact_) {
            found.required.push_back(std::move(*texts));
            found.exact = true;
            return found;
        }
        found.required = required_of(branches);
        return found;
    }

  private:
    bool next_is(std::size_t ahead, char c) const { return at_ + ahead < in_.size() && in_[at_ + ahead] == c; }

    // reading

    Branches alternation(std::size_t depth) {
        Branches branches(1);
        if (depth > kDeepest) lost_ = true;
        while (at_ < in_.size() && in_[at_] != ')' && !lost_) {
            if (in_[at_] == '|') {
                ++at_;
                branches.emplace_back();
            } else {
                piece(branches.back(), depth);
            }
        }
        return branches;
    }

    /// An atom and what follows it: `*`, `{2,3}?` and the like.
    void piece(Sequence& into, std::size_t depth) {
        const bool dot = in_[at_] == '.';
        Sequence atom = this->atom(depth);
        if (lost_) return;
        const std::size_t before = at_;
        const auto repeat = this->repeat();
        if (lost_) return;
        if (!repeat) {
            std::move(atom.begin(), atom.end(), std::back_inserter(into));
            return;
        }
        if (atom.empty()) {  // `(?i)*`
            lost_ = true;
        } else if (dot && in_[before] == '*') {
            into.push_back({inexact_ ? Element::Kind::unknown : Element::Kind::anything});
        } else {
            repeated(into, collapse({std::move(atom)}), *repeat);
        }
    }

    struct Repeat {
        std::uint32_t least;
        bool once_at_most;
    };

    std::optional<Repeat> repeat() {
        if (at_ >= in_.size()) return std::nullopt;
        std::optional<Repeat> found;
        switch (in_[at_]) {
            case '*':
                found = {0, false};
                ++at_;
                break;
            case '+':
                found = {1, false};
                ++at_;
                break;
            case '?':
                found = {0, true};
                ++at_;
                break;
            case '{':
                found = counted();
                break;
            default:
                return std::nullopt;
        }
        if (next_is(0, '+')) inexact_ = true;  // possessive: never gives back
        if (next_is(0, '+') || next_is(0, '?')) ++at_;
        if (at_ < in_.size() && (in_[at_] == '*' || in_[at_] == '+' || in_[at_] == '?' || in_[at_] == '{'))
            lost_ = true;
        return found;
    }

    /// `{2}`, `{2,}`, `{2,3}`, `{,3}`.
    std::optional<Repeat> counted() {
        const std::size_t close = in_.find('}', at_);
        if (close == in_.npos) {
            lost_ = true;
            return std::nullopt;
        }
        const std::string_view inside = in_.substr(at_ + 1, close - at_ - 1);
        const std::size_t comma = std::min(inside.find(','), inside.size());
        const std::string_view least = inside.substr(0, comma);
        const std::string_view most = comma < inside.size() ? inside.substr(comma + 1) : least;
        const auto number = [](std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); };
        if (!number(least) || !number(most) || (least.empty() && most.empty())) {
            lost_ = true;
            return std::nullopt;
        }
        at_ = close + 1;
        const bool none = std::all_of(least.begin(), least.end(), [](char c) { return c == '0'; });
        return Repeat{none ? 0U : 1U, most == "1"};
    }

    Sequence atom(std::size_t depth) {
        const char c = in_[at_];
        switch (c) {
            case '(':
                return group(depth);
            case '[':
                return {bracket()};
            case '\\':
                return {escape()};
            case '^':
                ++at_;
                return {{Element::Kind::start}};
            case '$':
                ++at_;
                return {{Element::Kind::end}};
            case '.':
                ++at_;
                return {{}};
            case '*':
            case '+':
            case '?':
            case '{':
                lost_ = true;
                return {};
            default:
                ++at_;
                return {character(c)};
        }
    }

    Element character(char c) const {
        const bool folds = ignore_case_ && is_letter(c);
        const std::string text(1, c);
        return {Element::Kind::texts, {{folds ? to_lower(text) : text, folds}}};
    }

    Element escape() {
        const char c = at_ + 1 < in_.size() ? in_[at_ + 1] : '\0';
        at_ += 2;
        constexpr std::string_view kOneOfMany = "dDwWsShHvVtnrfeabB";
        if (c == 'A') return {Element::Kind::start};
        if (c == 'z' || c == 'Z') return {Element::Kind::end};
        if (kOneOfMany.find(c) != kOneOfMany.npos) return {};
        if (c < 0x20 || c > 0x7E || is_letter(c) || is_digit(c)) {
            lost_ = true;
            return {};
        }
        return character(c);
    }

    /// A character class: its members if they are few and plain.
    Element bracket() {
        ++at_;
        bool plain = !next_is(0, '^');
        if (!plain) ++at_;
        std::string members;
        for (bool first = true; first || !next_is(0, ']'); first = false) {
            if (at_ >= in_.size() || in_[at_] == '[') {  // `[[:alpha:]]`
                lost_ = true;
                return {};
            }
            char c = in_[at_++];
            if (c == '\\') {
                c = at_ < in_.size() ? in_[at_++] : '\0';
                constexpr std::string_view kOneOfMany = "dDwWsShHvVtnrfeab";
                if (kOneOfMany.find(c) != kOneOfMany.npos) {
                    plain = false;
                } else if (c < 0x20 || c > 0x7E || is_letter(c) || is_digit(c)) {
                    lost_ = true;
                    return {};
                }
            } else if (c == '-' && !first && !next_is(0, ']')) {
                plain = false;  // `[a-z]`
            }
            members += c;
        }
        ++at_;
        Element element;
        if (!plain || members.size() > kMostInClass) return element;
        element.kind = Element::Kind::texts;
        for (const char member : members) element.texts.push_back(character(member).texts.front());
        return element;
    }

    Sequence group(std::size_t depth) {
        const bool outer = ignore_case_;
        bool look_around = false;
        ++at_;
        if (next_is(0, '*')) {
            lost_ = true;
            return {};
        }
        if (next_is(0, '?')) {
            ++at_;
            if (next_is(0, '#')) {
                const std::size_t close = in_.find(')', at_);
                if (close == in_.npos) lost_ = true;
                at_ = close == in_.npos ? in_.size() : close + 1;
                return {};
            }
            const std::size_t less = next_is(0, '<') ? 1 : 0;
            look_around = next_is(less, '=') || next_is(less, '!');
            if (look_around) {
                at_ += less + 1;
            } else if (flags()) {
                return {};
            }
        }
        if (lost_) return {};
        Branches branches = alternation(depth + 1);
        ignore_case_ = outer;
        if (!next_is(0, ')')) lost_ = true;
        if (lost_) return {};
        ++at_;
        if (look_around) return {{}};
        if (branches.size() == 1 && !branches.front().empty()) return std::move(branches.front());
        return {collapse(branches)};
    }

    /// `i)`, `i-s:`, `:` behind `(?`. @return whether the group ends here, and what it says holds from here on
    bool flags() {
        bool on = true;
        while (at_ < in_.size()) {
            const char c = in_[at_++];
            switch (c) {
                case 'i':
                    ignore_case_ = on;
                    break;
                case '^':
                    ignore_case_ = false;
                    break;
                case '-':
                    on = false;
                    break;
                case 's':  // no line feed, no difference
                case 'n':
                case 'a':
                case 'u':
                case 'd':
                case 'l':
                    break;
                case ':':
                    return false;
                case ')':
                    return true;
                default:  // `m`, `x`, `>`, `<name>`, `R` and whatever else there is
                    lost_ = true;
                    return true;
            }
        }
        lost_ = true;
        return true;
    }

    // what it means

    /// Each text of `a` followed by each of `b`, or nothing when they are too many or too long.
    std::optional<Texts> joined(const Texts& a, const Texts& b) {
        if (a.size() * b.size() > kMostTexts) return std::nullopt;
        Texts all;
        for (const Text& first : a) {
            for (const Text& second : b) {
                if (first.text.size() + second.text.size() > kLongestText) return std::nullopt;
                Text text{first.text + second.text, first.ignore_case || second.ignore_case};
                if (text.ignore_case) text.text = to_lower(text.text);
                // part of it is particular about case: what is told is that it may match
                const auto particular = [](const Text& part) { return !part.ignore_case && holds_letter(part.text); };
                if (text.ignore_case && (particular(first) || particular(second))) inexact_ = true;
                all.push_back(std::move(text));
            }
        }
        return all;
    }

    std::optional<Texts> finite(const Sequence& sequence) {
        std::optional<Texts> texts = Texts{{}};
        for (const Element& element : sequence) {
            if (element.kind != Element::Kind::texts) return std::nullopt;
            texts = joined(*texts, element.texts);
            if (!texts) return std::nullopt;
        }
        return texts;
    }

    /// Several branches as one element.
    Element collapse(const Branches& branches) {
        Element element{Element::Kind::texts};
        for (const Sequence& sequence : branches) {
            auto texts = finite(sequence);
            if (!texts || element.texts.size() + texts->size() > kMostTexts) {
                return {Element::Kind::unknown, {}, required_of(branches)};
            }
            std::move(texts->begin(), texts->end(), std::back_inserter(element.texts));
        }
        return element;
    }

    void repeated(Sequence& into, Element element, const Repeat& repeat) {
        const bool texts = element.kind == Element::Kind::texts;
        if (texts && repeat.once_at_most && (repeat.least == 1 || element.texts.size() < kMostTexts)) {
            if (repeat.least == 0) element.texts.emplace_back();
            into.push_back(std::move(element));
            return;
        }
        if (repeat.least == 0) {
            into.emplace_back();
            return;
        }
        into.push_back(std::move(element));
        if (texts) into.emplace_back();
    }

    /// What is required of whatever matches `sequence`: each run of texts, with the anchors beside it.
    std::vector<Requirement> required_of(const Sequence& sequence) {
        std::vector<Requirement> found;
        std::optional<Texts> run;
        bool run_at_start = false;
        bool behind_start = false;
        const auto close = [&](bool at_end) {
            if (!run) return;
            Requirement requirement;
            for (Text& text : *run) {
                requirement.push_back({std::move(text.text), run_at_start, at_end, text.ignore_case});
            }
            found.push_back(std::move(requirement));
            run.reset();
        };
        for (const Element& element : sequence) {
            if (element.kind == Element::Kind::texts) {
                auto longer = run ? joined(*run, element.texts) : std::nullopt;
                if (!longer) {
                    close(false);
                    run_at_start = behind_start;
                    longer = element.texts;
                }
                run = std::move(longer);
            } else {
                close(element.kind == Element::Kind::end);
                found.insert(found.end(), element.required.begin(), element.required.end());
            }
            behind_start = element.kind == Element::Kind::start;
        }
        close(false);
        sort_by_weight(found);
        return found;
    }

    std::vector<Requirement> required_of(const Branches& branches) {
        if (branches.size() == 1) return required_of(branches.front());
        Requirement together;
        for (const Sequence& sequence : branches) {
            const auto required = required_of(sequence);
            if (required.empty() || together.size() + required.front().size() > kMostTexts) return {};
            together.insert(together.end(), required.front().begin(), required.front().end());
        }
        return {std::move(together)};
    }

    /// The texts that say all there is to say: `^a`, `^(?:a|b).*$`, `a$`, `.*a.*`.
    std::optional<Requirement> whole(const Branches& branches) {
        Requirement found;
        for (const Sequence& sequence : branches) {
            auto texts = whole(sequence);
            if (!texts || found.size() + texts->size() > kMostTexts) return std::nullopt;
            std::move(texts->begin(), texts->end(), std::back_inserter(found));
        }
        return found;
    }

    std::optional<Requirement> whole(const Sequence& sequence) {
        auto at = sequence.begin();
        const auto take = [&](Element::Kind kind) {
            const bool here = at != sequence.end() && at->kind == kind;
            if (here) ++at;
            return here;
        };
        bool at_start = take(Element::Kind::start);
        if (take(Element::Kind::anything)) at_start = false;
        const auto first = at;
        while (take(Element::Kind::texts)) continue;
        const auto texts = finite(Sequence(first, at));
        bool at_end = false;
        if (take(Element::Kind::anything)) {
            take(Element::Kind::end);
        } else {
            at_end = take(Element::Kind::end);
        }
        if (!texts || at != sequence.end()) return std::nullopt;
        Requirement found;
        for (const Text& text : *texts) {
            if (text.text.empty() && at_start && at_end) return std::nullopt;  // found nowhere but in nothing
            found.push_back({text.text, at_start, at_end, text.ignore_case});
        }
        return found;
    }

    std::string_view in_;
    std::size_t at_ = 0;
    bool ignore_case_ = false;
    bool inexact_ = false;  ///< what is required is true, but does not suffice
    bool lost_ = false;     ///< nothing is known
};

}  // namespace

PatternLiterals find_literals(std::string_view pattern) {
    return Reader(pattern).run();
}

}  // namespace sso::expr
