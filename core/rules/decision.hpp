// A decision as a value: what shall happen to a request, which rule said so, and on demand why (RFC 2753: this room is
// the decision point; programs enforce).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/program.hpp"

namespace sso::rules {

/// A request as rules see it. Views live as long as the decision is being made.
struct RequestView {
    std::string_view method;
    std::string_view path;     ///< decoded and canonical
    std::string_view query;    ///< raw, without '?'
    std::string_view host;     ///< the Host header's name
    std::string_view address;  ///< the client's
    /// `$ENV{NAME}` beyond what stands above: HTTP_* and the like. May be null.
    std::optional<std::string_view> (*variable)(const void* context, std::string_view name) = nullptr;
    const void* context = nullptr;
};

enum class Verdict {
    allow,         ///< serve it, with identity headers
    deny,          ///< 403
    authenticate,  ///< nobody is known, and the rule asks for somebody
    unprotected,   ///< serve it to anybody; identity headers if somebody is known
    skip,          ///< serve it as if the handler were not there; no identity
    fail,          ///< we could not find out (500, logged)
};
std::string_view name(Verdict verdict) noexcept;

struct TriedRule {
    std::string match;  ///< "default" for the last
    bool matched = false;
    std::vector<expr::TraceStep> steps;  ///< of the rule that applied
};

struct Decision {
    Verdict verdict = Verdict::fail;
    int rule = -1;                 ///< index of the rule that applied; -1: the default
    std::string_view rule_source;  ///< its pattern, or "default"; lives as long as the Policy
    std::optional<Error> error;    ///< with `fail`, or a denial because evaluation hit a bound
};

}  // namespace sso::rules
