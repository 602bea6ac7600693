#include "core/crypto/hash.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED  // sha256 says why
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <memory>
#include <stdexcept>

namespace sso::crypto {
namespace {

// OpenSSL fails here only without memory or without its default provider: nothing that a caller could act on.
void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

// OpenSSL's parameters take pointers to mutable bytes and only read them.
OSSL_PARAM octets(const char* name, std::string_view bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());  // NOLINT
}

struct Free {
    void operator()(EVP_KDF* kdf) const noexcept { EVP_KDF_free(kdf); }
    void operator()(EVP_KDF_CTX* context) const noexcept { EVP_KDF_CTX_free(context); }
};

}  // namespace

// By the functions of this one digest. OpenSSL 3 would rather have EVP's, which make and free a state for each text and
// look for an engine: 650 instructions, beside the 1,800 that a block takes in software.
Digest sha256(std::initializer_list<std::string_view> parts) {
    SHA256_CTX state;
    bool done = SHA256_Init(&state) == 1;
    for (const std::string_view part : parts) done = done && SHA256_Update(&state, part.data(), part.size()) == 1;
    Digest digest{};
    done = done && SHA256_Final(digest.data(), &state) == 1;
    wipe(&state, sizeof state);  // the digest, which may be a key, is in it
    require(done, "SHA-256 failed");
    return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
    Digest digest{};
    const unsigned char* const text = reinterpret_cast<const unsigned char*>(message.data());
    // a null key means "the key as before" to HMAC, and an empty view may be null
    const void* const key_bytes = key.empty() ? "" : static_cast<const void*>(key.data());
    unsigned size = 0;
    require(HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), text, message.size(), digest.data(), &size) !=
                nullptr,
            "HMAC-SHA-256 failed");
    return digest;
}

Secret derive(const Secret& key, std::string_view label) {
    const std::unique_ptr<EVP_KDF, Free> kdf(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr));
    const std::unique_ptr<EVP_KDF_CTX, Free> context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    require(context != nullptr, "HKDF is not available");
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, key.reveal()),
        label.empty() ? OSSL_PARAM_construct_end() : octets(OSSL_KDF_PARAM_INFO, label),
        OSSL_PARAM_construct_end(),
    };
    std::string derived(Digest{}.size(), '\0');
    require(EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(derived.data()), derived.size(),
                           parameters) == 1,
            "HKDF failed");
    return Secret(std::move(derived));
}

std::string_view bytes(const Digest& digest) noexcept {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace sso::crypto
