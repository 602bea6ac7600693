#include <nlohmann/json.hpp>
#include <ostream>

#include "manager/ssoctl/command.hpp"

namespace sso::ssoctl {
namespace {

nlohmann::ordered_json json_of(const config::Diagnostic& diagnostic) {
    return {{"severity", diagnostic.severity == config::Severity::error ? "error" : "warning"},
            {"origin", diagnostic.origin},
            {"line", diagnostic.where.line},
            {"column", diagnostic.where.column},
            {"key", diagnostic.key},
            {"message", diagnostic.message}};
}

void check(Run& run, const std::string& uri) {
    const auto source = config::open_source(uri);
    if (!source) return run.fail(source.error());
    const auto document = (*source)->fetch();
    if (!document) return run.fail(Exit::unreachable, document.error().detail);

    const auto outcome = rules::check(*document);
    if (run.json) {
        auto list = nlohmann::ordered_json::array();
        for (const auto& diagnostic : outcome.diagnostics) list.push_back(json_of(diagnostic));
        const nlohmann::ordered_json answer{
            {"valid", outcome.snapshot != nullptr}, {"version", document->version}, {"diagnostics", list}};
        run.out << answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    } else {
        for (const auto& diagnostic : outcome.diagnostics) run.out << to_string(diagnostic) << '\n';
        if (outcome.snapshot) run.out << document->origin << ": valid\n";
    }
    if (!outcome.snapshot) run.exit = Exit::invalid;
}

}  // namespace

void add_config_commands(CLI::App& program, Run& run) {
    CLI::App* config = program.add_subcommand("config", "look at configurations");
    config->require_subcommand(1);

    CLI::App* command = config->add_subcommand("check", "validate a configuration; list every error and warning");
    auto uri = std::make_shared<std::string>();
    command->add_option("URI", *uri, "which one, if not the one of --config");
    command->callback([&run, uri] { check(run, uri->empty() ? run.config_uri : *uri); });
}

}  // namespace sso::ssoctl
