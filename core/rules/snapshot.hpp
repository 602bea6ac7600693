// A configuration ready to be used: settings and the policy compiled from them. The one `check` of every program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/config/document.hpp"
#include "core/config/settings.hpp"
#include "core/rules/policy.hpp"
#include "core/rules/subject.hpp"

namespace sso::rules {

struct Snapshot {
    std::string version;
    config::Settings settings;
    Policy policy;            ///< refers to the virtual hosts' settings
    SubjectBuilder subjects;  ///< macros and groups
};

/// What came of a text: a snapshot, unless an error is among the diagnostics.
struct CheckOutcome {
    std::shared_ptr<const Snapshot> snapshot;
    config::Diagnostics diagnostics;
    /// Of a text that is refused: the header names that it gives applications, as far as it could be read.
    std::vector<std::string> refused_headers;
};

/// Parses, compiles and checks everything that can be known without asking a server.
/// @param when  at first use: `explain` has no rules to show
CheckOutcome check(const config::Document& document, Compile when = Compile::at_once);

}  // namespace sso::rules
