// Sealing: authenticated encryption of a short text under a key of 32 bytes (AES-256-GCM, NIST SP 800-38D).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace sso::crypto {

/// nonce(12) ‖ ciphertext ‖ tag(16). `context` is authenticated and not stored: who opens must know it.
/// @pre key.size() == 32
std::string seal(const Secret& key, std::string_view plain, std::string_view context);

/// @return `corrupt` when the key, the context or any bit of `sealed` is not what it was
Result<std::string> open(const Secret& key, std::string_view sealed, std::string_view context);

}  // namespace sso::crypto
