#include "registration/request.hpp"

#include <algorithm>

namespace sso::registration {
namespace {

constexpr std::size_t kLogonBytes = 64;
constexpr std::size_t kSystemBytes = 16;

bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
bool is_lead(char c) noexcept {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::optional<Logon> Logon::parse(std::string_view text) {
    if (text.empty() || text.size() > kLogonBytes || !is_lead(text.front())) return std::nullopt;
    const bool good =
        std::all_of(text.begin(), text.end(), [](char c) { return is_lead(c) || c == '.' || c == '_' || c == '-'; });
    return good ? std::optional(Logon(text)) : std::nullopt;
}

std::optional<OperatingSystem> OperatingSystem::parse(std::string_view text) {
    if (text.empty() || text.size() > kSystemBytes) return std::nullopt;
    return std::all_of(text.begin(), text.end(), is_lower) ? std::optional(OperatingSystem(text)) : std::nullopt;
}

Result<EnrolRequest> parse_request(std::string_view original_command) {
    if (original_command.size() > kRequestBytes) {
        return fail(ErrorCode::invalid, "a request of " + std::to_string(original_command.size()) + " bytes");
    }
    const auto colon = original_command.find(':');
    if (colon == original_command.npos) return fail(ErrorCode::invalid, "a request without a colon");
    auto os = OperatingSystem::parse(original_command.substr(0, colon));
    if (!os) return fail(ErrorCode::invalid, "what stands before the colon is no operating system");
    auto logon = Logon::parse(original_command.substr(colon + 1));
    if (!logon) return fail(ErrorCode::invalid, "what stands behind the colon is no logon");
    return EnrolRequest{std::move(*os), std::move(*logon)};
}

}  // namespace sso::registration
