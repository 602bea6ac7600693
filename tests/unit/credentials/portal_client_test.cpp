#include "core/credentials/portal_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <thread>

#include "core/base/descriptor.hpp"

namespace sso::credentials {
namespace {

constexpr std::chrono::milliseconds kTimeout{300};

/// A server on a port of loopback that says `answer` to whoever asks first, once a whole request is there, then closes,
/// or, with an empty answer, waits until the client has gone.
class OneAnswer {
  public:
    explicit OneAnswer(std::string answer) : answer_(std::move(answer)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_.number(), any, sizeof address), 0);
        EXPECT_EQ(::listen(listener_.number(), 1), 0);
        socklen_t size = sizeof address;
        ::getsockname(listener_.number(), any, &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~OneAnswer() { ::shutdown(listener_.number(), SHUT_RDWR); }
    OneAnswer(const OneAnswer&) = delete;
    OneAnswer& operator=(const OneAnswer&) = delete;

    [[nodiscard]] Result<PortalAnswer> ask(std::string_view form = "user=alice") const {
        PortalClient client({http::Url::parse("http://127.0.0.1:" + std::to_string(port_) + "/").value(),
                             http::Url::parse("https://auth.example.com/sso/").value(),
                             {},
                             kTimeout});
        return client.post("basic", form);
    }
    [[nodiscard]] std::string request() {
        thread_.join();
        return request_;
    }

  private:
    void serve() {
        const Descriptor client(::accept(listener_.number(), nullptr, nullptr));
        char buffer[4096];
        while (request_.find("user=alice") == request_.npos) {
            const ssize_t got = ::recv(client.number(), buffer, sizeof buffer, 0);
            if (got <= 0) return;
            request_.append(buffer, static_cast<std::size_t>(got));
        }
        write_all(client.number(), answer_);
        while (answer_.empty() && ::recv(client.number(), buffer, sizeof buffer, 0) > 0) continue;
    }

    const std::string answer_;
    const Descriptor listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::string request_;
    unsigned port_ = 0;
    std::jthread thread_;
};

ErrorCode failure(const std::string& answer) {
    const OneAnswer server(answer);
    const auto got = server.ask();
    EXPECT_FALSE(got.has_value()) << answer.substr(0, 60);
    return got ? ErrorCode::internal : got.error().code;
}

TEST(PortalClient, PostsTheFormToThePortalsPageUnderThePortalsName) {
    OneAnswer server("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 5\r\n\r\nhello, and more");
    const auto answer = server.ask();
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "hello");
    const std::string request = server.request();
    EXPECT_TRUE(request.starts_with("POST /sso/basic HTTP/1.0\r\nHost: auth.example.com\r\n")) << request;
    EXPECT_TRUE(request.ends_with("\r\nContent-Length: 10\r\n\r\nuser=alice")) << request;
}

TEST(PortalClient, FollowsNobody) {
    const OneAnswer server(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/elsewhere\r\nContent-Length: 9\r\n\r\nsecret..");
    const auto answer = server.ask();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 302);
    EXPECT_EQ(answer->body, "");
}

TEST(PortalClient, WaitsNoLongerThanItMay) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(failure(""), ErrorCode::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10 * kTimeout);
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\n"), ErrorCode::unavailable);
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), ErrorCode::unavailable);
}

TEST(PortalClient, TakesNoAnswerThatIsNoneOrTooLong) {
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\n\r\nof any length"), ErrorCode::invalid);
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"), ErrorCode::invalid);
    EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')), ErrorCode::invalid);
    EXPECT_EQ(failure("SSH-2.0-OpenSSH_9.2\r\n\r\n"), ErrorCode::invalid);
}

TEST(PortalClient, SaysThatNobodyListens) {
    PortalClient client({http::Url::parse("http://127.0.0.1:1/").value(),
                         http::Url::parse("http://auth.example.com/").value(),
                         {},
                         kTimeout});
    const auto answer = client.post("basic", "user=alice");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST(AnswerHead, IsReadInOneWay) {
    const auto head = parse_answer_head("HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\nContent-Length:12\r\n");
    ASSERT_TRUE(head.has_value());
    EXPECT_EQ(head->status, 401);
    EXPECT_EQ(head->length, 12U);
    for (const char* bad :
         {"", "HTTP/1.1 200 OK", "HTTP/2 200\r\n", "HTTP/1.1 099 x\r\n", "HTTP/1.1 100 Continue\r\n",
          "HTTP/1.1 2000\r\n", "HTTP/1.1 -20 x\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length:\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\n: x\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n"}) {
        EXPECT_FALSE(parse_answer_head(bad).has_value()) << bad;
    }
}

}  // namespace
}  // namespace sso::credentials
