#include "core/expr/program.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/base/text.hpp"
#include "core/expr/code.hpp"
#include "core/expr/compiler.hpp"
#include "core/expr/machine.hpp"
#include "core/expr/parser.hpp"

namespace sso::expr {
namespace {

/// Characters that hide what an expression says: controls, direction marks, invisible blanks, the byte order mark.
std::optional<std::size_t> find_control(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == 0x7F || (c < 0x20 && c != '\t' && c != '\n' && c != '\r')) return i;
        if (c < 0xC2) continue;
        const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const auto third = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0U;
        if (c == 0xC2 && second < 0xA0) return i;                                     // U+0080 to U+009F
        if (c == 0xE2 && second == 0x80 && third >= 0x8B && third <= 0x8F) return i;  // U+200B to U+200F
        if (c == 0xE2 && second == 0x80 && third >= 0xA8 && third <= 0xAE) return i;  // U+2028 to U+202E
        if (c == 0xE2 && second == 0x81 && third >= 0xA0 && third <= 0xAF) return i;  // U+2060 to U+206F
        if (c == 0xEF && second == 0xBB && third == 0xBF) return i;                   // U+FEFF
    }
    return std::nullopt;
}

std::optional<Problem> refuse_text(std::string_view source, const Limits& limits) {
    if (source.size() > limits.source_bytes) {
        return Problem{Problem::Severity::error, limits.source_bytes, "too-large",
                       "the expression is longer than " + std::to_string(limits.source_bytes) + " bytes"};
    }
    if (!is_utf8(source)) {
        std::size_t valid = 0;
        for (std::size_t length = 1; length <= 4 && valid < source.size();) {
            const bool sequence = is_utf8(source.substr(valid, length));
            valid += sequence ? length : 0;
            length = sequence ? 1 : length + 1;
        }
        return Problem{Problem::Severity::error, valid, "invalid-encoding", "bytes that are not UTF-8"};
    }
    if (const auto control = find_control(source)) {
        return Problem{Problem::Severity::error, *control, "control-characters",
                       "an invisible character: " + printable(source.substr(*control, 4))};
    }
    return std::nullopt;
}

bool is_filter_start(std::string_view source) noexcept {
    const auto start = source.find_first_not_of(" \t\r\n");
    if (start == source.npos) return false;
    const std::string_view head = source.substr(start, 2);
    return head == "(|" || head == "(&" || head == "(!";
}

bool has_error(const std::vector<Problem>& problems) noexcept {
    return std::any_of(problems.begin(), problems.end(),
                       [](const Problem& problem) { return problem.severity == Problem::Severity::error; });
}

/// The text that is parsed. LLNG puts ` // ''` behind a header's, which decides the context: `split /;/, $x` gives
/// its count, `reverse $x` a list.
std::string parsed_text(std::string_view source, Purpose purpose) {
    if (purpose != Purpose::header) return std::string(source);
    if (source == "0" || source.empty()) return "''";
    return std::string(source) + " // ''";
}

/// The value of the whole program, or why there is none.
Result<Value> run(const Code& code, Machine& machine) {
    Value value;
    if (code.list_context) {
        Items items(machine);
        machine.list(code.root, items);
        if (items.size() > 0) value = items[0];
    } else {
        value = machine.scalar(code.root);
    }
    if (machine.failed()) return tl::unexpected<Error>(machine.take_error());
    return value;
}

/// The value's text; a number is written into `room`.
Result<std::string_view> bounded_text(const Code& code, const Value& value, NumberText& room) {
    const std::string_view text = text_of(value, room);
    if (text.size() > code.limits.string_bytes) return fail(ErrorCode::limit, "the value is longer than its bound");
    return text;
}

/// Empty where it is undefined; data() is null where it is no text.
inline std::string_view text_of(const TextPart& part, const Environment& environment) {
    if (part.op == Op::constant) return part.text;
    if (part.op == Op::request) return or_empty(environment.request(*part.request));
    const std::string_view text = environment.plain_text(part.text);
    if (text.data() != nullptr) return text;
    return environment.value(part.text).defined() ? text : or_empty(text);
}

/// The parts' texts, one after the other; data() is null where one is no text, or they are longer than `room`.
[[gnu::noinline]] std::string_view joined(const std::vector<TextPart>& parts, const Environment& environment,
                                          std::span<char> room) {
    std::size_t size = 0;
    for (const TextPart& part : parts) {
        const std::string_view text = text_of(part, environment);
        if (text.data() == nullptr || text.size() > room.size() - size) return {};
        std::memcpy(room.data() + size, text.data(), text.size());
        size += text.size();
    }
    return {room.data(), size};
}

}  // namespace

Program::Program(std::shared_ptr<const Code> code) noexcept : code_(std::move(code)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

tl::expected<Program, std::vector<Problem>> Program::compile(std::string_view source, const CompileOptions& options,
                                                             std::vector<Problem>* warnings) {
    using Problems = std::vector<Problem>;
    if (auto problem = refuse_text(source, options.limits)) {
        return tl::unexpected<Problems>(Problems{std::move(*problem)});
    }
    Problems problems;
    const std::string text = parsed_text(source, options.purpose);
    const NodePtr root = Parser(text, options.limits, problems).parse();
    auto code = std::make_shared<Code>();
    code->source = source;
    code->limits = options.limits;
    code->list_context = options.purpose == Purpose::header;
    bool compiled = root != nullptr && !has_error(problems);
    if (compiled && root->op == Op::make_hash) {
        problems.push_back({Problem::Severity::error, root->offset, "legacy-group-syntax",
                            "'{…}' as a whole is always true; write the condition without the braces"});
        compiled = false;
    }
    if (compiled) compiled = Compiler(*code, options, problems).run(*root);
    for (auto& problem : problems) {
        problem.offset = std::min(problem.offset, source.size());
        const bool filter = problem.code == "syntax" && options.purpose == Purpose::group && is_filter_start(source);
        if (filter) problem.code = "legacy-group-syntax";
    }
    if (!compiled) return tl::unexpected<Problems>(std::move(problems));
    if (warnings != nullptr) std::move(problems.begin(), problems.end(), std::back_inserter(*warnings));
    return Program(std::move(code));
}

Result<bool> Program::test(const Environment& environment) const {
    if (code_->list_context) {
        auto outcome = evaluate(environment);
        if (!outcome) return tl::unexpected<Error>(std::move(outcome.error()));
        return outcome->truth;
    }
    Machine machine(*code_, &environment, nullptr);
    const bool result = machine.truth(code_->root);
    if (machine.failed()) return tl::unexpected<Error>(machine.take_error());
    return result;
}

Result<Outcome> Program::evaluate(const Environment& environment, std::vector<TraceStep>* trace) const {
    Machine machine(*code_, &environment, trace);
    const auto value = run(*code_, machine);
    if (!value) return error_of(value);
    NumberText room;
    const auto text = bounded_text(*code_, *value, room);
    if (!text) return error_of(text);
    return Outcome{sso::expr::truth(*value), !value->defined(), std::string(*text)};
}

std::string_view Program::render_short(const Environment& environment, TextRoom& room) const {
    const Code& code = *code_;
    if (code.only_part) {
        const std::string_view text = text_of(*code.only_part, environment);
        return text.size() <= code.longest_short ? text : std::string_view();
    }
    if (code.parts.empty()) return {};
    return joined(code.parts, environment, std::span(room.for_short).first(code.longest_short));
}

Result<std::string_view> Program::render(const Environment& environment, TextRoom& room) const {
    if (const auto text = render_short(environment, room); text.data() != nullptr) return text;
    auto outcome = evaluate(environment);
    if (!outcome) return error_of(outcome);
    room.for_others = std::move(outcome->text);
    return room.for_others;
}

bool Program::depends_on_request() const noexcept {
    return code_->of_request;
}

std::optional<bool> Program::constant() const noexcept {
    return code_->constant;
}

bool Program::may_skip() const noexcept {
    return code_->may_skip;
}

const std::string& Program::source() const noexcept {
    return code_->source;
}

}  // namespace sso::expr
