#include "core/crypto/seal.hpp"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <limits>
#include <memory>
#include <stdexcept>

#include "core/crypto/random.hpp"

namespace sso::crypto {
namespace {

constexpr std::size_t kKey = 32;
constexpr std::size_t kNonce = 12;  // GCM's own size: no hashing of the nonce
constexpr std::size_t kTag = 16;
constexpr std::size_t kLargest = std::numeric_limits<int>::max() - kNonce - kTag;  // OpenSSL counts in int

struct Free {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* octets(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) noexcept {
    return reinterpret_cast<unsigned char*>(text.data());
}

// Fails only without memory or without OpenSSL's default provider: nothing that a caller could act on.
void require(bool done) {
    if (!done) throw std::runtime_error("AES-256-GCM is not available");
}

const EVP_CIPHER* fetch_aes_256_gcm() {
    const EVP_CIPHER* const found = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    require(found != nullptr);
    return found;
}

/// Looked up once: OpenSSL would look for it at each call. Where it is not found, the next call looks again.
const EVP_CIPHER* aes_256_gcm() {
    static const EVP_CIPHER* const kCipher = fetch_aes_256_gcm();
    return kCipher;
}

}  // namespace

std::string seal(const Secret& key, std::string_view plain, std::string_view context) {
    assert(key.size() == kKey);
    if (key.size() != kKey || plain.size() > kLargest || context.size() > kLargest) {
        throw std::length_error("a sealing key has 32 bytes, a sealed text at most 2 GiB");
    }
    const std::string nonce = random_bytes(kNonce);
    std::string sealed(kNonce + plain.size() + kTag, '\0');
    sealed.replace(0, kNonce, nonce);
    unsigned char* const out = octets(sealed);

    const Cipher cipher(EVP_CIPHER_CTX_new());
    require(cipher &&
            EVP_EncryptInit_ex2(cipher.get(), aes_256_gcm(), octets(key.reveal()), octets(nonce), nullptr) == 1);
    int size = 0;
    require(context.empty() ||
            EVP_EncryptUpdate(cipher.get(), nullptr, &size, octets(context), static_cast<int>(context.size())) == 1);
    require(plain.empty() ||
            EVP_EncryptUpdate(cipher.get(), out + kNonce, &size, octets(plain), static_cast<int>(plain.size())) == 1);
    require(EVP_EncryptFinal_ex(cipher.get(), out + kNonce + plain.size(), &size) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTag),
                                out + kNonce + plain.size()) == 1);
    return sealed;
}

struct Opener::State {
    Cipher cipher{EVP_CIPHER_CTX_new()};
    bool was_used = false;
};

Opener::Opener() : state_(std::make_unique<State>()) {
    require(state_->cipher != nullptr);
}
Opener::~Opener() = default;

Result<std::string> Opener::open(const Secret& key, std::string_view sealed, std::string_view context) {
    if (key.size() != kKey) return fail(ErrorCode::corrupt, "a sealing key has 32 bytes");
    if (sealed.size() < kNonce + kTag || sealed.size() > kLargest || context.size() > kLargest) {
        return fail(ErrorCode::corrupt, "a sealed text of " + std::to_string(sealed.size()) + " bytes");
    }
    const std::string_view nonce = sealed.substr(0, kNonce);
    const std::string_view hidden = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
    std::array<unsigned char, kTag> tag;  // NOLINT: filled in the next line
    sealed.copy(reinterpret_cast<char*>(tag.data()), kTag, sealed.size() - kTag);
    std::string plain(hidden.size(), '\0');

    const Cipher& cipher = state_->cipher;
    const EVP_CIPHER* const algorithm = state_->was_used ? nullptr : aes_256_gcm();
    require(EVP_DecryptInit_ex2(cipher.get(), algorithm, octets(key.reveal()), octets(nonce), nullptr) == 1);
    state_->was_used = true;
    int size = 0;
    require(context.empty() ||
            EVP_DecryptUpdate(cipher.get(), nullptr, &size, octets(context), static_cast<int>(context.size())) == 1);
    require(hidden.empty() || EVP_DecryptUpdate(cipher.get(), octets(plain), &size, octets(hidden),
                                                static_cast<int>(hidden.size())) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTag), tag.data()) == 1);
    unsigned char rest[kTag];
    if (EVP_DecryptFinal_ex(cipher.get(), rest, &size) != 1) {
        wipe(plain.data(), plain.size());
        return fail(ErrorCode::corrupt, "the seal is broken: another key, another context or changed bytes");
    }
    return plain;
}

Result<std::string> open(const Secret& key, std::string_view sealed, std::string_view context) {
    return Opener().open(key, sealed, context);
}

}  // namespace sso::crypto
