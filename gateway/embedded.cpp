#include "gateway/embedded.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sso::gateway {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kTypes{{
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".js", "text/javascript; charset=utf-8"},
}};

}  // namespace

const EmbeddedFile* Embedded::find(std::string_view path) const noexcept {
    const auto at = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.path == path; });
    return at == files.end() ? nullptr : &*at;
}

http::Response static_file(const Embedded& embedded, const http::Request& request) {
    http::Response response;
    if (request.method != "GET" && request.method != "HEAD") {
        response.status = 405;
        response.header("Content-Type", "text/plain; charset=utf-8").header("Cache-Control", "no-store");
        response.header("Allow", "GET, HEAD");
        response.body = "Method Not Allowed\n";
        return response;
    }
    std::string path = request.path.substr(1);
    const std::string folder = "static/" + std::string(embedded.version) + "/";
    const bool is_versioned = path.starts_with(folder);
    if (is_versioned) path.replace(0, folder.size(), "static/");
    const EmbeddedFile* file = path.starts_with("static/") ? embedded.find(path) : nullptr;
    const auto type =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return path.ends_with(t.first); });
    if (file == nullptr || type == kTypes.end()) {
        response.status = 404;
        response.header("Content-Type", "text/plain; charset=utf-8").header("Cache-Control", "no-store");
        response.body = "Not Found\n";
        return response;
    }
    response.header("Content-Type", type->second)
        .header("Cache-Control", is_versioned ? "public, max-age=31536000, immutable" : "no-cache")
        .header("X-Content-Type-Options", "nosniff");
    response.body = file->text;
    return response;
}

}  // namespace sso::gateway
