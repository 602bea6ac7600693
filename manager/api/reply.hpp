// How a handler of the API answers, and what every handler is given. Inside manager/api.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/config/versions.hpp"
#include "core/http/message.hpp"
#include "manager/api/caller.hpp"
#include "manager/site.hpp"

namespace sso::manager::api {

using Json = nlohmann::ordered_json;

/// Numbers of log lines (docs/messages.md).
inline constexpr int kPublishedNumber = 613;
inline constexpr int kEndedNumber = 614;
inline constexpr int kWhoNumber = 615;
inline constexpr int kNoAnswerNumber = 616;
inline constexpr int kOtherNameNumber = 617;

/// One request, on its way to its handler.
struct Call {
    const Site& site;
    const http::Request& request;
    const http::Form& query;  ///< of the names that the route takes
    Caller& caller;
    std::string_view rest;  ///< what stands behind the route's path

    /// A parameter of the query; nothing when it is missing or empty.
    [[nodiscard]] std::optional<std::string> given(std::string_view name) const;
    /// The same as a number. @return `invalid` for anything else
    [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name) const;
    /// A line in the log: what was done, by whom, from where. Foreign parts of its text are printable.
    void audit(LogLine done) const;
};

http::Response reply(int status, const Json& json);
/// {"error": code, "message": text}
http::Response refusal(int status, std::string_view code, std::string_view text);
/// The answer to what core could not do: 400, 404, or 503 and a line in the log.
http::Response refusal(const Call& call, const Error& error);

/// The name in the Host header, in lower case, without a port.
std::string host_name(const http::Request& request);

Json json_of(const config::VersionInfo& info);
Json json_of(const config::Diagnostics& diagnostics);

}  // namespace sso::manager::api
