#include "manager/explanation_json.hpp"

namespace sso::manager {

using Json = nlohmann::ordered_json;

Json json_of(const rules::Explanation& explanation) {
    Json rules = Json::array();
    for (const auto& rule : explanation.tried) {
        Json steps = Json::array();
        for (const auto& step : rule.tried.steps) {
            steps.push_back({{"source", step.source}, {"value", step.value}, {"offset", step.offset}});
        }
        rules.push_back({{"match", rule.tried.match},
                         {"matched", rule.tried.matched},
                         {"condition", rule.condition},
                         {"comment", rule.comment},
                         {"line", rule.where.line},
                         {"steps", std::move(steps)}});
    }
    Json headers = Json::array();
    for (const auto& header : explanation.headers) {
        Json row{{"name", header.name}, {"expression", header.expression}};
        row[header.failure.empty() ? "value" : "failure"] = header.failure.empty() ? header.value : header.failure;
        headers.push_back(std::move(row));
    }
    Json json{{"verdict", rules::name(explanation.verdict)},
              {"status", explanation.status},
              {"virtual_host", explanation.host},
              {"path", explanation.path},
              {"query", explanation.query},
              {"user", explanation.user},
              {"rule", explanation.rule},
              {"rules", std::move(rules)},
              {"headers", std::move(headers)}};
    if (!explanation.flaw.empty()) json["flaw"] = explanation.flaw;
    if (explanation.error) json["error"] = *explanation.error;
    return json;
}

Json json_of(const config::Diagnostic& diagnostic) {
    return {{"severity", diagnostic.severity == config::Severity::error ? "error" : "warning"},
            {"origin", diagnostic.origin},
            {"line", diagnostic.where.line},
            {"column", diagnostic.where.column},
            {"key", diagnostic.key},
            {"message", diagnostic.message}};
}

std::string dump(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sso::manager
