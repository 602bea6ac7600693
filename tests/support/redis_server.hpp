// A private redis-server on a free loopback port, in a temporary folder of its own, for the tests that want a real one.
// What goes wrong here throws: a test without its server has nothing to say.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sso::test {

/// Listens on TCP and on a unix socket, keeps nothing on disk. Started by root, it runs as www-data. Its process dies
/// with this object and with the test.
class RedisServer {
  public:
    struct Options {
        std::vector<std::string> arguments{};  ///< further ones, as "--maxmemory", "3mb"
        std::string password{};                ///< of the user "default"
        bool tls = false;                      ///< the port speaks TLS alone, with `certificate()` for 127.0.0.1
    };

    RedisServer() : RedisServer(Options{}) {}
    explicit RedisServer(Options options);
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    void start();   ///< on the same port and in the same folder, when it was stopped
    void stop();    ///< at once, as by `kill -9`: what it held is gone
    void pause();   ///< SIGSTOP: it accepts connections (the kernel does) and answers nothing
    void resume();  ///< SIGCONT

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] std::string uri() const;         ///< redis:// or rediss:// with the password and the authority's file
    [[nodiscard]] std::string socket_uri() const;  ///< redis+unix://
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    [[nodiscard]] std::filesystem::path authority() const { return folder_ / "ca.pem"; }
    /// A second authority, which has signed nothing here.
    [[nodiscard]] std::filesystem::path other_authority() const { return folder_ / "other.pem"; }

  private:
    void make_certificates() const;
    void spawn();
    [[nodiscard]] bool answers() const;
    [[nodiscard]] bool has_ended();

    Options options_;
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

/// A loopback port that nobody listens on now.
std::uint16_t free_port();

}  // namespace sso::test
