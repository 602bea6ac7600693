#include "core/config/site_key.hpp"

#include <utility>
#include <vector>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/random.hpp"

namespace sso::config {
namespace {

constexpr std::size_t kKeyBytes = 32;

std::optional<Secret> parse_key(std::string_view line) {
    if (line.size() != 2 * kKeyBytes) return std::nullopt;
    auto bytes = hex_decode(line);
    if (!bytes) return std::nullopt;
    return Secret(std::move(*bytes));
}

}  // namespace

SiteKey::SiteKey(Secret current, std::optional<Secret> previous)
    : current_(std::move(current)), previous_(std::move(previous)) {}

Result<SiteKey> SiteKey::read(const std::string& path) {
    auto text = read_secret_file(path);
    if (!text) return tl::unexpected<Error>(std::move(text.error()));
    std::vector<Secret> keys;
    for (const std::string_view raw : split(text->reveal(), '\n')) {
        std::string_view line = raw;
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = trim(line);
        if (line.empty()) continue;
        auto key = parse_key(line);
        if (!key || keys.size() == 2) {
            return fail(ErrorCode::invalid, printable(path) +
                                                ": is not a key file; it holds one line of 64 hexadecimal digits, and "
                                                "during a rotation a second one; make it with ssoctl key new");
        }
        keys.push_back(std::move(*key));
    }
    if (keys.empty()) {
        return fail(ErrorCode::invalid, printable(path) + ": holds no key; make one with ssoctl key new");
    }
    std::optional<Secret> previous;
    if (keys.size() == 2) previous = std::move(keys[1]);
    return SiteKey(std::move(keys[0]), std::move(previous));
}

Secret SiteKey::generate() {
    std::string bytes = crypto::random_bytes(kKeyBytes);
    std::string line = hex_encode(bytes);
    wipe(bytes.data(), bytes.size());
    line += '\n';
    return Secret(std::move(line));
}

Result<Secret> SiteKey::rotated(const std::string& path) {
    const auto held = read(path);
    if (!held) return tl::unexpected(held.error());
    const Secret fresh = generate();
    std::string current = hex_encode(held->current_.reveal());
    std::string text;
    text.reserve(fresh.size() + current.size() + 1);
    text.append(fresh.reveal()).append(current).append("\n");
    wipe(current.data(), current.size());
    return Secret(std::move(text));
}

Secret SiteKey::derive(std::string_view label) const {
    return crypto::derive(current_, label);
}

std::optional<Secret> SiteKey::derive_previous(std::string_view label) const {
    if (!previous_) return std::nullopt;
    return crypto::derive(*previous_, label);
}

}  // namespace sso::config
