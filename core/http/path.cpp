#include "core/http/path.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/block.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace sso::http {
namespace {

/// One byte of a path, decoded, and how many bytes it took in the raw text; no length for a broken escape.
struct PathByte {
    unsigned char value;
    std::size_t length;
    [[nodiscard]] bool encoded() const noexcept { return length == 3; }
};

PathByte next_byte(std::string_view raw) noexcept {
    if (raw[0] != '%') return {static_cast<unsigned char>(raw[0]), 1};
    if (raw.size() < 3) return {0, 0};
    const int high = hex_digit(raw[1]);
    const int low = hex_digit(raw[2]);
    if (high < 0 || low < 0) return {0, 0};
    return {static_cast<unsigned char>(high * 16 + low), 3};
}

/// Looks at a decoded path byte by byte for what other programs behind us could read as another path.
class FlawFinder {
  public:
    /// What is wrong with the path up to and with `byte`, or nothing.
    std::string_view next(unsigned char byte) noexcept {
        const unsigned char previous = std::exchange(previous_, byte);
        if (byte < 0x20 || byte == 0x7F) return "control byte in path";
        if (begins_overlong(previous, byte)) return "overlong UTF-8 in path";
        if (byte == ';' && (dots_ == 1 || dots_ == 2)) return "dot segment with parameters in path";
        if (byte == '/' || byte == '\\') {
            dots_ = 0;
        } else if (byte == '.' && dots_ != kNoDots) {
            ++dots_;
        } else {
            dots_ = kNoDots;
        }
        return {};
    }

  private:
    static constexpr std::size_t kNoDots = std::string_view::npos;

    /// Whether these two bytes begin an overlong form: some application may read "\xC0\xAF" as "/".
    static bool begins_overlong(unsigned char first, unsigned char second) noexcept {
        if ((second & 0xC0U) != 0x80U) return false;
        return first == 0xC0 || first == 0xC1 || (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    }

    unsigned char previous_ = 0;
    std::size_t dots_ = kNoDots;  ///< length of the segment so far, if it is dots alone
};

/// What a byte is to a path: a flaw unless it is plain, and odd behind a slash.
enum Kind : unsigned char { kMayBeFlaw = 1, kOddBehindSlash = 2 };

constexpr auto kKinds = [] {
    std::array<unsigned char, 256> kinds{};
    kinds.fill(kMayBeFlaw);
    for (const char c :
         std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/!$&'()*+,=:@")) {
        kinds[static_cast<unsigned char>(c)] = c == '/' || c == '.' ? kOddBehindSlash : 0;
    }
    return kinds;
}();

/// One bit for each of the bytes that may make a path an odd one: what is no letter, digit or common mark, and a slash
/// with a slash or a dot behind it.
[[gnu::always_inline]] inline unsigned oddities(Block block, Block next) noexcept {
    const Block common = block.is_between('&', ':') | block.in_lower_case().is_between('a', 'z') | block.equals('_');
    const Block odd = block.equals('/') & next.is_between('.', '/');
    return ~common.without(odd).mask();
}

/// True for most ordinary paths, and for no other.
bool is_surely_ordinary(std::string_view path) noexcept {
    constexpr std::size_t kHalf = Block::kSize / 2;
    if (path.size() <= kHalf) return false;
    if ((kKinds[static_cast<unsigned char>(path.back())] & kMayBeFlaw) != 0) return false;  // it has no next
    const char* const text = path.data();
    unsigned odd = 0;
    if (path.size() <= Block::kSize) {
        const char* const last = text + path.size() - kHalf - 1;  // overlaps the one before
        odd = oddities(Block::halves(text, last), Block::halves(text + 1, last + 1));
    } else {
        const char* const last = text + path.size() - Block::kSize - 1;
        odd = oddities(Block::sixteen(last), Block::sixteen(last + 1));
        for (const char* at = text; at < last; at += Block::kSize) {
            odd |= oddities(Block::sixteen(at), Block::sixteen(at + 1));
        }
    }
    return (odd & 0xFFFFU) == 0;
}

constexpr std::string_view kBackslash = "backslash in path";
constexpr std::string_view kNoSlash = "path does not begin with /";

/// "//", "." and ".." taken out of a decoded path, as ap_normalize_path does: slashes are merged before ".." is
/// resolved, so that "/a//../b" is "/b". Nothing for a ".." above the root.
std::optional<std::string> without_dot_segments(std::string_view path) {
    std::string result;
    result.reserve(path.size());
    std::size_t at = 0;
    while (at < path.size()) {
        while (at < path.size() && path[at] == '/') ++at;
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, end - at);
        at = end;
        const bool last = at == path.size();
        if (segment == "..") {
            if (result.empty()) return std::nullopt;
            result.erase(result.rfind('/'));
        } else if (segment != "." && !segment.empty()) {
            result += '/';
            result += segment;
            continue;
        }
        if (last) result += '/';
    }
    return result;
}

Result<std::string> refused(std::string_view flaw, std::string_view path) {
    return fail(ErrorCode::invalid, std::string(flaw) + ": " + printable(path));
}

}  // namespace

bool is_plain_path(std::string_view path) noexcept {
    return path.starts_with('/') && std::none_of(path.begin(), path.end(), [](char c) {
               return (kKinds[static_cast<unsigned char>(c)] & kMayBeFlaw) != 0;
           });
}

bool is_ordinary_path(std::string_view path) noexcept {
    if (!path.starts_with('/')) return false;
    if (is_surely_ordinary(path)) return true;
    unsigned refused = kMayBeFlaw | kOddBehindSlash;  // of the next byte
    for (const char c : path.substr(1)) {
        if ((kKinds[static_cast<unsigned char>(c)] & refused) != 0) return false;
        refused = c == '/' ? kMayBeFlaw | kOddBehindSlash : kMayBeFlaw;
    }
    return true;
}

std::string_view path_flaw(std::string_view raw, bool keep_encoded_slashes) noexcept {
    if (raw.empty() || raw[0] != '/') return kNoSlash;
    if (is_plain_path(raw)) return {};
    FlawFinder finder;
    while (!raw.empty()) {
        const PathByte byte = next_byte(raw);
        if (byte.length == 0) return "broken escape in path";
        if (const std::string_view flaw = finder.next(byte.value); !flaw.empty()) return flaw;
        if (byte.encoded() && byte.value == '/' && !keep_encoded_slashes) return "encoded slash in path";
        if (byte.value == '\\' && !(byte.encoded() && keep_encoded_slashes)) return kBackslash;
        if (!byte.encoded() && (byte.value == ' ' || byte.value == '?' || byte.value == '#')) {
            return "blank, query or fragment in path";
        }
        raw.remove_prefix(byte.length);
    }
    return {};
}

Result<std::string> canonical_path(std::string_view raw, bool keep_encoded_slashes) {
    const std::string_view flaw = path_flaw(raw, keep_encoded_slashes);
    if (!flaw.empty()) return refused(flaw, raw);
    std::string decoded;
    decoded.reserve(raw.size());
    for (std::string_view rest = raw; !rest.empty();) {
        const PathByte byte = next_byte(rest);
        if (byte.encoded() && byte.value == '/') {
            decoded += rest.substr(0, byte.length);
        } else {
            decoded += static_cast<char>(byte.value);
        }
        rest.remove_prefix(byte.length);
    }
    auto result = without_dot_segments(decoded);
    if (!result) return refused("path above the root", raw);
    return *std::move(result);
}

Result<std::string> canonical_decoded_path(std::string_view path) {
    if (path.empty() || path[0] != '/') return refused(kNoSlash, path);
    FlawFinder finder;
    for (const char c : path) {
        const std::string_view flaw = finder.next(static_cast<unsigned char>(c));
        if (!flaw.empty()) return refused(flaw, path);
        if (c == '\\') return refused(kBackslash, path);
    }
    auto result = without_dot_segments(path);
    if (!result) return refused("path above the root", path);
    return *std::move(result);
}

}  // namespace sso::http
