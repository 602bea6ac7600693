#include "manager/api/caller.hpp"

#include "core/base/text.hpp"
#include "manager/api/reply.hpp"

namespace sso::manager::api {

using rules::ManagerRole;

Caller::Caller(const Site& site, const http::Request& request, const rules::Snapshot& snapshot)
    : site_(site),
      request_(request),
      snapshot_(snapshot),
      name_(request.variable("REMOTE_USER")),
      address_(request.variable("REMOTE_ADDR")) {}

Result<bool> Caller::may(ManagerRole role) {
    auto reads = has(ManagerRole::read);
    if (!reads || !*reads || role == ManagerRole::read) return reads;
    return has(role);
}

Result<bool> Caller::has(ManagerRole role) {
    if (const auto of_all = snapshot_.policy.role_of_all(role)) return *of_all;
    const auto known = attributes();
    if (!known) return error_of(known);
    if (*known == nullptr) return false;
    const std::string host = host_name(request_);
    const rules::RequestView view{
        .method = request_.method, .path = request_.path, .query = request_.query, .host = host, .address = address_};
    return snapshot_.policy.has_role(role, view, **known, site_.now);
}

Result<const Attributes*> Caller::attributes() {
    if (!known_) known_ = look_up();
    if (!*known_) return error_of(*known_);
    return *known_ && **known_ ? &***known_ : nullptr;
}

Result<std::optional<Attributes>> Caller::look_up() const {
    const auto say = [&](LogLevel level, int number, const std::string& text) {
        site_.log({level, number, "\"" + printable(name_) + "\" in the manager: " + text});
    };
    auto person = site_.people.find(snapshot_, name_, address_, site_.now);
    if (!person && person.error().code == ErrorCode::not_found) return std::nullopt;
    if (!person) {
        say(LogLevel::error, kWhoNumber, person.error().detail);
        return error_of(person);
    }
    const std::string traced = snapshot_.policy.trace_name(person->attributes, site_.now);
    if (traced != name_) {
        say(LogLevel::warning, kOtherNameNumber,
            "the directory's person of that login goes by \"" + printable(traced) + "\" (session.what_to_trace)");
        return std::nullopt;
    }
    return std::move(person->attributes);
}

}  // namespace sso::manager::api
