// What an expression sees of one request and one subject. Inside core/rules.
#pragma once

#include "core/base/attributes.hpp"
#include "core/rules/decision.hpp"

namespace sso::rules {

class RuleEnvironment final : public expr::Environment {
  public:
    /// @param request  null at login, where no virtual host is asked for anything
    /// @param subject  null when nobody is known
    RuleEnvironment(const RequestView* request, const Attributes* subject, SysSeconds now) noexcept
        : request_(request), subject_(subject), now_(now) {}

    [[nodiscard]] const AttributeValue* attribute(std::string_view name) const override {
        return subject_ == nullptr ? nullptr : subject_->find(name);
    }
    [[nodiscard]] std::optional<std::string_view> request(std::string_view name) const override;
    [[nodiscard]] SysSeconds now() const override { return now_; }
    [[nodiscard]] Result<std::string> encrypt(std::string_view clear) const override {
        return seal(clear, Sealing::text);
    }
    [[nodiscard]] Result<std::string> token(std::string_view clear) const override {
        return seal(clear, Sealing::token);
    }

  private:
    [[nodiscard]] Result<std::string> seal(std::string_view clear, Sealing how) const;

    const RequestView* request_;
    const Attributes* subject_;
    SysSeconds now_;
};

}  // namespace sso::rules
