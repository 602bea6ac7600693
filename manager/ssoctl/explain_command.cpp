// ssoctl explain: why somebody may or may not have a page. ssoctl doctor: whether everything the configuration names is
// as it should be.
#include <iostream>
#include <ostream>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/rules/explanation.hpp"
#include "core/session/session_cookie.hpp"
#include "manager/explanation_json.hpp"
#include "manager/installation.hpp"
#include "manager/ssoctl/command.hpp"
#include "manager/subject.hpp"

namespace sso::ssoctl {
namespace {

using manager::dump;
using manager::json_of;

constexpr std::size_t kFileLimit = 1U << 20U;

struct ExplainOptions {
    std::string url, user, attributes_file, cookie_file;
    std::string method = "GET";
    std::string address = "127.0.0.1";
};

/// Whom the question is about; nobody when none of the three was given.
using Subject = Result<std::optional<Attributes>>;

Subject subject_of_user(Run& run, const rules::Snapshot& snapshot, const ExplainOptions& options) {
    auto directory =
        authn::Directory::open(snapshot.settings.authentication.ldap, snapshot.settings.exported_variables);
    if (!directory) return error_of(directory);
    auto report = manager::find_subject(snapshot, **directory, options.user, options.address, SystemClock().now());
    if (!report) return error_of(report);
    for (const std::string& remark : report->remarks) run.err << "ssoctl: " << printable(remark) << '\n';
    return std::move(report->attributes);
}

Subject subject_of_file(const ExplainOptions& options) {
    const auto text = config::read_file(options.attributes_file, kFileLimit);
    if (!text) return error_of(text);
    auto attributes = session::parse_attributes(*text);
    if (!attributes)
        return fail(ErrorCode::invalid, printable(options.attributes_file) + ": " + attributes.error().detail);
    return std::move(*attributes);
}

Subject subject_of_cookie(Run& run, const rules::Snapshot& snapshot, const ExplainOptions& options) {
    std::string line;
    if (options.cookie_file == "-") {
        std::getline(run.in, line);
    } else {
        const auto file = config::read_secret_file(options.cookie_file);
        if (!file) return error_of(file);
        line = std::string(file->reveal());
    }
    const auto cookie = session::SessionCookie::parse(trim(line.substr(0, line.find('\n'))));
    wipe(line.data(), line.size());
    if (!cookie) return fail(ErrorCode::invalid, "what the cookie file holds is no session cookie's value");
    const auto store = open_session_store(run, snapshot.settings);
    if (!store) return fail(ErrorCode::unavailable, "the session cannot be looked up");
    const auto sealed = store->load(cookie->id(), SystemClock().now());
    if (!sealed) return error_of(sealed);
    auto session = sealed->open(*cookie);
    if (!session) return error_of(session);
    return std::move(session->attributes);
}

Subject find_subject(Run& run, const rules::Snapshot& snapshot, const ExplainOptions& options) {
    if (!options.user.empty()) return subject_of_user(run, snapshot, options);
    if (!options.attributes_file.empty()) return subject_of_file(options);
    if (!options.cookie_file.empty()) return subject_of_cookie(run, snapshot, options);
    return std::nullopt;
}

/// Fit for a terminal, and with a backslash as it is written: patterns are full of them.
std::string shown(std::string_view text) {
    if (text.empty()) return "(empty)";
    std::string line = printable(text, 4'096);
    for (auto at = line.find("\\\\"); at != line.npos; at = line.find("\\\\", at + 1)) line.erase(at, 1);
    return line;
}

void print_rules(std::ostream& out, const rules::Explanation& explanation) {
    for (const auto& rule : explanation.tried) {
        out << (rule.tried.matched ? "  applies  " : "  no match ") << shown(rule.tried.match);
        if (rule.tried.matched) out << "  →  " << shown(rule.condition);
        if (!rule.comment.empty()) out << "  # " << printable(rule.comment);
        out << '\n';
        for (const auto& step : rule.tried.steps) {
            out << "             " << shown(step.source) << "  =  " << shown(step.value) << '\n';
        }
    }
}

void print(std::ostream& out, const rules::Explanation& explanation) {
    const std::string user = explanation.user.empty() ? "nobody who is logged in" : printable(explanation.user);
    if (explanation.host.empty()) {
        out << "no virtual host of the configuration has this name\n";
    } else {
        out << "virtual host " << explanation.host << ", path " << printable(explanation.path, 2'000) << ", " << user
            << '\n';
    }
    print_rules(out, explanation);
    if (explanation.error) out << "  error: " << printable(*explanation.error) << '\n';
    out << "verdict: "
        << (explanation.flaw.empty() ? std::string(rules::name(explanation.verdict)) : "malformed, " + explanation.flaw)
        << " (" << explanation.status << ")\n";
    for (const auto& header : explanation.headers) {
        out << "  " << header.name << ": ";
        if (header.failure.empty()) {
            out << shown(header.value) << '\n';
        } else {
            out << "not sent: " << printable(header.failure) << '\n';
        }
    }
}

void explain(Run& run, const ExplainOptions& options) {
    const auto url = http::Url::parse(options.url);
    if (!url) return run.fail(url.error());
    const auto snapshot = load_configuration(run);
    if (!snapshot) return;
    const auto subject = find_subject(run, *snapshot, options);
    if (!subject) return run.fail(subject.error());
    const auto explanation = rules::masked(rules::explain(*snapshot, {*url, options.method, options.address},
                                                          *subject ? &**subject : nullptr, SystemClock().now()));
    if (run.json) {
        run.out << dump(json_of(explanation)) << '\n';
    } else {
        print(run.out, explanation);
    }
    if (explanation.status != 200) run.exit = Exit::refused;
}

void examine(Run& run) {
    const auto source = config::open_source(run.config_uri);
    if (!source) return run.fail(source.error());
    const auto document = (*source)->fetch();
    if (!document) return run.fail(Exit::unreachable, document.error().detail);
    const auto outcome = rules::check(*document);
    auto findings = outcome.snapshot ? manager::examine(outcome.snapshot->settings) : std::vector<manager::Finding>{};
    const std::string count = std::to_string(outcome.diagnostics.size());
    findings.insert(findings.begin(), {"the configuration " + document->origin, "", outcome.diagnostics.empty(),
                                       count + " remarks: ssoctl config check lists them"});
    auto list = nlohmann::ordered_json::array();
    for (const auto& each : findings) {
        if (!each.is_good) run.exit = Exit::refused;
        if (run.json) {
            list.push_back({{"what", each.what},
                            {"setting", each.key},
                            {"good", each.is_good},
                            {"remark", each.is_good ? "" : each.remark}});
        } else {
            run.out << (each.is_good ? "good  " : "BAD   ") << printable(each.what);
            if (!each.is_good) run.out << ": " << printable(each.remark, 1'000);
            run.out << '\n';
        }
    }
    if (run.json) run.out << dump(list) << '\n';
    if (!outcome.snapshot) run.exit = Exit::invalid;
}

}  // namespace

void add_explain_commands(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("explain", "say why somebody may or may not have a page");
    auto options = std::make_shared<ExplainOptions>();
    command->add_option("URL", options->url, "the page's address, as a browser shows it")->required();
    auto* who = command->add_option_group("who", "who asks; with none of these, somebody who is not logged in");
    who->add_option("--user", options->user, "a person of the directory, as after a login now");
    who->add_option("--attributes", options->attributes_file, "a file with a session's attributes as a JSON object");
    who->add_option("--cookie-file", options->cookie_file,
                    "a file, or - for standard input, with the value of a session's cookie");
    who->require_option(0, 1);
    command->add_option("--method", options->method, "the request's method")->capture_default_str();
    command->add_option("--ip", options->address, "the client's address")->capture_default_str();
    command->callback([&run, options] { explain(run, *options); });

    command = program.add_subcommand("doctor", "look at all that the configuration names, and say what to do");
    command->callback([&run] { examine(run); });
}

}  // namespace sso::ssoctl
