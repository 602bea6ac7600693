#include "core/credentials/portal_client.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/redis/socket.hpp"

namespace sso::credentials {
namespace {

constexpr std::size_t kLongestHead = 16'384;
constexpr std::size_t kLongestBody = 4'096;
constexpr std::string_view kEndOfLine = "\r\n";
constexpr std::string_view kEndOfHead = "\r\n\r\n";

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    return is_whole && text.front() != '-' ? std::optional(number) : std::nullopt;
}

redis::Endpoint endpoint_of(const http::Url& url) {
    std::string_view host = url.host();
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return {std::string(host), url.port(), {}};
}

/// A connection, encrypted or not.
class Line {
  public:
    explicit Line(redis::Socket socket) : socket_(std::move(socket)) {}
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    Status encrypt(const redis::TlsContext& context, const std::string& host, redis::Deadline deadline) {
        auto stream = redis::TlsStream::open(context, socket_, host, deadline);
        if (!stream) return error_of(stream);
        tls_.emplace(std::move(*stream));
        return {};
    }
    Status write(std::string_view bytes, redis::Deadline deadline) {
        return tls_ ? tls_->write_all(bytes, deadline) : socket_.write_all(bytes, deadline);
    }
    /// Adds at least one byte to `text`.
    Status read(std::string& text, redis::Deadline deadline) {
        std::array<char, 4096> buffer;  // NOLINT: filled before it is read
        const auto got = tls_ ? tls_->read_some(buffer.data(), buffer.size(), deadline)
                              : socket_.read_some(buffer.data(), buffer.size(), deadline);
        if (!got) return error_of(got);
        text.append(buffer.data(), *got);
        return {};
    }

  private:
    redis::Socket socket_;
    std::optional<redis::TlsStream> tls_;  // over socket_: dies first
};

Result<PortalAnswer> read_answer(Line& line, redis::Deadline deadline) {
    std::string text;
    std::size_t end = text.npos;
    while ((end = text.find(kEndOfHead)) == text.npos) {
        if (text.size() > kLongestHead) return fail(ErrorCode::invalid, "the answer's head is too long");
        if (const auto read = line.read(text, deadline); !read) return error_of(read);
    }
    const auto head = parse_answer_head(std::string_view(text).substr(0, end + kEndOfLine.size()));
    if (!head) return error_of(head);
    if (head->status != 200) return PortalAnswer{head->status, {}};
    if (!head->length) return fail(ErrorCode::invalid, "the answer does not say how long it is");
    if (*head->length > kLongestBody) return fail(ErrorCode::invalid, "the answer is too long");
    std::string body = text.substr(end + kEndOfHead.size());
    while (body.size() < *head->length) {
        if (const auto read = line.read(body, deadline); !read) return error_of(read);
    }
    body.resize(*head->length);
    return PortalAnswer{head->status, std::move(body)};
}

}  // namespace

Result<AnswerHead> parse_answer_head(std::string_view head) {
    const auto wrong = [](const char* what) {
        return fail(ErrorCode::invalid, std::string("no HTTP answer: ") + what);
    };
    const auto first = head.find(kEndOfLine);
    if (first == head.npos) return wrong("no status line");
    const std::string_view status_line = head.substr(0, first);
    const bool is_known = status_line.starts_with("HTTP/1.0 ") || status_line.starts_with("HTTP/1.1 ");
    if (!is_known || status_line.size() < 12) return wrong("not of HTTP/1");
    const auto status = whole_number<int>(status_line.substr(9, 3));
    if (!status || *status < 200 || *status > 599) return wrong("no final status");
    if (status_line.size() > 12 && status_line[12] != ' ') return wrong("no status of three digits");

    AnswerHead answer{*status, std::nullopt};
    head.remove_prefix(first + kEndOfLine.size());
    while (!head.empty()) {
        const auto end = head.find(kEndOfLine);
        if (end == head.npos) return wrong("a header without an end");
        const std::string_view field = head.substr(0, end);
        head.remove_prefix(end + kEndOfLine.size());
        const auto colon = field.find(':');
        if (colon == 0 || colon == field.npos) return wrong("a header without a name");
        const std::string_view name = field.substr(0, colon);
        if (equal_ignoring_case(name, "Transfer-Encoding")) return wrong("a transfer encoding that nobody asked for");
        if (!equal_ignoring_case(name, "Content-Length")) continue;
        const std::string_view value = trim(field.substr(colon + 1));
        const auto length = value.empty() ? std::nullopt : whole_number<std::size_t>(value);
        if (!length || (answer.length && *answer.length != *length)) return wrong("no length");
        answer.length = length;
    }
    return answer;
}

PortalClient::PortalClient(Target target) : target_(std::move(target)), resolver_(endpoint_of(target_.address)) {}

Result<const redis::TlsContext*> PortalClient::tls() {
    if (!target_.address.is_https()) return nullptr;
    const std::lock_guard lock(opening_);
    if (!tls_) {
        auto opened = redis::TlsContext::open({target_.ca_file, {}, {}});
        if (!opened) return error_of(opened);
        tls_.emplace(std::move(*opened));
    }
    return &*tls_;
}

// HTTP/1.0, so that the answer comes in one piece and the connection ends with it (RFC 9112 §6.1, §9.3).
Result<PortalAnswer> PortalClient::post(std::string_view page, std::string_view form) {
    const redis::Deadline deadline = std::chrono::steady_clock::now() + target_.timeout;
    const auto context = tls();
    if (!context) return error_of(context);
    const redis::Endpoint endpoint = endpoint_of(target_.address);
    auto socket = redis::Socket::connect(endpoint, resolver_, deadline);
    if (!socket) return error_of(socket);
    Line line(std::move(*socket));
    if (*context != nullptr) {
        if (const auto shaken = line.encrypt(**context, endpoint.host, deadline); !shaken) return error_of(shaken);
    }
    const std::string_view path = target_.portal.path();
    std::string request;
    request.reserve(512 + form.size());  // no copy of what is secret in it is left behind
    request.append("POST ").append(path).append(path.ends_with('/') ? "" : "/").append(page);
    request.append(" HTTP/1.0\r\nHost: ").append(target_.portal.authority());
    request.append("\r\nUser-Agent: mod_sso\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded");
    request.append("\r\nContent-Length: ").append(std::to_string(form.size())).append(kEndOfHead).append(form);
    const Secret wire(std::move(request));
    if (const auto sent = line.write(wire.reveal(), deadline); !sent) return error_of(sent);
    return read_answer(line, deadline);
}

}  // namespace sso::credentials
