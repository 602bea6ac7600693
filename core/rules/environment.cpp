#include "core/rules/environment.hpp"

namespace sso::rules {

namespace {

/// What the view holds itself, for those who have no more.
[[gnu::noinline]] std::string_view variable_of(const RequestView& request, expr::RequestName::Kind kind) noexcept {
    using Kind = expr::RequestName::Kind;
    switch (kind) {
        case Kind::remote_addr:
            return expr::or_empty(request.address);
        case Kind::http_host:
            return expr::or_empty(request.host);
        case Kind::request_method:
            return expr::or_empty(request.method);
        case Kind::query_string:
            return expr::or_empty(request.query);
        default:
            return {};
    }
}

}  // namespace

std::string_view RuleEnvironment::request(const expr::RequestName& name) const {
    if (request_ == nullptr) return {};
    if (request_->variable != nullptr) return request_->variable(request_->context, name);
    return variable_of(*request_, name.kind);
}

Result<std::string> RuleEnvironment::seal(std::string_view clear, Sealing how) const {
    if (request_ == nullptr || request_->seal == nullptr) {
        return fail(ErrorCode::invalid, "encrypt() and token() are for the handler's headers and rules alone");
    }
    return request_->seal(request_->context, clear, how);
}

}  // namespace sso::rules
