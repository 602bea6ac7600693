// Digests, keyed digests and key derivation (OpenSSL).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace sso::crypto {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) of the parts joined.
Digest sha256(std::initializer_list<std::string_view> parts);

/// HMAC-SHA-256 (RFC 2104).
Digest hmac_sha256(std::string_view key, std::string_view message);

/// 32 bytes derived from `key` for one purpose: HKDF-SHA-256 (RFC 5869) with `label` as info and no salt.
Secret derive(const Secret& key, std::string_view label);

/// The digest's bytes as a view, for text functions.
std::string_view bytes(const Digest& digest) noexcept;

}  // namespace sso::crypto
