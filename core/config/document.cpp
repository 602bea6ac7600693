#include "core/config/document.hpp"

#include <algorithm>
#include <array>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/config/settings.hpp"
#include "core/crypto/hash.hpp"

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
constexpr std::array<std::string_view, 4> kLaterKinds{"dir", "redis", "dbd", "llng"};

}  // namespace

Result<std::unique_ptr<Source>> open_source(std::string_view uri) {
    constexpr std::string_view kRight = "; write file:/etc/mod_sso/sso.toml or the path alone";
    std::string_view path = uri;
    const auto colon = uri.find(':');
    const auto slash = uri.find('/');
    if (colon != uri.npos && colon < slash) {
        const std::string_view kind = uri.substr(0, colon);
        if (kind != "file") {
            const bool later = std::find(kLaterKinds.begin(), kLaterKinds.end(), kind) != kLaterKinds.end();
            return fail(ErrorCode::invalid, printable(kind, 40) +
                                                (later ? ": is a kind of configuration that this version does not read"
                                                       : ": is not a kind of configuration") +
                                                std::string(kRight));
        }
        path = uri.substr(colon + 1);
        if (path.starts_with("//")) path.remove_prefix(2);  // file:///etc/…: an empty authority
    }
    if (path.empty() || path.find('\0') != path.npos) {
        return fail(ErrorCode::invalid, "'" + printable(uri, 80) + "' names no file" + std::string(kRight));
    }
    return std::make_unique<FileSource>(std::string(path));
}

}  // namespace sso::config
