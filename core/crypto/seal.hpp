// Sealing: authenticated encryption of a short text under a key of 32 bytes (AES-256-GCM, NIST SP 800-38D).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace sso::crypto {

/// nonce(12) ‖ ciphertext ‖ tag(16). `context` is authenticated and not stored: who opens must know it.
/// @pre key.size() == 32
std::string seal(const Secret& key, std::string_view plain, std::string_view context);

/// Opens one text after the other at less cost. The last key stays in its memory until the next one, or its end, where
/// it is overwritten: for keys that are in memory in any case. One thread at a time.
class Opener {
  public:
    Opener();
    ~Opener();
    Opener(const Opener&) = delete;
    Opener& operator=(const Opener&) = delete;
    /// As `open`.
    [[nodiscard]] Result<std::string> open(const Secret& key, std::string_view sealed, std::string_view context);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// @return `corrupt` when the key, the context or any bit of `sealed` is not what it was
Result<std::string> open(const Secret& key, std::string_view sealed, std::string_view context);

}  // namespace sso::crypto
