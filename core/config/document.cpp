#include "core/config/document.hpp"

#include <algorithm>
#include <array>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/config/settings.hpp"
#include "core/config/versions.hpp"
#include "core/crypto/hash.hpp"
#include "core/redis/uri.hpp"

namespace sso::config {
namespace {

class FileSource final : public Source {
  public:
    explicit FileSource(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] Result<Document> fetch() const override {
        return read_file(path_, kTextLimit).map([this](std::string text) {
            const std::string hash = hex_encode(crypto::bytes(crypto::sha256({text})));
            return Document{path_, hash.substr(0, 16), std::move(text)};
        });
    }

    [[nodiscard]] Result<std::string> mark() const override { return file_mark(path_); }

  private:
    std::string path_;
};

/// Kinds of places that later versions read; named so that the refusal can say so.
constexpr std::array<std::string_view, 2> kLaterKinds{"dbd", "llng"};

}  // namespace

Result<std::unique_ptr<Source>> open_source(std::string_view uri) {
    constexpr std::string_view kRight =
        "; write file:/etc/mod_sso/sso.toml or the path alone, dir:/var/lib/mod_sso/conf, or redis://host";
    if (redis::is_redis_uri(uri)) return open_version_server(uri).map(source_of);
    std::string_view kind = "file";
    std::string_view path = uri;
    const auto colon = uri.find(':');
    if (colon != uri.npos && colon < uri.find('/')) {
        kind = uri.substr(0, colon);
        path = uri.substr(colon + 1);
        if (path.starts_with("//")) path.remove_prefix(2);  // file:///etc/…: an empty authority
    }
    if (kind != "file" && kind != "dir") {
        const bool later = std::find(kLaterKinds.begin(), kLaterKinds.end(), kind) != kLaterKinds.end();
        return fail(ErrorCode::invalid, printable(kind, 40) +
                                            (later ? ": is a kind of configuration that this version does not read"
                                                   : ": is not a kind of configuration") +
                                            std::string(kRight));
    }
    if (path.empty() || path.find('\0') != path.npos) {
        return fail(ErrorCode::invalid, "'" + printable(uri, 80) + "' names no place" + std::string(kRight));
    }
    if (kind == "dir") return source_of(open_version_folder(std::string(path)));
    return std::make_unique<FileSource>(std::string(path));
}

std::string shown_uri(std::string_view uri) {
    const auto start = uri.find("://");
    const auto at = uri.rfind('@');
    if (start == uri.npos || at == uri.npos || at < start + 3) return std::string(uri);
    return std::string(uri.substr(0, start + 3)) + "***" + std::string(uri.substr(at));
}

}  // namespace sso::config
