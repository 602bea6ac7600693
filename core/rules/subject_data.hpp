// What a compiled SubjectBuilder holds. Inside core/rules.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/rules/group.hpp"
#include "core/rules/subject.hpp"

namespace sso::rules {

struct CompiledMacro {
    std::string name;
    expr::Program program;
};

struct CompiledGroup {
    std::string name;
    std::unique_ptr<Group> definition;
};

struct SubjectBuilder::Compiled {
    std::vector<CompiledMacro> macros;
    std::vector<CompiledGroup> groups;
};

}  // namespace sso::rules
