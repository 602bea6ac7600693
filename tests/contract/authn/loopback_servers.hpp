// Servers that a directory may meet and that slapd is not: silent ones, broken ones, one that counts.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace sso::authn {

inline std::string loopback(std::uint16_t port) {
    return "ldap://127.0.0.1:" + std::to_string(port);
}

inline sockaddr_in loopback_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/// A loopback socket that listens. Closed, its port is one where nobody answers.
class Listener {
  public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback_address(0);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(socket_, generic, size), 0);
        EXPECT_EQ(::listen(socket_, 16), 0);
        EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { close(); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void close() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }
    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    int socket_;
    std::uint16_t port_ = 0;
};

/// Answers the first bytes of every connection with `bytes` and then says nothing more, as a broken server does; or
/// goes on with `refrain` for as long as somebody listens.
class StallingServer {
  public:
    explicit StallingServer(std::string bytes, std::string refrain = {})
        : bytes_(std::move(bytes)), refrain_(std::move(refrain)), thread_([this] { serve(); }) {}
    ~StallingServer() {
        done_ = true;
        thread_.join();
        for (const int client : clients_) ::close(client);
    }
    StallingServer(const StallingServer&) = delete;
    StallingServer& operator=(const StallingServer&) = delete;
    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

  private:
    void serve() {
        while (!done_) {
            pollfd ready{listener_.socket(), POLLIN, 0};
            if (::poll(&ready, 1, 10) != 1) continue;
            const int client = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) continue;
            clients_.push_back(client);
            if (!bytes_.empty()) (void)::send(client, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
            while (!refrain_.empty() && !done_) {
                pollfd open{client, POLLOUT, 0};
                if (::poll(&open, 1, 10) != 1) continue;
                if (::send(client, refrain_.data(), refrain_.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
            }
        }
    }
    Listener listener_;
    std::string bytes_, refrain_;
    std::vector<int> clients_;
    std::atomic<bool> done_{false};
    std::thread thread_;
};

/// Passes connections on to another port of this machine, and counts them.
class Forwarder {
  public:
    explicit Forwarder(std::uint16_t target) : target_(target), thread_([this] { accept_all(); }) {}
    ~Forwarder() {
        done_ = true;
        thread_.join();
        for (auto& pump : pumps_) pump.join();
    }
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;
    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void accept_all() {
        while (!done_) {
            pollfd ready{listener_.socket(), POLLIN, 0};
            if (::poll(&ready, 1, 10) != 1) continue;
            const int client = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
            const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const sockaddr_in address = loopback_address(target_);
            EXPECT_EQ(::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
            ++connections_;
            pumps_.emplace_back([this, client, server] { pump(client, server); });
        }
    }
    void pump(int client, int server) const {
        std::array<char, 4096> buffer{};
        for (bool open = true; open && !done_;) {
            std::array<pollfd, 2> ready{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
            if (::poll(ready.data(), ready.size(), 10) <= 0) continue;
            for (std::size_t side = 0; side < 2 && open; ++side) {
                if (ready.at(side).revents == 0) continue;
                const auto count = ::recv(ready.at(side).fd, buffer.data(), buffer.size(), 0);
                open = count > 0 && ::send(ready.at(1 - side).fd, buffer.data(), static_cast<std::size_t>(count),
                                           MSG_NOSIGNAL) == count;
            }
        }
        ::close(client);
        ::close(server);
    }
    Listener listener_;
    std::uint16_t target_;
    std::vector<std::thread> pumps_;
    std::atomic<int> connections_{0};
    std::atomic<bool> done_{false};
    std::thread thread_;
};

}  // namespace sso::authn
