#include "mod_sso/last_good.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/base/descriptor.hpp"
#include "core/base/encoding.hpp"
#include "core/config/settings.hpp"
#include "core/crypto/hash.hpp"

namespace sso::httpd {
namespace {

/// What stays in the parent while this module is unloaded and loaded again: plain memory, no code of ours.
struct Retained {
    char* uri;
    char* version;
    char* text;
    std::size_t size;
};
constexpr const char* kRetainedKey = "mod_sso-last-good-configuration";

Retained& retained() {
    void* data = ap_retained_data_get(kRetainedKey);
    if (data == nullptr) data = ap_retained_data_create(kRetainedKey, sizeof(Retained));  // zeroed
    return *static_cast<Retained*>(data);
}

/// In malloc's memory, so that a text which is replaced a thousand times does not pile up in a pool.
void replace(char*& kept, std::string_view text) {
    auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy == nullptr) throw std::bad_alloc();
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    std::free(kept);
    kept = copy;
}

std::string version_of(std::string_view text) {
    return hex_encode(crypto::bytes(crypto::sha256({text}))).substr(0, 16);
}

}  // namespace

LastGood::LastGood(apr_pool_t* pool, const std::string& uri) : uri_(uri) {
    const std::string name = "sso-last-good-" + version_of(uri) + ".toml";
    path_ = view(ap_runtime_dir_relative(pool, name.c_str()));
}

Status LastGood::remember(const config::Document& document) const {
    Retained& kept = retained();
    if (kept.text != nullptr && uri_ == kept.uri && document.text == std::string_view(kept.text, kept.size)) return {};
    replace(kept.uri, uri_);
    replace(kept.version, document.version);
    replace(kept.text, document.text);
    kept.size = document.text.size();

    const std::string fresh = path_ + ".new";
    ::unlink(fresh.c_str());  // of a parent that was killed
    const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.number() < 0 || !write_all(file.number(), document.text) || ::rename(fresh.c_str(), path_.c_str()) != 0) {
        return fail(ErrorCode::unavailable, path_ + ": " + std::strerror(errno));
    }
    return {};
}

std::optional<config::Document> LastGood::recall() const {
    const Retained& kept = retained();
    if (kept.text != nullptr && uri_ == kept.uri) {
        return config::Document{uri_, kept.version, std::string(kept.text, kept.size)};
    }
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (file.number() < 0 || ::fstat(file.number(), &facts) != 0) return std::nullopt;
    constexpr off_t kMost = 4 << 20;
    if (!S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid() || (facts.st_mode & 0077) != 0 ||
        facts.st_size > kMost) {
        return std::nullopt;
    }
    std::string text(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const ssize_t got = ::read(file.number(), text.data() + filled, text.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        filled += static_cast<std::size_t>(got);
    }
    return config::Document{uri_, version_of(text), std::move(text)};
}

}  // namespace sso::httpd
