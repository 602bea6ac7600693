#include "core/config/duration.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using sso::config::duration_text;
using sso::config::parse_duration;

TEST(Duration, ReadsWhatAnAdministratorWrites) {
    EXPECT_EQ(parse_duration("20h").value(), 20h);
    EXPECT_EQ(parse_duration("90s").value(), 90s);
    EXPECT_EQ(parse_duration("1h30min").value(), 90min);
    EXPECT_EQ(parse_duration("500ms").value(), 500ms);
    EXPECT_EQ(parse_duration("7d").value(), 168h);
    EXPECT_EQ(parse_duration("1d2h3min4s5ms").value(), 26h + 3min + 4s + 5ms);
    EXPECT_EQ(parse_duration("0s").value(), 0s);
}

TEST(Duration, RefusesWhatCouldMeanTwoThings) {
    for (const auto* text : {"", "5", "h", "5m", "1.5h", "1 h", " 1h", "1h ", "-1h", "+1h", "30min1h", "1h1h", "1H",
                             "1hour", "1h30", "1h,30min", "4000d", "9999999999999h", "99999999999999999999d"}) {
        const auto duration = parse_duration(text);
        ASSERT_FALSE(duration.has_value()) << text;
        EXPECT_EQ(duration.error().code, sso::ErrorCode::invalid);
    }
}

TEST(Duration, IsWrittenSoThatItReadsBack) {
    EXPECT_EQ(duration_text(20h), "20h");
    EXPECT_EQ(duration_text(168h), "7d");
    EXPECT_EQ(duration_text(90min), "1h30min");
    EXPECT_EQ(duration_text(36h), "36h");
    EXPECT_EQ(duration_text(0ms), "0s");
    for (const auto duration : {1ms, 999ms, 1000ms, 60001ms, 86'400'000ms, 90'061'001ms}) {
        EXPECT_EQ(parse_duration(duration_text(duration)).value(), duration) << duration.count();
    }
}
