// The twenty commonest expressions of real configurations (reference: expressions.md §6), each with the C++ that a
// programmer would write for it: the same attributes, the same PCRE2 patterns, no language in between.
#pragma once

#include <span>
#include <string>

#include "core/base/attributes.hpp"
#include "core/expr/program.hpp"
#include "core/rules/decision.hpp"

namespace sso::bench {

/// Who asks, and what for.
struct Sample {
    Attributes person;
    rules::RequestView request;
    SysSeconds now;
};
Sample sample();

struct Case {
    const char* name;
    expr::Purpose purpose;
    const char* source;
    /// A rule's truth as "1" or "", else the value: what `source` gives too.
    std::string (*value)(const Sample&);  ///< null for a rule
    bool (*holds)(const Sample&);         ///< null for a value
};
std::span<const Case> cases();

}  // namespace sso::bench
