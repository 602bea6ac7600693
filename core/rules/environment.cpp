#include "core/rules/environment.hpp"

#include <array>

namespace sso::rules {
namespace {

struct RequestVariable {
    std::string_view name;
    std::string_view RequestView::*member;
};
/// What the view holds itself, for those who have no more. HTTP_HOST is the name alone, without a port, as
/// LemonLDAP::NG has it.
constexpr std::array kVariables{
    RequestVariable{"REMOTE_ADDR", &RequestView::address},
    RequestVariable{"HTTP_HOST", &RequestView::host},
    RequestVariable{"REQUEST_METHOD", &RequestView::method},
    RequestVariable{"QUERY_STRING", &RequestView::query},
};

}  // namespace

std::optional<std::string_view> RuleEnvironment::request(std::string_view name) const {
    if (request_ == nullptr) return std::nullopt;
    if (request_->variable != nullptr) return request_->variable(request_->context, name);
    for (const RequestVariable& variable : kVariables) {
        if (variable.name == name) return request_->*variable.member;
    }
    return std::nullopt;
}

Result<std::string> RuleEnvironment::seal(std::string_view clear, Sealing how) const {
    if (request_ == nullptr || request_->seal == nullptr) {
        return fail(ErrorCode::invalid, "encrypt() and token() are for the handler's headers and rules alone");
    }
    return request_->seal(request_->context, clear, how);
}

}  // namespace sso::rules
