// Sends requests from a file, in turn, over a few kept-alive connections, and waits for each answer before the
// connection's next. The load of tests/bench/handler: deterministic, cheap beside the server, and each answer is looked
// at.
//
//   request_loop PORT FILE COUNT CONNECTIONS     requests stand one after the other in FILE, each ended by an empty
//   line
//
// Prints the seconds that it took. Exit status 1 with the first answer that is not 200, or a connection that ends.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr std::string_view kEmptyLine = "\r\n\r\n";

[[noreturn]] void give_up(std::string_view what) {
    std::fprintf(stderr, "request_loop: %.*s\n", static_cast<int>(what.size()), what.data());
    std::exit(1);
}

std::string read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) give_up("the file of requests cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string_view> split_requests(std::string_view text) {
    std::vector<std::string_view> requests;
    for (auto end = text.find(kEmptyLine); end != text.npos; end = text.find(kEmptyLine)) {
        requests.push_back(text.substr(0, end + kEmptyLine.size()));
        text.remove_prefix(end + kEmptyLine.size());
    }
    if (requests.empty()) give_up("there is no request in the file");
    return requests;
}

/// The length of the whole answer at the start of `received`, or 0 while its head is not there yet.
std::size_t answer_length(std::string_view received) {
    const auto end = received.find(kEmptyLine);
    if (end == received.npos) return 0;
    const auto head = received.substr(0, end + 2);
    if (!head.starts_with("HTTP/1.1 200 ")) give_up(head);
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto at = head.find(kLength);
    if (at == head.npos) give_up("an answer without Content-Length");
    return end + kEmptyLine.size() + std::strtoull(head.data() + at + kLength.size(), nullptr, 10);
}

class Connection {
  public:
    explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            give_up("no connection");
    }
    Connection(Connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    Connection& operator=(Connection&&) = delete;
    ~Connection() {
        if (socket_ >= 0) ::close(socket_);
    }

    [[nodiscard]] int socket() const noexcept { return socket_; }
    void ask(std::string_view request) const {
        if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
            give_up("a request could not be sent");
        }
    }
    /// Reads what is there. @return whether the answer is whole
    bool listen() {
        std::array<char, 16'384> piece;
        const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
        if (size <= 0) give_up("the server ended a connection");
        received_.append(piece.data(), static_cast<std::size_t>(size));
        const auto length = answer_length(received_);
        if (length == 0 || received_.size() < length) return false;
        received_.clear();
        return true;
    }

  private:
    int socket_;
    std::string received_;
};

void run(std::uint16_t port, const std::vector<std::string_view>& requests, std::size_t count,
         std::size_t connection_count) {
    std::vector<Connection> connections;
    const int poll = epoll_create1(0);
    std::size_t asked = 0;
    const auto ask = [&](const Connection& connection) {
        if (asked < count) connection.ask(requests[asked++ % requests.size()]);
    };
    for (std::size_t i = 0; i < connection_count; ++i) {
        connections.emplace_back(port);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        epoll_ctl(poll, EPOLL_CTL_ADD, connections.back().socket(), &event);
    }
    for (const auto& connection : connections) ask(connection);
    std::array<epoll_event, 64> events;
    for (std::size_t answered = 0; answered < count;) {
        const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 60'000);
        if (ready <= 0) give_up("no answer within a minute");
        for (std::size_t i = 0; i < static_cast<std::size_t>(ready); ++i) {
            auto& connection = connections[events[i].data.u64];
            if (!connection.listen()) continue;
            ++answered;
            ask(connection);
        }
    }
    ::close(poll);
}

}  // namespace

int main(int words, char** word) {
    if (words != 5) {
        std::fputs("usage: request_loop PORT FILE COUNT CONNECTIONS\n", stderr);
        return 2;
    }
    const auto number = [&](int i) { return std::strtoull(word[i], nullptr, 10); };
    const std::string text = read_file(word[2]);
    const auto requests = split_requests(text);
    const auto began = std::chrono::steady_clock::now();
    run(static_cast<std::uint16_t>(number(1)), requests, number(3), number(4));
    std::printf("%.6f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    return 0;
}
