// What an expression may ask of the world around it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/expr/value.hpp"

namespace sso::expr {

/// The name of a request's variable (RFC 3875 §4.1). Which of them it is is found out once, when an expression is
/// compiled.
struct RequestName {
    enum class Kind : std::uint8_t {
        remote_addr,
        http_host,  ///< the name alone, without a port, as LemonLDAP::NG has it
        request_method,
        request_uri,
        query_string,
        server_protocol,
        server_name,
        request_scheme,
        header,  ///< HTTP_…
        other,
    };
    static constexpr std::string_view kHeader = "HTTP_";
    explicit RequestName(std::string_view name) noexcept;
    /// Of a header: its name in upper case, with `_` for what is neither letter nor digit.
    [[nodiscard]] std::string_view header() const noexcept { return text.substr(kHeader.size()); }

    std::string_view text;
    Kind kind;
};

/// `text`, with data() that is not null where it is empty: it is there.
inline std::string_view or_empty(std::string_view text) noexcept {
    return text.data() == nullptr ? std::string_view("") : text;
}

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
    /// `$ENV{NAME}`, `$env->{NAME}`, `$ip` (REMOTE_ADDR), `$vhost` (HTTP_HOST): of the request. data() is null where it
    /// has none of that name.
    [[nodiscard]] virtual std::string_view request(const RequestName& name) const = 0;
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
