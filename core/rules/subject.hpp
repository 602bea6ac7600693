// From what the directory says of a person to what rules see: macros, then groups in the seed's three forms
// (reference: expressions.md §7).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/config/settings.hpp"

namespace sso::rules {

/// Asks the directory whether the person's entry matches an LDAP filter (RFC 4515). Called once a group that has a
/// filter left.
using DirectoryTest = std::function<Result<bool>(std::string_view filter)>;

struct SubjectReport {
    Attributes attributes;             ///< what was given, and macros, `groups` and `hGroups`
    std::vector<std::string> remarks;  ///< a macro or group that failed: "groups.group1: …"; it counts as not held
};

class SubjectBuilder {
  public:
    SubjectBuilder(SubjectBuilder&&) noexcept;
    ~SubjectBuilder();

    /// Macros in written order, each seeing the ones before; then groups likewise. An error of the directory during
    /// the groups is an error of the whole: half of somebody's rights is nobody's wish.
    [[nodiscard]] Result<SubjectReport> build(Attributes known, SysSeconds now, const DirectoryTest& directory) const;

  private:
    friend class PolicyCompiler;
    struct Compiled;
    explicit SubjectBuilder(std::unique_ptr<const Compiled> compiled) noexcept;
    std::unique_ptr<const Compiled> compiled_;
};

}  // namespace sso::rules
