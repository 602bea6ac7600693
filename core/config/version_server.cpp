// open_version_server: versions in Redis. A version is one key, and another names the newest; one command writes both.
#include <unistd.h>

#include <charconv>
#include <memory>
#include <mutex>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/config/version_record.hpp"
#include "core/http/url.hpp"
#include "core/redis/client.hpp"

namespace sso::config {
namespace {

using redis::Command;
using redis::Repeat;

constexpr std::string_view kNewestKey = "sso:{config}:newest";  // holds the id, "42-1a2b3c4d"
constexpr std::string_view kVersionKey = "sso:{config}:version:";
constexpr std::chrono::milliseconds kTimeout{2'000};
constexpr std::size_t kBatch = 64;

/// KEYS: newest, the new version. ARGV: the base's number, the record, the new id.
constexpr std::string_view kPublish = R"(
local newest = redis.call('GET', KEYS[1])
local number = newest and string.match(newest, '^%d+') or '0'
if number ~= ARGV[1] or redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('MSET', KEYS[2], ARGV[2], KEYS[1], ARGV[3])
return 1
)";

std::string key_of(std::uint64_t number) {
    return std::string(kVersionKey) + std::to_string(number);
}

/// Where the server is and how to log in: what a client is made of, as often as one is needed.
struct Place {
    std::string uri;
    Secret password;  ///< from a file; empty: what the URI says

    [[nodiscard]] Result<redis::ServerUri> server() const {
        auto parsed = redis::ServerUri::parse(uri);
        if (parsed && !password.empty()) parsed->password = Secret(std::string(password.reveal()));
        return parsed;
    }
};

Result<Secret> read_password(std::string_view encoded) {
    const auto path = http::percent_decode(encoded);
    if (!path || !path->starts_with('/')) {
        return fail(ErrorCode::invalid, "password_file: write a file's absolute path, percent-encoded");
    }
    return read_secret_file(*path).and_then([&](const Secret& file) -> Result<Secret> {
        const std::string_view line = trim(file.reveal().substr(0, file.reveal().find('\n')));
        if (!line.empty()) return Secret(std::string(line));
        return fail(ErrorCode::invalid, printable(*path) + ": expected one line, the password");
    });
}

/// Takes `password_file=…` out of the URI's parameters.
Result<Place> parse_place(std::string_view uri) {
    Place place;
    const auto mark = uri.find('?');
    std::string parameters;
    for (const auto parameter : split(mark == uri.npos ? "" : uri.substr(mark + 1), '&')) {
        constexpr std::string_view kName = "password_file=";
        if (parameter.starts_with(kName)) {
            auto password = read_password(parameter.substr(kName.size()));
            if (!password) return error_of(password);
            place.password = std::move(*password);
        } else if (!parameter.empty()) {
            parameters += (parameters.empty() ? "?" : "&") + std::string(parameter);
        }
    }
    place.uri = std::string(uri.substr(0, mark)) + parameters;
    return place;
}

class VersionServer final : public Versions {
  public:
    VersionServer(Place place, std::string name) : place_(std::move(place)), name_(std::move(name)) {}

    [[nodiscard]] Result<std::uint64_t> latest() const override;
    [[nodiscard]] Result<Version> load(std::uint64_t number) const override;
    [[nodiscard]] Result<std::vector<VersionInfo>> list(std::size_t most) const override;
    Result<VersionInfo> publish(std::uint64_t base, const Draft& draft) override;
    [[nodiscard]] Result<std::string> mark() const override;
    [[nodiscard]] std::string origin(std::uint64_t number) const override {
        return name_ + " version " + std::to_string(number);
    }

  private:
    Result<std::shared_ptr<redis::Client>> client() const;
    Result<redis::Reply> run(const Command& command, Repeat repeat = Repeat::harmless) const;

    const Place place_;
    const std::string name_;
    const redis::Script publish_{kPublish};
    mutable std::mutex mutex_;
    mutable std::shared_ptr<redis::Client> client_;
    mutable pid_t owner_ = 0;
    const pid_t opener_ = ::getpid();
};

/// This process's client. Who opened this may fork (httpd does), and no child shall inherit a connection: the opener
/// keeps none between two questions, and whoever came by a fork keeps one.
Result<std::shared_ptr<redis::Client>> VersionServer::client() const {
    const pid_t self = ::getpid();
    const std::lock_guard lock(mutex_);
    if (client_ && owner_ == self) return client_;
    auto server = place_.server();
    if (!server) return error_of(server);
    redis::Client::Options options;
    options.timeout = kTimeout;
    options.idle_connections = self == opener_ ? 0 : 1;
    auto opened = redis::Client::open(std::move(*server), options);
    if (!opened) return error_of(opened);
    client_ = std::move(*opened);
    owner_ = self;
    return client_;
}

Result<redis::Reply> VersionServer::run(const Command& command, Repeat repeat) const {
    const auto mine = client();
    if (!mine) return error_of(mine);
    return (*mine)->run(command, repeat);
}

Result<std::string> VersionServer::mark() const {
    const auto reply = run({"GET", kNewestKey});
    if (!reply) return error_of(reply);
    return reply->as_text().map([](const auto& id) { return std::string(id.value_or("0")); });
}

Result<std::uint64_t> VersionServer::latest() const {
    const auto id = mark();
    if (!id) return error_of(id);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(id->data(), id->data() + id->size(), number);
    if (error != std::errc() || (number != 0 && *end != '-')) {
        return fail(ErrorCode::corrupt, name_ + ": " + std::string(kNewestKey) + " names no version");
    }
    return number;
}

Result<Version> VersionServer::load(std::uint64_t number) const {
    const std::string key = key_of(number);
    const auto reply = run({"GET", key});
    if (!reply) return error_of(reply);
    const auto record = reply->as_text();
    if (!record) return error_of(record);
    if (!*record) return fail(ErrorCode::not_found, origin(number) + ": there is no such version");
    return decode_version(number, **record);
}

Result<std::vector<VersionInfo>> VersionServer::list(std::size_t most) const {
    const auto newest = latest();
    if (!newest) return error_of(newest);
    const auto mine = client();
    if (!mine) return error_of(mine);
    std::vector<VersionInfo> listed;
    std::uint64_t next = *newest;
    const std::string start = "-" + std::to_string(kNoteLimit);
    while (next > 0 && listed.size() < most) {
        std::vector<std::uint64_t> numbers;
        for (; next > 0 && numbers.size() < std::min(kBatch, most - listed.size()); --next) numbers.push_back(next);
        std::vector<std::string> keys;
        keys.reserve(numbers.size());
        for (const auto number : numbers) keys.push_back(key_of(number));
        std::vector<Command> commands;
        commands.reserve(keys.size());
        for (const auto& key : keys) commands.push_back({"GETRANGE", key, start, "-1"});
        const auto replies = (*mine)->pipeline(commands, Repeat::harmless);
        if (!replies) return error_of(replies);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const auto end = (*replies)[i].as_text();
            if (!end) return error_of(end);
            if (auto info = decode_version_note(numbers[i], end->value_or(""))) listed.push_back(std::move(*info));
        }
    }
    return listed;
}

Result<VersionInfo> VersionServer::publish(std::uint64_t base, const Draft& draft) {
    const auto record = encode_version(base + 1, draft);
    if (!record) return error_of(record);
    const std::string key = key_of(base + 1);
    const std::string id = version_id(base + 1, *record);
    const std::string number = std::to_string(base);
    const auto reply = run(Command(publish_, {kNewestKey, key}, {number, *record, id}), Repeat::never);
    if (!reply) return error_of(reply);
    const auto published = reply->as_integer();
    if (!published) return error_of(published);
    if (*published == 0) {
        return fail(ErrorCode::conflict, "version " + number + " is not the newest: somebody has published in between");
    }
    return VersionInfo{base + 1, draft.author, draft.date, draft.message};
}

}  // namespace

Result<std::unique_ptr<Versions>> open_version_server(std::string_view uri) {
    auto place = parse_place(uri);
    if (!place) return error_of(place);
    const auto server = place->server();
    if (!server) return error_of(server);
    std::string name = "redis:" + server->endpoint.text();
    return std::make_unique<VersionServer>(std::move(*place), std::move(name));
}

}  // namespace sso::config
