#include "core/rules/decision.hpp"

#include <array>
#include <cstddef>

namespace sso::rules {
namespace {

constexpr std::array<std::string_view, 6> kNames{"allow", "deny", "authenticate", "unprotected", "skip", "fail"};

}  // namespace

std::string_view name(Verdict verdict) noexcept {
    return kNames.at(static_cast<std::size_t>(verdict));
}

}  // namespace sso::rules
