#include "tests/support/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace sso::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kStartLimit = 20s;
constexpr int kStartAttempts = 5;  // another process may take the port between our look and redis-server's

struct ServiceUser {
    uid_t uid;
    gid_t gid;
};

ServiceUser service_user() {
    if (::geteuid() != 0) return {::geteuid(), ::getegid()};
    const passwd* entry = ::getpwnam("www-data");
    if (entry == nullptr) throw std::runtime_error("there is no user www-data");
    return {entry->pw_uid, entry->pw_gid};
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string make_folder() {
    std::string path = (std::filesystem::temp_directory_path() / "sso-redis-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp");
    const auto [uid, gid] = service_user();
    if (::chmod(path.c_str(), 0755) != 0 || ::chown(path.c_str(), uid, gid) != 0) throw std::runtime_error("chown");
    return path;
}

}  // namespace

std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = ::bind(probe, generic, size) == 0 && ::getsockname(probe, generic, &size) == 0;
    ::close(probe);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

RedisServer::RedisServer(Options options) : options_(std::move(options)), folder_(make_folder()) {
    if (options_.tls) make_certificates();
    for (int attempt = 1;; ++attempt) {
        port_ = free_port();
        try {
            start();
            return;
        } catch (const std::runtime_error&) {
            stop();
            if (attempt == kStartAttempts) throw;
        }
    }
}

RedisServer::~RedisServer() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void RedisServer::make_certificates() const {
    const std::string in_folder = "cd '" + folder_.string() + "' && ";
    const std::string new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ";
    const std::string quiet = " 2>/dev/null";
    for (const std::string name : {"ca", "other"}) {
        run(in_folder + "openssl req -x509 -days 2 -subj /CN=" + name + " " + new_key + name + ".key -out " + name +
            ".pem" + quiet);
    }
    std::ofstream(folder_ / "server.ext") << "subjectAltName=IP:127.0.0.1\n";
    run(in_folder + "openssl req -subj /CN=server " + new_key + "server.key -out server.csr" + quiet);
    run(in_folder + "openssl x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial" +
        " -extfile server.ext -out server.pem" + quiet);
    const auto [uid, gid] = service_user();
    if (::chown((folder_ / "server.key").c_str(), uid, gid) != 0) throw std::runtime_error("chown");
}

void RedisServer::spawn() {
    const std::string port = std::to_string(port_);
    const std::string folder = folder_.string();
    std::vector<std::string> words{"/usr/bin/redis-server",
                                   "--bind",
                                   "127.0.0.1",
                                   "--dir",
                                   folder,
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "no",
                                   "--daemonize",
                                   "no",
                                   "--repl-diskless-sync-delay",
                                   "0",
                                   "--databases",
                                   "16",
                                   "--unixsocket",
                                   folder + "/redis.sock",
                                   "--unixsocketperm",
                                   "777"};
    const std::vector<std::string> listening = options_.tls ? std::vector<std::string>{"--port",
                                                                                       "0",
                                                                                       "--tls-port",
                                                                                       port,
                                                                                       "--tls-cert-file",
                                                                                       folder + "/server.pem",
                                                                                       "--tls-key-file",
                                                                                       folder + "/server.key",
                                                                                       "--tls-ca-cert-file",
                                                                                       folder + "/ca.pem",
                                                                                       "--tls-auth-clients",
                                                                                       "no"}
                                                            : std::vector<std::string>{"--port", port};
    words.insert(words.end(), listening.begin(), listening.end());
    if (!options_.password.empty()) words.insert(words.end(), {"--requirepass", options_.password});
    words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());

    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const auto [uid, gid] = service_user();
    const bool drop = ::geteuid() == 0;
    const std::string log_name = folder + "/redis.log";
    const int log = ::open(log_name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) {  // only calls that are safe after a fork of many threads
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        if (drop && (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0)) ::_exit(126);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(126);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(log);
}

void RedisServer::start() {
    if (pid_ >= 0) return;
    spawn();
    const auto limit = std::chrono::steady_clock::now() + kStartLimit;
    while (!answers()) {
        if (has_ended()) throw std::runtime_error("redis-server ended: see " + (folder_ / "redis.log").string());
        if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("redis-server does not answer");
        std::this_thread::sleep_for(10ms);
    }
}

bool RedisServer::has_ended() {
    if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
    pid_ = -1;
    return true;
}

bool RedisServer::answers() const {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{1, 0};
    ::setsockopt(probe, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const sockaddr_in address = loopback(port_);
    bool answered = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (answered && !options_.tls) {
        constexpr std::string_view kPing = "PING\r\n";
        std::array<char, 1> first{};
        answered = ::send(probe, kPing.data(), kPing.size(), MSG_NOSIGNAL) > 0 &&
                   ::recv(probe, first.data(), first.size(), 0) == 1 && (first[0] == '+' || first[0] == '-');
    }
    ::close(probe);
    return answered;
}

void RedisServer::stop() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void RedisServer::pause() {
    ::kill(pid_, SIGSTOP);
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);  // it has stopped when this returns
}

void RedisServer::resume() {
    ::kill(pid_, SIGCONT);
}

std::string RedisServer::uri() const {
    const std::string userinfo = options_.password.empty() ? "" : ":" + options_.password + "@";
    const std::string ca = options_.tls ? "/0?ca=" + authority().string() : "";
    return (options_.tls ? "rediss://" : "redis://") + userinfo + "127.0.0.1:" + std::to_string(port_) + ca;
}

std::string RedisServer::socket_uri() const {
    const std::string userinfo = options_.password.empty() ? "" : ":" + options_.password + "@";
    return "redis+unix://" + userinfo + (folder_ / "redis.sock").string();
}

}  // namespace sso::test
