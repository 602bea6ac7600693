// The places that keep versions, one private instance each: a folder, and a Redis server that keeps its data on disk.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "core/config/versions.hpp"
#include "core/redis/client.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sso::config::contract {

/// Empty at first, gone with this object.
class Place {
  public:
    virtual ~Place() = default;
    [[nodiscard]] virtual std::string uri() const = 0;
    /// Changes one byte in the middle of a version, behind everybody's back.
    virtual void damage(std::uint64_t number) = 0;
    /// Ends what keeps the versions as a power cut does, and starts it again.
    virtual void cut_power() = 0;

    /// Opened anew, as by another program.
    [[nodiscard]] std::unique_ptr<Source> open() const { return std::move(*open_source(uri())); }
};

class FolderPlace final : public Place {
  public:
    [[nodiscard]] std::string uri() const override { return "dir:" + folder_.path(""); }
    void damage(std::uint64_t number) override {
        const std::string path =
            folder_.path(std::string(8 - std::to_string(number).size(), '0') + std::to_string(number) + ".toml");
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
        file.seekg(middle);
        const int byte = file.get();
        file.seekp(middle);
        file.put(static_cast<char>(byte ^ 1));
    }
    void cut_power() override {}
    [[nodiscard]] std::string folder() const { return folder_.path(""); }

  private:
    test::TemporaryFolder folder_;
};

class ServerPlace final : public Place {
  public:
    [[nodiscard]] std::string uri() const override { return server_.uri(); }
    void damage(std::uint64_t number) override {
        const std::string key = "sso:{config}:version:" + std::to_string(number);
        auto client = std::move(*redis::Client::open(redis::ServerUri::parse(uri()).value(), {}));
        std::string record = client->run({"GET", key}, redis::Repeat::harmless)->text;
        record.at(record.size() / 2) = static_cast<char>(record.at(record.size() / 2) ^ 1);
        ASSERT_TRUE(client->run({"SET", key, record}, redis::Repeat::harmless).has_value());
    }
    void cut_power() override {
        server_.stop();
        server_.start();
    }

  private:
    test::RedisServer server_{
        {.arguments = {"--appendonly", "yes", "--appendfsync", "always"}, .password = {}, .tls = false}};
};

/// What names a place in test output and makes an instance of it.
struct PlaceCase {
    std::string name;
    std::function<std::unique_ptr<Place>()> make;
};
inline void PrintTo(const PlaceCase& place, std::ostream* out) {
    *out << place.name;
}
inline std::string name_of(const ::testing::TestParamInfo<PlaceCase>& info) {
    return info.param.name;
}
inline auto every_place() {
    return ::testing::Values(PlaceCase{"folder", [] { return std::make_unique<FolderPlace>(); }},
                             PlaceCase{"redis", [] { return std::make_unique<ServerPlace>(); }});
}

}  // namespace sso::config::contract
