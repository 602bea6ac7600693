// What an expression may ask of the world around it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/expr/value.hpp"

namespace sso::expr {

/// Views live as long as the evaluation.
class Environment {
  public:
    virtual ~Environment() = default;
    /// `$name`: an attribute of the subject, or undefined.
    [[nodiscard]] virtual Value value(std::string_view name) const = 0;
    /// The same where it is a text; data() is null where it is anything else. What most rules ask for: it goes through
    /// registers.
    [[nodiscard]] virtual std::string_view plain_text(std::string_view name) const {
        const Value found = value(name);
        return found.type == Type::text ? found.view() : std::string_view();
    }
    /// `$ENV{NAME}`, `$env->{NAME}`, `$ip` (REMOTE_ADDR), `$vhost` (HTTP_HOST): of the request, or nothing.
    [[nodiscard]] virtual std::optional<std::string_view> request(std::string_view name) const = 0;
    [[nodiscard]] virtual SysSeconds now() const = 0;
    /// `encrypt(text)`.
    [[nodiscard]] virtual Result<std::string> encrypt(std::string_view clear) const = 0;
    /// `token(…)`, of the time and the arguments, joined by colons.
    [[nodiscard]] virtual Result<std::string> token(std::string_view clear) const { return encrypt(clear); }
};

/// One whose attributes are at hand as the directory gave them.
class AttributeEnvironment : public Environment {
  public:
    /// Null when it is undefined.
    [[nodiscard]] virtual const AttributeValue* attribute(std::string_view name) const = 0;
    [[nodiscard]] Value value(std::string_view name) const final { return Value::of(attribute(name)); }
};

}  // namespace sso::expr
