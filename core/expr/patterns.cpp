// Patterns at work: matching, substitution, transliteration, splitting.
#include <algorithm>

#include "core/expr/machine.hpp"

namespace sso::expr {
namespace {

constexpr const char* kSearchTooLong = "the search for a pattern takes too long";

}  // namespace

const Regex* Machine::regex_of(const Instruction& in) {
    if (in.regex != nullptr) return in.regex;
    const std::string_view pattern = text(operand_value(in, 1));
    return failed_ ? nullptr : runtime_regex(pattern, in.pattern.flags);
}

bool Machine::charge_search(std::string_view subject, std::size_t start) {
    constexpr std::size_t kSearchSteps = 20;  // even a failing search may try as often as the match limit allows
    if (subject.size() > limits().subject_bytes) return refuse("a text is too long to be searched");
    return charge(kSearchSteps + (subject.size() - start) / 64);
}

bool Machine::finds(const Regex& regex, std::string_view subject) {
    if (!charge_search(subject, 0)) return false;
    const SearchOutcome outcome = regex.find(subject);
    if (outcome == SearchOutcome::limit) return refuse(kSearchTooLong);
    return outcome == SearchOutcome::found;
}

bool Machine::hold(const AttributeTests& chain) {
    constexpr std::size_t kInstructions = 3;  // that a test stands for
    bool result = false;
    for (const AttributeTest& test : chain.tests) {
        if (!charge(kInstructions)) return false;
        std::string_view found = environment_->plain_text(test.name);
        if (found.data() == nullptr) found = text(environment_->value(test.name));
        if (test.regex != nullptr) {
            result = finds(*test.regex, found) != test.negated;
        } else {
            result =
                (found.size() == test.text.size() && charge_bytes(found.size()) && found == test.text) != test.negated;
        }
        if (failed_) return false;
        if (result == chain.any) return result;
    }
    return result;
}

std::optional<bool> Machine::search(const Regex& regex, std::string_view subject, std::size_t start,
                                    bool not_empty_at_start, std::span<Span> spans) {
    if (!charge_search(subject, start)) return std::nullopt;
    switch (regex.search(subject, start, not_empty_at_start, spans.data(), spans.size())) {
        case SearchOutcome::found:
            return true;
        case SearchOutcome::not_found:
            return false;
        default:
            refuse(kSearchTooLong);
            return std::nullopt;
    }
}

void Machine::remember(const Regex& regex, std::string_view subject, std::span<const Span> spans) noexcept {
    if (!code_.uses_captures) return;
    captures_.subject = subject;
    captures_.regex = &regex;
    captures_.count = std::min<std::size_t>(kGroups, regex.groups() + 1);
    for (std::size_t i = 0; i < captures_.count; ++i) {
        captures_.spans[i] = i < spans.size() ? spans[i] : Span{kUnset, kUnset};
    }
}

bool Machine::matches(const Instruction& in) {
    const std::string_view subject = subject_of(in);
    if (failed_) return false;
    const Regex* regex = regex_of(in);
    if (regex == nullptr) return false;
    const bool found = code_.uses_captures ? matches_groups(*regex, subject) : finds(*regex, subject);
    return found != in.pattern.negated && !failed_;
}

bool Machine::matches_groups(const Regex& regex, std::string_view subject) {
    std::array<Span, kGroups> spans;  // NOLINT: filled as far as it is read
    const auto groups = std::span(spans).first(std::min<std::size_t>(kGroups, regex.groups() + 1));
    const bool found = search(regex, subject, 0, false, groups).value_or(false);
    if (found) remember(regex, subject, groups);
    return found;
}

void Machine::match_list(const Instruction& in, Items& out) {
    const std::string_view subject = subject_of(in);
    if (failed_) return;
    const Regex* regex = regex_of(in);
    if (regex == nullptr) return;
    std::array<Span, kGroups> spans;  // NOLINT: filled as far as it is read
    const std::size_t wanted = std::min<std::size_t>(kGroups, regex->groups() + 1);
    const auto groups = std::span(spans).first(wanted);
    const auto piece = [&](const Span& span) {
        return span.start == kUnset ? Value() : Value::of(subject.substr(span.start, span.end - span.start));
    };
    std::size_t start = 0;
    bool after_empty = false;
    while (start <= subject.size()) {
        const auto found = search(*regex, subject, start, after_empty, groups);
        if (!found || !*found) return;
        remember(*regex, subject, groups);
        if (wanted > 1) {
            for (std::size_t i = 1; i < wanted; ++i) out.push(piece(groups[i]));
        } else {
            out.push(in.pattern.global ? piece(groups[0]) : Value::of(std::int64_t{1}));
        }
        if (!in.pattern.global || failed_) return;
        after_empty = groups[0].start == groups[0].end;
        start = groups[0].end;
    }
}

Value Machine::group(std::size_t number) {
    if (number >= captures_.count || captures_.spans[number].start == kUnset) return {};
    const Span span = captures_.spans[number];
    return Value::of(captures_.subject.substr(span.start, span.end - span.start));
}

Value Machine::capture(const Instruction& in) {
    if (captures_.regex == nullptr) return {};
    const Span whole = captures_.spans[0];
    switch (in.op) {
        case Op::capture:
            return group(static_cast<std::size_t>(in.constant.integer));
        case Op::capture_whole:
            return group(0);
        case Op::capture_before:
            return Value::of(captures_.subject.substr(0, whole.start));
        case Op::capture_after:
            return Value::of(captures_.subject.substr(whole.end));
        case Op::capture_last: {
            std::size_t last = captures_.count;
            while (last > 1 && captures_.spans[last - 1].start == kUnset) --last;
            return last > 1 ? group(last - 1) : Value();
        }
        case Op::capture_named: {
            const auto number = captures_.regex->group_number(text(operand_value(in, 0)));
            return number == 0 ? Value() : group(number);
        }
        default: {
            const std::int64_t number = integer_of(operand_value(in, 0));
            if (number < 0 || static_cast<std::size_t>(number) >= captures_.count) return {};
            const Span span = captures_.spans[static_cast<std::size_t>(number)];
            if (span.start == kUnset) return {};
            return Value::of(static_cast<std::int64_t>(in.op == Op::capture_start ? span.start : span.end));
        }
    }
}

Value Machine::substitute(const Instruction& in) {
    const Value original = in.implicit_subject ? topic_ : operand_value(in, 0);
    const std::string_view subject = text(original);
    if (failed_) return {};
    const Regex* regex = regex_of(in);
    if (regex == nullptr) return {};
    std::array<Span, kGroups> spans;  // NOLINT: filled as far as it is read
    const auto groups = std::span(spans).first(std::min<std::size_t>(kGroups, regex->groups() + 1));
    std::string result;
    std::size_t copied = 0;
    std::size_t start = 0;
    bool after_empty = false;
    bool changed = false;
    while (start <= subject.size()) {
        const auto found = search(*regex, subject, start, after_empty, groups);
        if (!found) return {};
        if (!*found) break;
        remember(*regex, subject, groups);
        changed = true;
        result += subject.substr(copied, groups[0].start - copied);
        result += text(operand_value(in, in.count - 1));
        if (failed_) return {};
        if (result.size() > limits().string_bytes) return fail(ErrorCode::limit, "a text grows beyond its bound");
        copied = groups[0].end;
        after_empty = groups[0].start == groups[0].end;
        start = groups[0].end;
        if (!in.pattern.global) break;
    }
    if (!changed) return original.defined() ? Value::of(subject) : Value();
    result += subject.substr(copied);
    return make_text(result);
}

Value Machine::transliterate(const Instruction& in) {
    const std::string_view subject = subject_of(in);
    if (failed_ || !charge_bytes(subject.size() * 4)) return {};
    const TransliterationOptions& options = *in.transliteration;
    // for each byte: -1 stays, -2 goes, else what it becomes
    std::array<int, 256> map;  // NOLINT: filled below
    map.fill(-1);
    const std::string& to = options.to.empty() && !options.remove ? options.from : options.to;
    if (options.complement) {
        std::size_t position = 0;
        for (std::size_t c = 0; c < 256; ++c) {
            if (options.from.find(static_cast<char>(c)) != std::string::npos) continue;
            if (options.to.empty()) {
                map[c] = options.remove ? -2 : static_cast<int>(c);
            } else if (position < options.to.size()) {
                map[c] = static_cast<unsigned char>(options.to[position++]);
            } else {
                map[c] = options.remove ? -2 : static_cast<unsigned char>(options.to.back());
            }
        }
    } else {
        for (std::size_t i = 0; i < options.from.size(); ++i) {
            int& target = map[static_cast<unsigned char>(options.from[i])];
            if (target != -1) continue;  // the first of several counts
            if (i < to.size()) {
                target = static_cast<unsigned char>(to[i]);
            } else {
                target = options.remove || to.empty() ? -2 : static_cast<unsigned char>(to.back());
            }
        }
    }
    std::string result;
    std::int64_t count = 0;
    int last = -1;
    for (const char c : subject) {
        const int target = map[static_cast<unsigned char>(c)];
        if (target == -1) {
            result += c;
            last = -1;
            continue;
        }
        ++count;
        if (target == -2) continue;
        if (options.squeeze && target == last) continue;
        result += static_cast<char>(target);
        last = target;
    }
    if (in.pattern.negated) return Value::of_truth(count == 0);
    return options.returns ? make_text(result) : Value::of(count);
}

void Machine::split_on_blanks(std::string_view subject, std::int64_t limit, Items& out) {
    constexpr std::string_view kBlanks = " \t\n\r\f\v";
    std::size_t at = std::min(subject.find_first_not_of(kBlanks), subject.size());
    std::int64_t pieces = 1;
    while (at < subject.size() && !failed_) {
        const std::size_t end = limit > 0 && pieces >= limit ? subject.npos : subject.find_first_of(kBlanks, at);
        out.push(Value::of(subject.substr(at, end == subject.npos ? end : end - at)));
        if (end == subject.npos || !charge(1)) return;
        ++pieces;
        at = std::min(subject.find_first_not_of(kBlanks, end), subject.size());
        if (at == subject.size()) out.push(Value::of(std::string_view("")));
    }
}

void Machine::split(const Instruction& in, Items& out) {
    const std::string_view subject = text(in.count > 1 ? operand_value(in, 1) : topic_);
    const std::int64_t limit = in.count > 2 ? integer_of(operand_value(in, 2)) : 0;
    if (failed_ || subject.empty()) return;
    if (subject.size() > limits().subject_bytes) {
        refuse("a text is too long to be split");
        return;
    }
    Items pieces(*this);
    if (in.pattern.separator) {
        split_on_blanks(subject, limit, pieces);
    } else {
        const Regex* regex = in.regex;
        if (regex == nullptr) {
            const std::string_view pattern = text(operand_value(in, 0));
            if (pattern == " ") {
                split_on_blanks(subject, limit, pieces);
            } else {
                regex = failed_ ? nullptr : runtime_regex(pattern, in.pattern.flags);
                if (regex == nullptr) return;
            }
        }
        std::array<Span, kGroups> spans;  // NOLINT: filled as far as it is read
        std::size_t from = 0;
        std::size_t start = 0;
        std::int64_t count = 1;
        while (regex != nullptr && start <= subject.size() && (limit <= 0 || count < limit)) {
            const auto groups = std::span(spans).first(std::min<std::size_t>(kGroups, regex->groups() + 1));
            const auto found = search(*regex, subject, start, true, groups);
            if (!found) return;
            if (!*found || groups[0].start >= subject.size()) break;
            const bool empty = groups[0].start == groups[0].end;
            if (!(empty && groups[0].start == from)) {
                pieces.push(Value::of(subject.substr(from, groups[0].start - from)));
                ++count;
                for (std::size_t i = 1; i < groups.size(); ++i) {
                    const bool set = groups[i].start != kUnset;
                    pieces.push(set ? Value::of(subject.substr(groups[i].start, groups[i].end - groups[i].start))
                                    : Value());
                }
                from = groups[0].end;
            }
            start = groups[0].end;
            if (failed_) return;
        }
        if (regex != nullptr) pieces.push(Value::of(subject.substr(from)));
    }
    std::size_t size = pieces.size();
    // trailing empty pieces go, unless a limit asks for them
    while (limit == 0 && size > 0 && (!pieces[size - 1].defined() || pieces[size - 1].size == 0)) --size;
    for (std::size_t i = 0; i < size && !failed_; ++i) out.push(pieces[i]);
}

}  // namespace sso::expr
