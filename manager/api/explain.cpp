// POST /api/v1/explain: why somebody may or may not have a page.
#include "core/rules/explanation.hpp"
#include "manager/api/change.hpp"
#include "manager/api/handlers.hpp"
#include "manager/explanation_json.hpp"

namespace sso::manager::api {
namespace {

/// Whom the question is about; nobody who is logged in when it names nobody.
Result<std::optional<rules::SubjectReport>> subject_of(const Call& call, const Inquiry& inquiry) {
    if (!inquiry.user.empty()) {
        auto person = call.site.people.find(*call.site.snapshot, inquiry.user, inquiry.address, call.site.now);
        if (!person && person.error().code == ErrorCode::not_found) {
            return fail(ErrorCode::not_found, "the directory has nobody of this name");
        }
        if (!person) return error_of(person);
        return std::move(*person);
    }
    if (!inquiry.attributes) return std::nullopt;
    return session::parse_attributes(*inquiry.attributes).map([](Attributes attributes) {
        return std::optional(rules::SubjectReport{std::move(attributes), {}});
    });
}

}  // namespace

http::Response explain(const Call& call) {
    const auto inquiry = parse_inquiry(call.request.body);
    if (!inquiry) return refusal(call, inquiry.error());
    const auto url = http::Url::parse(inquiry->url);
    if (!url) return refusal(400, "invalid", "url: " + url.error().detail);
    const auto subject = subject_of(call, *inquiry);
    if (!subject) return refusal(call, subject.error());
    const Attributes* attributes = *subject ? &(*subject)->attributes : nullptr;
    const auto explanation = rules::masked(
        rules::explain(*call.site.snapshot, {*url, inquiry->method, inquiry->address}, attributes, call.site.now));
    Json json = manager::json_of(explanation);
    if (*subject && !(*subject)->remarks.empty()) json["remarks"] = (*subject)->remarks;
    return reply(200, json);
}

}  // namespace sso::manager::api
