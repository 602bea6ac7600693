#include "core/credentials/basic.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace sso::credentials {
namespace {

constexpr std::string_view kScheme = "Basic";

bool is_text(std::string_view text) noexcept {
    return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte < 0x20 || byte == 0x7F;
           });
}

}  // namespace

bool is_basic(std::string_view authorization) noexcept {
    const std::string_view text = trim(authorization);
    if (!equal_ignoring_case(text.substr(0, kScheme.size()), kScheme)) return false;
    return text.size() == kScheme.size() || text[kScheme.size()] == ' ' || text[kScheme.size()] == '\t';
}

std::optional<NameAndPassword> parse_basic(std::string_view authorization) {
    if (!is_basic(authorization)) return std::nullopt;
    const std::string_view encoded = trim(trim(authorization).substr(kScheme.size()));
    if (encoded.size() > (kUserLimit + kPasswordLimit + 4) / 3 * 4) return std::nullopt;
    auto decoded = base64_decode(encoded);
    if (!decoded) return std::nullopt;
    const Secret clear(std::move(*decoded));
    const std::string_view both = clear.reveal();
    const auto colon = both.find(':');
    if (colon == both.npos || !is_text(both)) return std::nullopt;
    const std::string_view user = both.substr(0, colon);
    const std::string_view password = both.substr(colon + 1);
    if (user.empty() || user.size() > kUserLimit || trim(user) != user) return std::nullopt;
    if (password.empty() || password.size() > kPasswordLimit) return std::nullopt;
    return NameAndPassword{std::string(user), Secret(std::string(password))};
}

}  // namespace sso::credentials
