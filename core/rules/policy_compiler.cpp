#include "core/rules/policy_compiler.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/names.hpp"
#include "core/http/header.hpp"
#include "core/http/url.hpp"
#include "core/rules/late_compiler.hpp"
#include "core/rules/shadow.hpp"

namespace sso::rules {
namespace {

using config::Severity;

/// What a session holds beside exported variables, macros and groups (reference: sessions.md §3).
constexpr auto kSessionAttributes = std::to_array<std::string_view>(
    {"_2fDevices",  "_auth",         "_dn",        "_language",    "_lastAuthnUTime",     "_lastSeen",
     "_session_id", "_session_kind", "_startTime", "_timezone",    "_updateTime",         "_url",
     "_user",       "_userDB",       "_utime",     "_whatToTrace", "authenticationLevel", "groups",
     "hGroups",     "ipAddr"});

/// How many patterns of hosts that are not kept are remembered, in case they come again.
constexpr std::size_t kMostLoosePatterns = 256;

std::string in_quotes(std::string_view text) {
    return "'" + printable(text, 80) + "'";
}

bool holds_word(std::string_view text, std::string_view word) {
    const auto is_word = [](char c) {
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        const bool starts = at == 0 || !is_word(text[at - 1]);
        const auto end = at + word.size();
        if (starts && (end == text.size() || !is_word(text[end]))) return true;
    }
    return false;
}

/// A value that is not there because its own mistake was reported when the file was read.
bool is_absent(const config::Located& text) {
    return text.where.line == 0 && text.text.empty();
}

}  // namespace

PolicyCompiler::PolicyCompiler(const config::Settings& settings, std::string_view origin,
                               config::Diagnostics& diagnostics, Names names, PatternPool* shared)
    : settings_(settings),
      origin_(origin),
      limits_(settings.expressions.limits()),
      diagnostics_(diagnostics),
      names_(names),
      known_(kSessionAttributes.begin(), kSessionAttributes.end()),
      patterns_(shared == nullptr ? own_patterns_ : *shared) {
    for (const auto& variable : settings.exported_variables) known_.push_back(variable.name);
}

SubjectBuilder PolicyCompiler::compile_subjects() {
    auto compiled = std::make_unique<SubjectBuilder::Compiled>();
    for (const auto& macro : settings_.macros) {
        const std::string path = "macros." + macro.name;
        if (auto program = compile_expression(macro.expression.text, 0, macro.expression, expr::Purpose::macro, path)) {
            warn_of_login(*program, macro.expression, path);
            compiled->macros.push_back({macro.name, std::move(*program)});
        }
        known_.push_back(macro.name);  // known from here on: a macro sees those before it
    }
    for (const auto& group : settings_.groups) {
        if (auto definition = compile_group(group, "groups." + group.name)) {
            compiled->groups.push_back({group.name, std::move(definition)});
        }
    }
    return SubjectBuilder(std::move(compiled));
}

void PolicyCompiler::compile_hosts(Compile when) {
    if (when == Compile::at_first_use) late_ = std::make_shared<LateCompiler>(settings_);
    for (const auto& host : settings_.virtual_hosts) {
        auto parts = compile_parts(host);  // now in any case: this finds its mistakes
        for (const std::string& name : parts->header_names) {
            const auto same = [&](const std::string& other) { return http::cgi_equivalent(name, other); };
            if (std::none_of(identity_headers_.begin(), identity_headers_.end(), same)) {
                identity_headers_.push_back(name);
            }
        }
        if (late_) {
            late_->keep_rules(host);
            if (patterns_.size() > kMostLoosePatterns) patterns_.clear();
        } else {
            hosts_.push_back(std::move(parts));
        }
    }
    if (!late_) return;
    late_->close();
    patterns_.clear();
}

Policy PolicyCompiler::compile_policy() {
    auto compiled = std::make_unique<Policy::Compiled>();
    compiled->identity_headers = std::move(identity_headers_);
    compiled->hosts.reserve(settings_.virtual_hosts.size());
    for (const auto& host : settings_.virtual_hosts) {
        const std::size_t index = compiled->hosts.size();
        compiled->names.add(host.name, index);
        for (const auto& alias : host.aliases) compiled->names.add(alias, index);
        auto state = state_of(host);
        if (late_) {
            state->compiler = late_;
            state->place = index;
        } else {
            state->compiled = hosts_[index].release();
        }
        compiled->hosts.push_back(HostPolicy(std::move(state)));
    }
    const auto& trace = settings_.session.what_to_trace;
    compiled->what_to_trace = compile_expression(trace.text, 0, trace, expr::Purpose::header, "session.what_to_trace");
    const auto& custom = settings_.session.custom_to_trace;
    if (!custom.text.empty()) {
        compiled->custom_to_trace =
            compile_expression(custom.text, 0, custom, expr::Purpose::header, "session.custom_to_trace");
    }
    compile_roles(*compiled);
    return Policy(std::move(compiled));
}

void PolicyCompiler::compile_roles(Policy::Compiled& into) {
    const auto& roles = settings_.manager.roles;
    const auto place = [&into](ManagerRole role) -> Condition& {
        return into.roles.at(static_cast<std::size_t>(role));
    };
    place(ManagerRole::read) = compile_role(roles.read, "manager.roles.read");
    place(ManagerRole::sessions) = compile_role(roles.sessions, "manager.roles.sessions");
    place(ManagerRole::change) = compile_role(roles.change, "manager.roles.change");
}

Condition PolicyCompiler::compile_role(const config::Located& text, Path path) {
    const RuleText rule = parse_rule_text(text.text);
    Condition condition;
    if (rule.level) {
        report(Severity::error, text.where, path,
               "a role asks for no authentication level; the manager's virtual host does, by its own level");
    } else if (rule.keyword && *rule.keyword != Keyword::accept && *rule.keyword != Keyword::deny) {
        report(Severity::error, text.where, path,
               std::string(name(*rule.keyword)) + " has no meaning here; write accept, deny or an expression");
    } else if (rule.keyword) {
        condition.keyword = rule.keyword;
    } else {
        condition.program = compile_expression(rule.expression, rule.offset, text, expr::Purpose::rule, path);
        if (condition.program && condition.program->may_skip()) {
            report(Severity::error, text.where, path, "skip has no meaning here; write an expression without it");
        }
    }
    return condition;
}

HostPolicy PolicyCompiler::compile_place(const config::VirtualHostSettings& written) {
    auto own = std::make_unique<const config::VirtualHostSettings>(written);
    auto state = state_of(*own);
    state->own = std::move(own);
    state->compiled = compile_parts(*state->settings).release();
    return HostPolicy(std::move(state));
}

std::unique_ptr<HostPolicy::State> PolicyCompiler::state_of(const config::VirtualHostSettings& host) const {
    auto state = std::make_unique<HostPolicy::State>();
    state->settings = &host;
    state->maintenance = host.maintenance.value_or(settings_.handler.maintenance);
    return state;
}

std::unique_ptr<const HostPolicy::Compiled> PolicyCompiler::compile_parts(const config::VirtualHostSettings& host) {
    const std::string path = "vhost.\"" + host.name + '"';
    auto compiled = std::make_unique<HostPolicy::Compiled>();
    if (host.level) warn_of_high_level(*host.level, host.where, path + ".level");
    for (std::size_t i = 0; i < host.rules.size(); ++i) {
        const std::string rule_path = path + ".rules[" + std::to_string(i) + ']';
        auto rule = compile_rule(host.rules[i], host.level, rule_path);
        if (rule) compiled->rules.push_back(std::move(*rule));
        warn_of_escapes(host.rules[i], host.encoded_slashes, rule_path);
    }
    std::vector<PatternPointer> patterns;
    for (const CompiledRule& rule : compiled->rules) patterns.push_back(rule.pattern);
    compiled->index = RuleIndex(std::move(patterns));
    warn_of_unreachable(host, path);
    if (auto condition = compile_condition(host.default_rule, path + ".default")) {
        compiled->default_rule = std::move(*condition);
        compiled->default_rule.level = host.level.value_or(0);
    }
    for (const auto& header : config::headers_of(host)) {
        compiled->header_names.push_back(header.name);
        auto program = compile_expression(header.expression.text, 0, header.expression, expr::Purpose::header,
                                          path + ".headers." + header.name);
        if (program) compiled->headers.push_back({header.name, std::move(*program), header.optional});
    }
    return compiled;
}

std::optional<CompiledRule> PolicyCompiler::compile_rule(const config::RuleSettings& rule, std::optional<int> level,
                                                         Path path) {
    const std::string match_path = std::string(path) + ".match";
    auto pattern = is_absent(rule.match) ? nullptr : compile_pattern(rule.match, match_path);
    if (const auto written = pattern_level(rule.match.text)) {
        report(Severity::error, rule.match.where, match_path,
               "an authentication level has a setting of its own; write level = " + std::to_string(*written) +
                   " beside match, and the pattern without (?#AuthnLevel=…)");
    }
    if (is_absent(rule.allow)) return std::nullopt;
    auto condition = compile_condition(rule.allow, std::string(path) + ".allow");
    if (pattern == nullptr || !condition) return std::nullopt;
    check_level(*condition, rule, path);
    condition->level = rule.level.value_or(level.value_or(0));
    return CompiledRule{rule.match.text, std::move(pattern), std::move(*condition)};
}

std::optional<Condition> PolicyCompiler::compile_condition(const config::Located& text, Path path) {
    const RuleText rule = parse_rule_text(text.text);
    if (rule.level) {
        const bool is_default = path.ends_with(".default");
        report(Severity::error, text.where, path,
               "an authentication level has a setting of its own; write level = " + std::to_string(*rule.level) +
                   (is_default ? " in the virtual host" : " beside allow") + ", and the rule without (?#…)");
        return std::nullopt;
    }
    Condition condition;
    if (rule.keyword) {
        condition.keyword = rule.keyword;
        const bool logs_out = logout_kind(*rule.keyword).has_value();
        if (logs_out && !(condition.logout = compile_logout(rule, text, path))) return std::nullopt;
        return condition;
    }
    condition.program = compile_expression(rule.expression, rule.offset, text, expr::Purpose::rule, path);
    if (!condition.program) return std::nullopt;
    condition.is_of_subject = !condition.program->may_skip() && !condition.program->depends_on_request();
    return condition;
}

std::optional<Logout> PolicyCompiler::compile_logout(const RuleText& rule, const config::Located& text, Path path) {
    Logout logout;
    logout.kind = *logout_kind(*rule.keyword);
    if (rule.target.empty()) return logout;
    const auto url = http::Url::parse(rule.target);
    if (!url) {
        report(Severity::error, text.at(static_cast<std::size_t>(rule.target.data() - text.text.data())), path,
               config::shown_address(rule.target) +
                   " is not an address to go to; write it whole, as in https://www.example.com/bye, or leave it out "
                   "for the portal");
        return std::nullopt;
    }
    logout.target = url->text();
    return logout;
}

void PolicyCompiler::check_level(const Condition& condition, const config::RuleSettings& rule, Path path) {
    if (!rule.level) return;
    const std::string here = std::string(path) + ".level";
    if (condition.keyword && *condition.keyword != Keyword::accept) {
        report(Severity::error, rule.match.where, here,
               "a level has no meaning beside " + std::string(name(*condition.keyword)) +
                   "; write it beside accept or an expression");
        return;
    }
    warn_of_high_level(*rule.level, rule.match.where, here);
}

void PolicyCompiler::warn_of_high_level(int level, config::Location where, Path path) {
    const int highest = settings_.authentication.highest_level();
    if (level <= highest) return;
    report(Severity::warning, where, path,
           "no way of logging in gives level " + std::to_string(level) + ": the highest that is configured gives " +
               std::to_string(highest) + ", and people are refused");
}

void PolicyCompiler::warn_of_escapes(const config::RuleSettings& rule, config::EncodedSlashes encoded_slashes,
                                     Path path) {
    const std::string& pattern = rule.match.text;
    if (encoded_slashes == config::EncodedSlashes::keep) return;  // one spelling of the path then holds escapes
    for (auto at = pattern.find('%'); at != pattern.npos; at = pattern.find('%', at + 1)) {
        if (at + 2 >= pattern.size() || hex_digit(pattern[at + 1]) < 0 || hex_digit(pattern[at + 2]) < 0) continue;
        report(Severity::warning, rule.match.at(at), std::string(path) + ".match",
               "rules see the path decoded, in which " + in_quotes(std::string_view(pattern).substr(at, 3)) +
                   " hardly occurs; write the character itself");
        return;
    }
}

PatternPointer PolicyCompiler::compile_pattern(const config::Located& text, Path path) {
    if (auto known = patterns_.find(text.text)) return known;
    auto pattern = expr::Pattern::compile(text.text, limits_);
    if (!pattern) {
        report(std::move(pattern.error()), text, 0, path);
        return nullptr;
    }
    return patterns_.keep(text.text, std::make_shared<const expr::Pattern>(std::move(*pattern)));
}

std::unique_ptr<Group> PolicyCompiler::compile_group(const config::NamedExpression& group, Path path) {
    const auto compile = [&](std::string_view source, std::size_t offset,
                             Reporting reporting) -> std::unique_ptr<expr::Program> {
        auto program = compile_expression(source, offset, group.expression, expr::Purpose::group, path, reporting);
        if (!program) return nullptr;
        warn_of_login(*program, group.expression, path);
        return std::make_unique<expr::Program>(std::move(*program));
    };
    expr::Problem problem;
    auto definition = Group::parse(group.expression.text, compile, problem);
    if (definition == nullptr && !problem.message.empty()) report(std::move(problem), group.expression, 0, path);
    return definition;
}

std::optional<expr::Program> PolicyCompiler::compile_expression(std::string_view source, std::size_t offset,
                                                                const config::Located& text, expr::Purpose purpose,
                                                                Path path, Reporting reporting) {
    std::vector<expr::Problem> warnings;
    expr::CompileOptions options;
    options.purpose = purpose;
    options.limits = limits_;
    if (names_ == Names::known) options.known_attributes = &known_;
    auto program = expr::Program::compile(source, options, &warnings);
    if (!program && reporting == Reporting::quietly) return std::nullopt;
    for (expr::Problem& warning : warnings) {
        warning.severity = expr::Problem::Severity::warning;
        report(std::move(warning), text, offset, path);
    }
    if (!program) {
        for (expr::Problem& problem : program.error()) report(std::move(problem), text, offset, path);
        return std::nullopt;
    }
    return std::move(*program);
}

void PolicyCompiler::warn_of_unreachable(const config::VirtualHostSettings& host, Path path) {
    for (std::size_t i = 1; i < host.rules.size(); ++i) {
        const auto& match = host.rules[i].match;
        if (is_absent(match)) continue;
        const auto end = host.rules.begin() + static_cast<std::ptrdiff_t>(i);
        const auto earlier = std::find_if(host.rules.begin(), end, [&](const config::RuleSettings& rule) {
            return !is_absent(rule.match) && covers(rule.match.text, match.text);
        });
        if (earlier == end) continue;
        const std::string in_line = " in line " + std::to_string(earlier->match.where.line);
        std::string why = in_quotes(earlier->match.text) + in_line;
        if (earlier->match.text == match.text) {
            why.assign("the rule").append(in_line).append(" has the same pattern; keep one of them");
        } else if (matches_every_path(earlier->match.text)) {
            why += " matches every path; write it last";
        } else {
            why += " matches every path that this one does; write it behind";
        }
        report(Severity::warning, match.where, std::string(path) + ".rules[" + std::to_string(i) + "].match",
               "this rule is never reached: " + why);
    }
}

void PolicyCompiler::warn_of_login(const expr::Program& program, const config::Located& text, Path path) {
    const std::string& source = program.source();
    for (const std::string_view name : {"ip", "vhost", "ENV", "env"}) {
        if (!program.depends_on_request() || !holds_word(source, name) ||
            source.find('$' + std::string(name)) == std::string::npos) {
            continue;
        }
        report(Severity::warning, text.where, path,
               "$" + std::string(name) +
                   " belongs to a request, and macros and groups are computed at login, where it is undefined; the "
                   "address that logged in is $ipAddr");
    }
}

void PolicyCompiler::report(expr::Problem problem, const config::Located& text, std::size_t offset, Path path) {
    const std::size_t at = offset + problem.offset;
    std::string message = std::move(problem.message);
    if (!text.on_line && at > 0) message += " (at byte " + std::to_string(at + 1) + " of the text)";
    report(problem.severity == expr::Problem::Severity::error ? Severity::error : Severity::warning, text.at(at), path,
           std::move(message));
}

void PolicyCompiler::report(Severity severity, config::Location where, Path path, std::string message) {
    diagnostics_.push_back({severity, origin_, where, std::string(path), std::move(message)});
}

}  // namespace sso::rules
