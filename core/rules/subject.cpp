#include "core/rules/subject.hpp"

#include <utility>

#include "core/rules/environment.hpp"
#include "core/rules/subject_data.hpp"

namespace sso::rules {
namespace {

/// `groups` ("a; b") and `hGroups` ({a: {name: a}, …}), which expressions read (reference: expressions.md §3).
class Membership {
  public:
    explicit Membership(Attributes& attributes) : attributes_(attributes) { publish(); }

    void join(const std::string& group) {
        if (!names_.empty()) names_ += kMultiValueSeparator;
        names_ += group;
        Attributes description;
        description.set("name", group);
        by_name_.set(group, std::move(description));
        publish();
    }

  private:
    void publish() {
        attributes_.set("groups", names_);
        attributes_.set("hGroups", by_name_);
    }

    Attributes& attributes_;
    std::string names_;
    Attributes by_name_;
};

}  // namespace

SubjectBuilder::SubjectBuilder(std::unique_ptr<const Compiled> compiled) noexcept : compiled_(std::move(compiled)) {}
SubjectBuilder::SubjectBuilder(SubjectBuilder&&) noexcept = default;
SubjectBuilder::~SubjectBuilder() = default;

Result<SubjectReport> SubjectBuilder::build(Attributes known, SysSeconds now, const DirectoryTest& directory) const {
    SubjectReport report{std::move(known), {}};
    Attributes& attributes = report.attributes;
    const RuleEnvironment environment(nullptr, &attributes, now);
    for (const CompiledMacro& macro : compiled_->macros) {
        auto outcome = macro.program.evaluate(environment);
        if (!outcome) report.remarks.push_back("macros." + macro.name + ": " + outcome.error().detail);
        if (outcome && !outcome->undefined) {
            attributes.set(macro.name, std::move(outcome->text));
        } else {
            attributes.erase(macro.name);  // an attribute of the same name was to be replaced
        }
    }
    Membership membership(attributes);
    for (const CompiledGroup& group : compiled_->groups) {
        const auto folded = group.definition->fold(environment);
        if (!folded) {
            report.remarks.push_back("groups." + group.name + ": " + folded.error().detail);
            continue;
        }
        bool is_member = false;
        if (const bool* decided = std::get_if<bool>(&*folded)) {
            is_member = *decided;
        } else if (directory) {
            const auto found = directory(std::get<std::string>(*folded));
            if (!found) return tl::unexpected<Error>(found.error());
            is_member = *found;
        } else {
            report.remarks.push_back("groups." + group.name + ": its LDAP filter was not asked of the directory");
        }
        if (is_member) membership.join(group.name);
    }
    return report;
}

}  // namespace sso::rules
