// Rules and headers that stand outside a configuration's text, in httpd's own: compiled by themselves, they take the
// place of a virtual host's.
#pragma once

#include <optional>
#include <string_view>

#include "core/config/diagnostic.hpp"
#include "core/config/settings.hpp"
#include "core/rules/policy.hpp"
#include "core/rules/subject_view.hpp"

namespace sso::rules {

struct PlaceOutcome {
    std::optional<HostPolicy> policy;  ///< there unless an error is among the diagnostics
    config::Diagnostics diagnostics;   ///< their places are of no use: the texts have none
};

/// Compiles the rules, the default and the headers of `written`; what else it holds is not looked at. Which attributes
/// there are is the configuration's to say, so that no name is held to be wrong.
PlaceOutcome compile_place(const config::VirtualHostSettings& written);

/// Whether `subject` belongs to the group. Allocates nothing.
bool is_member(SubjectView subject, std::string_view group) noexcept;

}  // namespace sso::rules
