// Why a request is let in or not: what the handler would decide, with every rule tried, every operand's value and the
// headers that the application would get. For ssoctl explain and the manager's rule tester.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"
#include "core/http/url.hpp"
#include "core/rules/decision.hpp"
#include "core/rules/snapshot.hpp"

namespace sso::rules {

/// A request that nobody has made.
struct Question {
    http::Url url;
    std::string method = "GET";
    std::string address = "127.0.0.1";  ///< the client's
};

/// One rule as it was tried.
struct ExplainedRule {
    TriedRule tried;
    std::string condition;   ///< as written: "accept", or the expression
    std::string comment;     ///< the administrator's remark
    config::Location where;  ///< of the condition
};

/// A header as the application would get it.
struct ExplainedHeader {
    std::string name, value;
    std::string expression;  ///< as written
    std::string failure;     ///< why it would not be sent; empty for one that would
};

struct Explanation {
    std::string host;   ///< the virtual host; empty: none is configured for this name, and nobody may pass
    std::string flaw;   ///< why no rule was asked (400); empty for almost every request
    std::string path;   ///< as the rules saw it; of several spellings the one that was decided upon
    std::string query;  ///< raw
    Verdict verdict = Verdict::deny;
    int status = 403;  ///< what the browser would get; 200 stands for the application's own answer, 302 for the portal
    std::string rule;  ///< the pattern of the rule that applied, or "default"; empty when none was asked
    std::vector<ExplainedRule> tried;
    std::optional<std::string> error;      ///< an expression hit a bound
    std::string user;                      ///< as logs and REMOTE_USER name the subject
    std::vector<ExplainedHeader> headers;  ///< in written order
};

/// Decides as the handler does on a request to a proxied application: of a path that it could read in several ways, the
/// strictest verdict holds. `$ENV{…}` has what the URL, the method and the address say, and no further headers.
/// @param subject  what the session holds; null: nobody is logged in
Explanation explain(const Snapshot& snapshot, const Question& question, const Attributes* subject, SysSeconds now);

/// The same with what may be a secret replaced by "***": headers and operands whose name or expression
/// speaks of a password, a token and the like.
Explanation masked(Explanation explanation);

}  // namespace sso::rules
