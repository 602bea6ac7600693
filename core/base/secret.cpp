#include "core/base/secret.hpp"

#include <cstring>

namespace sso {

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
    }
    return difference == 0;
}

void wipe(void* memory, std::size_t size) noexcept {
    if (size != 0) ::explicit_bzero(memory, size);
}

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
    wipe(other.text_.data(), other.text_.capacity());  // short text stays in the moved-from object's own buffer
    other.text_.clear();
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(text_.data(), text_.capacity());
        text_ = std::move(other.text_);
        wipe(other.text_.data(), other.text_.capacity());
        other.text_.clear();
    }
    return *this;
}

}  // namespace sso
