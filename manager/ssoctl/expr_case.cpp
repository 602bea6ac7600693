#include "manager/ssoctl/expr_case.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/crypto/random.hpp"
#include "core/crypto/seal.hpp"
#include "core/http/url.hpp"
#include "core/rules/llng_rules.hpp"

namespace sso::ssoctl {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kPortal = "http://auth.example.com/";
constexpr std::size_t kLongestText = std::size_t{8} << 20U;  // what a "$rep" may grow to
constexpr std::int64_t kSuiteClock = 1'700'000'000;          // the suite's, when a case names none
constexpr int kDeepestValue = 32;

Result<std::string> repeated(const json& pieces) {
    std::string text;
    for (const auto& piece : pieces) {
        const bool good =
            piece.is_array() && piece.size() == 2 && piece[0].is_string() && piece[1].is_number_unsigned();
        if (!good) return fail(ErrorCode::invalid, "a repetition is [text, count]");
        const auto unit = piece[0].get<std::string>();
        const auto count = piece[1].get<std::size_t>();
        if (!unit.empty() && count > (kLongestText - text.size()) / unit.size()) {
            return fail(ErrorCode::limit, "a repetition is too long");
        }
        for (std::size_t i = 0; i < count; ++i) text += unit;
    }
    return text;
}

Result<AttributeValue> parse_value(const json& value, int depth) {
    if (depth > kDeepestValue) return fail(ErrorCode::limit, "a value is nested too deep");
    switch (value.type()) {
        case json::value_t::null:
            return AttributeValue();
        case json::value_t::boolean:
            return AttributeValue(std::int64_t{value.get<bool>() ? 1 : 0});
        case json::value_t::string:
            return AttributeValue(value.get<std::string>());
        case json::value_t::number_integer:
        case json::value_t::number_unsigned:
            return AttributeValue(value.get<std::int64_t>());
        case json::value_t::number_float:
            return AttributeValue(value.get<double>());
        case json::value_t::array: {
            AttributeValue::List list;
            for (const auto& item : value) {
                auto parsed = parse_value(item, depth + 1);
                if (!parsed) return parsed;
                list.push_back(std::move(*parsed));
            }
            return AttributeValue(std::move(list));
        }
        default:
            break;
    }
    if (value.size() == 1 && value.contains("$b64")) {
        auto bytes = base64_decode(value["$b64"].get<std::string>());
        if (!bytes) return fail(ErrorCode::invalid, "\"$b64\" holds no base64");
        return AttributeValue(std::move(*bytes));
    }
    if (value.size() == 1 && value.contains("$rep")) {
        return repeated(value["$rep"]).map([](std::string text) { return AttributeValue(std::move(text)); });
    }
    Attributes members;
    for (const auto& [name, member] : value.items()) {
        auto parsed = parse_value(member, depth + 1);
        if (!parsed) return parsed;
        members.set(name, std::move(*parsed));
    }
    return AttributeValue(std::move(members));
}

Result<std::string> expression_of(const json& given) {
    if (given.contains("expr_rep")) return repeated(given["expr_rep"]);
    if (given.contains("expr_b64")) {
        auto bytes = base64_decode(given["expr_b64"].get<std::string>());
        if (!bytes) return fail(ErrorCode::invalid, "\"expr_b64\" holds no base64");
        return *bytes;
    }
    return given.value("expr", std::string());
}

void put_text(ordered_json& answer, std::string_view text) {
    if (is_utf8(text)) {
        answer["value"] = text;
    } else {
        answer["value_b64"] = base64_encode(text);
    }
}

void put_value(ordered_json& answer, std::string_view text, bool truth) {
    put_text(answer, text);
    answer["bool"] = truth;
}

void put_failure(ordered_json& answer, const Error& error) {
    put_value(answer, "", false);
    answer["undef"] = true;
    answer["runtime_error"] = true;
    answer["message"] = printable(error.detail);
}

void put_problem(ordered_json& answer, const expr::Problem& problem) {
    answer["error"] = problem.code;
    answer["message"] = problem.message;
    answer["offset"] = problem.offset;
}

void put_problems(ordered_json& answer, const std::vector<expr::Problem>& problems) {
    const auto first = std::find_if(problems.begin(), problems.end(), [](const expr::Problem& problem) {
        return problem.severity == expr::Problem::Severity::error;
    });
    put_problem(answer, first == problems.end() ? problems.front() : *first);
}

/// Where a logout that passes through the portal leads.
std::string portal_logout(std::string_view target) {
    return std::string(kPortal) + "?url=" + http::percent_encode(base64_encode(target)) + "&logout=1";
}

void put_keyword(ordered_json& answer, const rules::RuleText& text, bool with_redirect) {
    using rules::Keyword;
    const std::string_view target = text.target.empty() ? kPortal : text.target;
    const bool granted = *text.keyword != Keyword::deny && *text.keyword != Keyword::logout_sso;
    put_value(answer, granted ? "1" : "0", granted);
    switch (*text.keyword) {
        case Keyword::unprotect:
            answer["protection"] = "unprotect";
            break;
        case Keyword::skip:
            answer["protection"] = "skip";
            break;
        case Keyword::logout_sso:
            answer["logout"] = target;
            break;
        case Keyword::logout_app:
            if (with_redirect) answer["redirect"] = target;
            break;
        case Keyword::logout_app_sso:
            if (with_redirect) answer["redirect"] = portal_logout(target);
            break;
        default:
            break;
    }
}

void put_evaluation(ordered_json& answer, const expr::Program& program, const CaseEnvironment& environment) {
    const auto outcome = program.evaluate(environment);
    if (outcome) {
        put_outcome(answer, *outcome);
    } else {
        put_failure(answer, outcome.error());
    }
    if (program.may_skip()) answer["protection"] = "mayskip";
}

void put_rule(ordered_json& answer, const rules::LlngRule& rule, const CaseEnvironment& environment,
              bool with_redirect) {
    if (rule.text.keyword) {
        put_keyword(answer, rule.text, with_redirect);
    } else {
        put_evaluation(answer, *rule.program, environment);
    }
}

void answer_rule(ordered_json& answer, const std::string& source, const CaseEnvironment& environment) {
    const auto rule = rules::LlngRule::compile("", source);
    if (!rule) {
        put_problems(answer, rule.error());
        return;
    }
    put_rule(answer, *rule, environment, true);
}

void answer_address(ordered_json& answer, const json& given, const std::string& uri,
                    const CaseEnvironment& environment) {
    const auto rule_set = rules::LlngRules::compile(given.value("rules", std::map<std::string, std::string>{}));
    if (!rule_set) {
        put_problems(answer, rule_set.error());
        return;
    }
    const std::string address = rules::llng_address(uri);
    const auto rule = rule_set->find(address);
    answer["uri"] = is_utf8(address) ? address : printable(address, address.size() * 4);
    if (!rule) {
        put_failure(answer, rule.error());
        return;
    }
    answer["matched"] = (*rule)->key;
    put_rule(answer, **rule, environment, false);
    if (!(*rule)->level) return;
    answer["level"] = std::to_string(*(*rule)->level);
    const auto level = expr::Program::compile("$authenticationLevel < " + std::to_string(*(*rule)->level), {});
    if (level && level->test(environment).value_or(true)) put_value(answer, "0", false);
}

void answer_expression(ordered_json& answer, expr::Purpose purpose, const std::string& source,
                       const CaseEnvironment& environment) {
    expr::CompileOptions options;
    options.purpose = purpose;
    const auto program = expr::Program::compile(source, options);
    if (!program) {
        put_problems(answer, program.error());
        return;
    }
    put_evaluation(answer, *program, environment);
    answer.erase("protection");  // a rule's word alone
    if (purpose != expr::Purpose::header || !answer.contains("value")) return;
    const auto text = answer["value"].get<std::string>();
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos) answer["unsafe_header"] = true;
    if (!answer.contains("runtime_error")) answer.erase("undef");  // an undefined header is an empty one
}

void set_time_zone(const std::string& zone) {
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
}

Result<CaseEnvironment> environment_of(const json& given) {
    CaseEnvironment environment;
    auto session = parse_case_session(given.value("session", json::object()));
    if (!session) return tl::unexpected<Error>(std::move(session.error()));
    environment.session = std::move(*session);
    environment.request_variables["HTTP_HOST"] = "test1.example.com";
    for (const auto& [name, value] : given.value("env", std::map<std::string, std::string>{})) {
        environment.request_variables[name] = value;
    }
    environment.epoch = given.value("now", kSuiteClock);
    return environment;
}

void answer_into(ordered_json& answer, const json& given) {
    const auto source = expression_of(given);
    const auto environment = environment_of(given);
    if (!source || !environment) {
        answer["error"] = "invalid-case";
        answer["message"] = source ? environment.error().detail : source.error().detail;
        return;
    }
    set_time_zone(given.value("tz", std::string("UTC")));
    const auto kind = given.value("kind", std::string("rule"));
    if (kind == "url") {
        answer_address(answer, given, *source, *environment);
    } else if (kind == "rule") {
        answer_rule(answer, *source, *environment);
    } else if (kind == "header") {
        answer_expression(answer, expr::Purpose::header, *source, *environment);
    } else {
        answer_expression(answer, kind == "group" ? expr::Purpose::group : expr::Purpose::macro, *source, *environment);
    }
}

}  // namespace

std::string_view CaseEnvironment::request(const expr::RequestName& name) const {
    const auto found = request_variables.find(name.text);
    if (found == request_variables.end()) return {};
    return found->second;
}

SysSeconds CaseEnvironment::now() const {
    return epoch ? SysSeconds(std::chrono::seconds(*epoch)) : SystemClock().now();
}

Result<std::string> CaseEnvironment::encrypt(std::string_view clear) const {
    constexpr std::size_t kKeyBytes = 32;
    return base64_encode(crypto::seal(Secret(crypto::random_bytes(kKeyBytes)), clear, "expr eval"));
}

Result<Attributes> parse_case_session(const json& session) {
    if (!session.is_object()) return fail(ErrorCode::invalid, "a session is one JSON object");
    Attributes attributes;
    for (const auto& [name, value] : session.items()) {
        auto parsed = parse_value(value, 0);
        if (!parsed) return tl::unexpected<Error>(std::move(parsed.error()));
        attributes.set(name, std::move(*parsed));
    }
    return attributes;
}

void put_outcome(ordered_json& answer, const expr::Outcome& outcome) {
    put_value(answer, outcome.text, outcome.truth);
    if (outcome.undefined) answer["undef"] = true;
}

ordered_json answer_case(const json& given) {
    ordered_json answer;
    answer["id"] = given.contains("id") ? given["id"] : json();
    try {
        answer_into(answer, given);
    } catch (const json::exception& problem) {
        // a member of another type than the suite's page says
        answer["error"] = "invalid-case";
        answer["message"] = problem.what();
    }
    return answer;
}

}  // namespace sso::ssoctl
