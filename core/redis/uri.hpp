// The URI of a Redis server as an administrator writes it, taken apart. For the client and for whoever shows a
// configuration: a URI may hold a password.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace sso::redis {

/// Where a server listens: a TCP address, or the path of a unix socket.
struct Endpoint {
    std::string host;  ///< a name or an address, IPv6 without brackets; empty: a unix socket
    std::uint16_t port = 0;
    std::string socket_path;

    /// As it stands in messages: "host:port", "[::1]:port" or "unix:/path".
    [[nodiscard]] std::string text() const;
};

/// Files in PEM form. Empty `ca_file`: the system's certificates.
struct TlsFiles {
    std::string ca_file;
    std::string certificate_file;  ///< ours, for a server that asks for one; with `key_file`
    std::string key_file;
};

/// redis://[user:password@]host[:port][/db]
/// rediss://[user:password@]host[:port][/db][?ca=FILE][&cert=FILE&key=FILE]
/// redis+unix://[user:password@]/path/of/socket[?db=N]
/// User, password and file names are percent-encoded. ":password@" leaves the user out, "user@" the password: the
/// caller then has it from a file.
struct ServerUri {
    Endpoint endpoint;
    bool tls = false;
    TlsFiles tls_files;
    std::string user;
    Secret password;
    unsigned database = 0;

    /// @return `invalid`, naming the part that is wrong and what would be right. It quotes nothing of the URI: where a
    ///         URI is broken, any part of it may be a piece of the password.
    static Result<ServerUri> parse(std::string_view text);
};

/// Whether `text` begins with one of our schemes, right or wrong behind it.
bool is_redis_uri(std::string_view text) noexcept;

}  // namespace sso::redis
