#include "core/config/rotating_key.hpp"

#include "core/base/encoding.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/seal.hpp"

namespace sso::config {
namespace {

std::string signature_with(const Secret& key, std::string_view message) {
    return base64url_encode(crypto::bytes(crypto::hmac_sha256(key.reveal(), message)));
}

}  // namespace

RotatingKey::RotatingKey(const SiteKey& site_key, std::string_view label)
    : current_(site_key.derive(label)), previous_(site_key.derive_previous(label)) {}

std::string RotatingKey::sign(std::string_view message) const {
    return signature_with(current_, message);
}

bool RotatingKey::verifies(std::string_view message, std::string_view signature) const {
    return equal_in_constant_time(signature_with(current_, message), signature) ||
           (previous_ && equal_in_constant_time(signature_with(*previous_, message), signature));
}

std::string RotatingKey::seal(std::string_view plain, std::string_view context) const {
    return crypto::seal(current_, plain, context);
}

Result<std::string> RotatingKey::open(std::string_view sealed, std::string_view context) const {
    auto opened = crypto::open(current_, sealed, context);
    if (opened || !previous_) return opened;
    return crypto::open(*previous_, sealed, context);
}

}  // namespace sso::config
