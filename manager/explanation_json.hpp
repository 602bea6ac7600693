// An explanation as JSON: what ssoctl explain --json and the manager's REST give.
#pragma once

#include <nlohmann/json.hpp>

#include "core/config/diagnostic.hpp"
#include "core/rules/explanation.hpp"

namespace sso::manager {

nlohmann::ordered_json json_of(const rules::Explanation& explanation);
nlohmann::ordered_json json_of(const config::Diagnostic& diagnostic);

/// Two blanks a level; what is not UTF-8 is replaced.
std::string dump(const nlohmann::ordered_json& json);

}  // namespace sso::manager
