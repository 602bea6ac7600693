// One case of the conformance suite's form (tests/conformance/README.md): an expression with its session, request and
// clock, or a whole rule set with an address; and the answer to it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/expr/program.hpp"

namespace sso::ssoctl {

/// What an expression of a case sees.
class CaseEnvironment final : public expr::AttributeEnvironment {
  public:
    Attributes session;
    std::map<std::string, std::string, std::less<>> request_variables;
    std::optional<std::int64_t> epoch;  ///< absent: the machine's clock

    [[nodiscard]] const AttributeValue* attribute(std::string_view name) const override { return session.find(name); }
    [[nodiscard]] std::string_view request(const expr::RequestName& name) const override;
    [[nodiscard]] SysSeconds now() const override;
    /// Under a key made for this run: it shows that something is sealed, and can be opened by nobody.
    [[nodiscard]] Result<std::string> encrypt(std::string_view clear) const override;
};

/// A session's attributes from JSON; `{"$b64": …}` and `{"$rep": [[text, count], …]}` stand for bytes and long texts.
Result<Attributes> parse_case_session(const nlohmann::json& session);

/// The answer to a case, with the member names of the suite's `expect`, or with "error" and "message".
/// @pre runs in one thread: the case's time zone is set for the process
nlohmann::ordered_json answer_case(const nlohmann::json& given);

/// The members of an outcome: value (or value_b64), bool, undef.
void put_outcome(nlohmann::ordered_json& answer, const expr::Outcome& outcome);

}  // namespace sso::ssoctl
