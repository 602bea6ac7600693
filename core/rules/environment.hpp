// What an expression sees of one request and one subject. Inside core/rules.
#pragma once

#include "core/rules/decision.hpp"
#include "core/rules/subject_view.hpp"

namespace sso::rules {

class RuleEnvironment final : public expr::Environment {
  public:
    /// @param request  null at login, where no virtual host is asked for anything
    RuleEnvironment(const RequestView* request, SubjectView subject, SysSeconds now) noexcept
        : request_(request), subject_(subject), now_(now) {}

    [[nodiscard]] expr::Value value(std::string_view name) const override { return subject_.find(name); }
    [[nodiscard]] std::string_view plain_text(std::string_view name) const override { return subject_.find_text(name); }
    [[nodiscard]] std::string_view request(const expr::RequestName& name) const override;
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
    SubjectView subject_;
    SysSeconds now_;
};

}  // namespace sso::rules
