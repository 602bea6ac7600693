// Writers that are killed at random moments while others read: what was confirmed is there, and nobody ever sees half
// of a version.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "core/config/versions.hpp"
#include "tests/contract/config/places.hpp"
#include "tests/contract/session/child.hpp"

namespace sso::config::contract {
namespace {

using session::contract::Child;

constexpr std::uint64_t kPublishes = 500;
constexpr std::uint64_t kViolation = ~std::uint64_t{0};

/// What version `number` holds, some 30 kB, so that writing it takes several steps.
std::string text_of(std::uint64_t number) {
    std::string text;
    for (int line = 0; line < 1'000; ++line) text += "# version " + std::to_string(number) + ", a line of text\n";
    return text;
}

/// Publishes until it is killed, and says each number when it is confirmed.
void publish_for_ever(const Place& place, const Child::Say& say) {
    const auto source = place.open();
    while (true) {
        const auto base = source->versions()->latest();
        if (!base) continue;  // the server is being started again
        const auto info = source->versions()->publish(*base, {text_of(*base + 1), "writer", SysSeconds{}, "crash"});
        if (info) say(info->number);
    }
}

/// Reads until it is killed, and says what it saw.
void read_for_ever(const Place& place, const Child::Say& say) {
    const auto source = place.open();
    std::uint64_t seen = 0;
    while (true) {
        const auto document = source->fetch();
        if (!document) {
            const ErrorCode code = document.error().code;
            if (code != ErrorCode::unavailable && (code != ErrorCode::not_found || seen != 0)) say(kViolation);
            continue;
        }
        const std::uint64_t number = std::stoull(document->version);
        if (number < seen || document->text != text_of(number)) say(kViolation);
        if (number != seen) say(seen = number);
    }
}

class VersionsCrash : public ::testing::TestWithParam<PlaceCase> {};
INSTANTIATE_TEST_SUITE_P(Places, VersionsCrash, every_place(), name_of);

TEST_P(VersionsCrash, LosesNothingThatWasConfirmedAndShowsNoHalfVersion) {
    const auto place = GetParam().make();
    std::mt19937 random(20'260'131);
    std::vector<std::unique_ptr<Child>> readers;
    for (int i = 0; i < 2; ++i) {
        readers.push_back(std::make_unique<Child>([&](const Child::Say& say) { read_for_ever(*place, say); }));
    }
    std::uint64_t confirmed = 0;
    std::uint64_t newest = 0;
    for (int kills = 1; confirmed < kPublishes; ++kills) {
        auto writer = std::make_unique<Child>([&](const Child::Say& say) { publish_for_ever(*place, say); });
        for (auto more = random() % 20 + 1; more > 0; --more) {  // it has begun, and is somewhere in the next one
            newest = std::max(newest, writer->hear().value());
            ++confirmed;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 4'000));
        if (kills % 10 == 0) place->cut_power();
        writer->kill();
        while (const auto number = writer->hear()) {
            newest = std::max(newest, *number);
            ++confirmed;
        }
    }
    const auto source = place->open();
    const std::uint64_t latest = source->versions()->latest().value();
    EXPECT_GE(latest, newest) << "a version that was confirmed is lost";
    for (std::uint64_t number = 1; number <= latest; ++number) {
        const auto version = source->versions()->load(number);
        ASSERT_TRUE(version.has_value()) << version.error().detail;
        ASSERT_EQ(version->text, text_of(number));
    }
    for (const auto& reader : readers) {
        std::uint64_t last = 0;
        while (last < latest) {  // it sees the newest one, too, and said of none that it was not whole
            const auto saw = reader->hear();
            ASSERT_TRUE(saw.has_value()) << "a reader died";
            ASSERT_NE(*saw, kViolation);
            last = *saw;
        }
    }
}

}  // namespace
}  // namespace sso::config::contract
