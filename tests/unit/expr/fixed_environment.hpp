// An environment written down in a test.
#pragma once

#include <map>
#include <string>

#include "core/expr/program.hpp"

namespace sso::expr {

class FixedEnvironment final : public AttributeEnvironment {
  public:
    Attributes attributes;
    std::map<std::string, std::string, std::less<>> variables;
    std::int64_t epoch = 1'700'000'000;  // Tuesday 2023-11-14 22:13:20 UTC

    [[nodiscard]] const AttributeValue* attribute(std::string_view name) const override {
        return attributes.find(name);
    }
    [[nodiscard]] std::string_view request(const RequestName& name) const override {
        const auto found = variables.find(name.text);
        if (found == variables.end()) return {};
        return found->second;
    }
    [[nodiscard]] SysSeconds now() const override { return SysSeconds(std::chrono::seconds(epoch)); }
    [[nodiscard]] Result<std::string> encrypt(std::string_view clear) const override {
        return "<" + std::string(clear) + ">";
    }
};

}  // namespace sso::expr
