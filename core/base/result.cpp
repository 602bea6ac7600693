#include "core/base/result.hpp"

namespace sso {

std::string_view name(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::expired:
            return "expired";
        case ErrorCode::exists:
            return "exists";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::refused:
            return "refused";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::full:
            return "full";
        case ErrorCode::limit:
            return "limit";
        case ErrorCode::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace sso
