#include "manager/ssoctl/expr_command.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <istream>
#include <ostream>
#include <sstream>
#include <string>

#include "core/base/text.hpp"
#include "core/rules/group.hpp"
#include "core/rules/rule_text.hpp"
#include "manager/ssoctl/exit.hpp"
#include "manager/ssoctl/expr_case.hpp"

namespace sso::ssoctl {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kUsage =
    "usage: ssoctl expr eval [--kind rule|header|macro|group] [--session FILE.json] [--env NAME=VALUE]…\n"
    "                        [--now EPOCH] [--json] EXPRESSION\n"
    "       ssoctl expr eval --jsonl FILE|-\n"
    "\n"
    "Evaluates an expression as the handler and the portal do and prints its value; with --jsonl one case a line\n"
    "(docs/expressions.md), and one answer a line.\n"
    "\n"
    "  --kind KIND       what the expression is for (rule); of a group's LDAP filter, what is left of it is printed\n"
    "  --session FILE    the session's attributes, one JSON object; - is standard input\n"
    "  --env NAME=VALUE  a variable of the request, $ENV{NAME}\n"
    "  --now EPOCH       the clock, in seconds since 1970\n"
    "  --json            print the answer as JSON, with the value of each part\n"
    "  --                what follows is the expression\n";

struct Options {
    std::optional<std::string> cases;
    std::optional<std::string> session;
    std::optional<std::string> expression;
    std::string kind = "rule";
    CaseEnvironment environment;
    bool as_json = false;
    bool help = false;
};

std::optional<std::string> take_option(Options& options, std::string_view name, std::string_view value) {
    if (name == "--kind") {
        options.kind = value;
        const bool known = value == "rule" || value == "header" || value == "macro" || value == "group";
        if (!known) return "--kind is rule, header, macro or group";
    } else if (name == "--session") {
        options.session = value;
    } else if (name == "--jsonl") {
        options.cases = value;
    } else if (name == "--now") {
        std::int64_t seconds = 0;
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) {
            return "--now is a number of seconds since 1970";
        }
        options.environment.epoch = seconds;
    } else if (name == "--env") {
        const auto equals = value.find('=');
        if (equals == value.npos) return "--env is NAME=VALUE";
        options.environment.request_variables[std::string(value.substr(0, equals))] = value.substr(equals + 1);
    } else {
        return "unknown option " + printable(name);
    }
    return std::nullopt;
}

/// @return what is wrong with the arguments, or nothing
std::optional<std::string> parse_arguments(std::span<const std::string_view> args, Options& options) {
    bool words_only = false;
    for (std::size_t i = 0; i < args.size(); ++i) {
        std::string_view word = args[i];
        if (!words_only && word == "--") {
            words_only = true;
        } else if (!words_only && (word == "--help" || word == "-h")) {
            options.help = true;
            return std::nullopt;
        } else if (!words_only && word == "--json") {
            options.as_json = true;
        } else if (!words_only && word.substr(0, 2) == "--") {
            const auto equals = word.find('=');
            std::string_view value;
            if (equals != word.npos) {
                value = word.substr(equals + 1);
                word = word.substr(0, equals);
            } else if (i + 1 < args.size()) {
                value = args[++i];
            } else {
                return std::string(word) + " needs a value";
            }
            if (auto problem = take_option(options, word, value)) return problem;
        } else if (options.expression) {
            return "one expression only: quote it for the shell";
        } else {
            options.expression = word;
        }
    }
    if (options.cases && options.expression) return "--jsonl takes no expression";
    if (!options.cases && !options.expression) return "an expression is missing";
    return std::nullopt;
}

int answer_cases(std::istream& cases, std::ostream& out, std::ostream& err) {
    bool all_answered = true;
    std::string line;
    for (std::size_t number = 1; std::getline(cases, line); ++number) {
        if (trim(line).empty()) continue;
        const json given = json::parse(line, nullptr, false);
        if (!given.is_object()) {
            err << "ssoctl: line " << number << " is no JSON object\n";
            all_answered = false;
            continue;
        }
        const ordered_json answer = answer_case(given);
        all_answered = all_answered && answer.value("error", std::string()) != "invalid-case";
        out << answer.dump(-1, ' ', false, json::error_handler_t::replace) << '\n' << std::flush;
    }
    return static_cast<int>(all_answered ? Exit::done : Exit::invalid);
}

/// How many characters, of one or more bytes each.
std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The source as it was written, but for what would drive the terminal.
std::string shown(std::string_view text) {
    std::string result;
    while (true) {
        const auto end = std::min(text.find('\\'), text.size());
        result += printable(text.substr(0, end), text.size() * 4 + 1);
        if (end == text.size()) return result;
        result += '\\';
        text.remove_prefix(end + 1);
    }
}

/// The problem with its line, and a mark under its place.
void print_problem(std::ostream& err, std::string_view source, const expr::Problem& problem) {
    const bool is_error = problem.severity == expr::Problem::Severity::error;
    const std::size_t offset = std::min(problem.offset, source.size());
    const std::string_view before = source.substr(0, offset);
    const auto line_break = before.rfind('\n');
    const std::size_t line_start = line_break == before.npos ? 0 : line_break + 1;
    const std::string_view left = before.substr(line_start);
    err << "ssoctl: " << (is_error ? "error" : "warning") << " at ";
    if (source.find('\n') != source.npos) err << "line " << std::count(before.begin(), before.end(), '\n') + 1 << ", ";
    err << "character " << characters(left) + 1 << ": " << problem.message << "\n";
    std::string_view line = source.substr(line_start);
    line = line.substr(0, line.find('\n'));
    constexpr std::size_t kWidth = 200;
    if (line.size() > kWidth) return;
    err << "  " << shown(line) << "\n  " << std::string(characters(shown(left)), ' ') << "^\n";
}

void print_answer(const Options& options, const expr::Outcome& outcome, const std::vector<expr::TraceStep>& steps,
                  std::ostream& out) {
    if (!options.as_json) {
        out << (outcome.undefined ? "undef" : printable(outcome.text, outcome.text.size() * 4 + 1)) << '\n';
        return;
    }
    ordered_json answer;
    put_outcome(answer, outcome);
    answer["steps"] = ordered_json::array();
    for (const auto& step : steps) {
        answer["steps"].push_back({{"offset", step.offset}, {"source", step.source}, {"value", step.value}});
    }
    out << answer.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

void print_keyword(const Options& options, const rules::RuleText& rule, std::ostream& out) {
    const std::string keyword(rules::name(*rule.keyword));
    if (options.as_json) {
        ordered_json answer;
        answer["keyword"] = keyword;
        if (!rule.target.empty()) answer["target"] = rule.target;
        out << answer.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    } else {
        out << keyword << (rule.target.empty() ? "" : " " + printable(rule.target)) << '\n';
    }
}

int tell_failure(const Error& error, std::ostream& err) {
    err << "ssoctl: the evaluation failed: " << printable(error.detail) << '\n';
    return static_cast<int>(Exit::refused);
}

int print_evaluation(const Options& options, const expr::Program& program, std::size_t offset, std::ostream& out,
                     std::ostream& err) {
    std::vector<expr::TraceStep> steps;
    const auto outcome = program.evaluate(options.environment, options.as_json ? &steps : nullptr);
    if (!outcome) return tell_failure(outcome.error(), err);
    for (auto& step : steps) step.offset += offset;
    print_answer(options, *outcome, steps, out);
    return static_cast<int>(Exit::done);
}

/// What folding left of a definition in which there is a filter: the answer, or the filter that LDAP is asked.
int print_folded(const Options& options, const rules::Group& group, std::ostream& out, std::ostream& err) {
    const auto folded = group.fold(options.environment);
    if (!folded) return tell_failure(folded.error(), err);
    const std::string* filter = std::get_if<std::string>(&*folded);
    const bool holds = filter == nullptr && std::get<bool>(*folded);
    if (options.as_json) {
        ordered_json answer;
        if (filter != nullptr) {
            answer["filter"] = *filter;
        } else {
            answer["value"] = holds ? "1" : "";
            answer["bool"] = holds;
        }
        out << answer.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    } else if (filter != nullptr) {
        out << "LDAP decides: " << shown(*filter) << '\n';
    } else {
        out << (holds ? "1" : "") << '\n';
    }
    return static_cast<int>(Exit::done);
}

int evaluate_group(const Options& options, const expr::CompileOptions& compile, std::ostream& out, std::ostream& err) {
    const std::string_view source = *options.expression;
    const auto print_all = [&](std::vector<expr::Problem>& problems, std::size_t offset) {
        for (auto& problem : problems) {
            problem.offset += offset;
            print_problem(err, source, problem);
        }
    };
    std::optional<std::pair<expr::Program, std::size_t>> whole;  // the definition is this expression, at this offset
    const auto compile_part = [&](std::string_view text, std::size_t offset,
                                  rules::Reporting reporting) -> std::unique_ptr<expr::Program> {
        std::vector<expr::Problem> warnings;
        auto program = expr::Program::compile(text, compile, &warnings);
        const bool aloud = reporting == rules::Reporting::aloud;
        if (!program) {
            if (aloud) print_all(program.error(), offset);
            return nullptr;
        }
        print_all(warnings, offset);
        if (aloud) {
            if (auto again = expr::Program::compile(text, compile)) whole.emplace(std::move(*again), offset);
        }
        return std::make_unique<expr::Program>(std::move(*program));
    };
    expr::Problem problem;
    const auto group = rules::Group::parse(source, compile_part, problem);
    if (group == nullptr) {
        if (!problem.message.empty()) print_problem(err, source, problem);
        return static_cast<int>(Exit::invalid);
    }
    return whole ? print_evaluation(options, whole->first, whole->second, out, err)
                 : print_folded(options, *group, out, err);
}

int evaluate_one(const Options& options, std::ostream& out, std::ostream& err) {
    std::string_view source = *options.expression;
    expr::CompileOptions compile;
    std::vector<std::string> names;
    if (options.session) {
        for (const auto& [name, value] : options.environment.session) names.push_back(name);
        compile.known_attributes = &names;
    }
    if (options.kind == "header") compile.purpose = expr::Purpose::header;
    if (options.kind == "macro") compile.purpose = expr::Purpose::macro;
    if (options.kind == "group") {
        compile.purpose = expr::Purpose::group;
        return evaluate_group(options, compile, out, err);
    }
    if (compile.purpose == expr::Purpose::rule) {
        const rules::RuleText rule = rules::parse_rule_text(source);
        if (rule.keyword) {
            print_keyword(options, rule, out);
            return static_cast<int>(Exit::done);
        }
        source = rule.expression;
    }
    std::vector<expr::Problem> warnings;
    const auto program = expr::Program::compile(source, compile, &warnings);
    if (!program) {
        for (const auto& problem : program.error()) print_problem(err, source, problem);
        return static_cast<int>(Exit::invalid);
    }
    for (const auto& warning : warnings) print_problem(err, source, warning);
    return print_evaluation(options, *program, 0, out, err);
}

/// Reads `name`, "-" being standard input, and hands it to `use`.
template <class Use>
int with_input(const std::string& name, std::istream& in, std::ostream& err, Use use) {
    if (name == "-") return use(in);
    std::ifstream file(name, std::ios::binary);
    if (!file) {
        err << "ssoctl: " << printable(name) << " cannot be read\n";
        return static_cast<int>(Exit::unreachable);
    }
    return use(file);
}

}  // namespace

int run_expr_command(std::span<const std::string_view> args, std::istream& in, std::ostream& out, std::ostream& err) {
    Options options;
    const bool eval = !args.empty() && args.front() == "eval";
    const auto problem = parse_arguments(eval ? args.subspan(1) : args, options);
    if (options.help) {
        out << kUsage;
        return static_cast<int>(Exit::done);
    }
    if (problem || !eval) {
        err << "ssoctl: " << (eval ? *problem : "expr knows one command, eval") << "\n" << kUsage;
        return static_cast<int>(Exit::invalid);
    }
    if (options.cases) {
        return with_input(*options.cases, in, err, [&](std::istream& cases) { return answer_cases(cases, out, err); });
    }
    if (options.session) {
        const int loaded = with_input(*options.session, in, err, [&](std::istream& file) {
            const json given = json::parse(file, nullptr, false);
            auto session = parse_case_session(given);
            if (!session) {
                err << "ssoctl: " << printable(*options.session) << ": " << session.error().detail << '\n';
                return static_cast<int>(Exit::invalid);
            }
            options.environment.session = std::move(*session);
            return static_cast<int>(Exit::done);
        });
        if (loaded != static_cast<int>(Exit::done)) return loaded;
    }
    return evaluate_one(options, out, err);
}

}  // namespace sso::ssoctl
