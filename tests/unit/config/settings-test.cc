// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hh"

#include <gtest/gtest.h>

namespace cirque::config {
namespace {

Environment with(std::vector<std::pair<std::string, std::string>> variables) {
    return Environment(std::move(variables));
}

TEST(Settings, TheStateFolderFollowsTheContractsOrder) {
    const auto own =
        loadSettings(with({{"CIRQUE_STATE_DIR", "/s/"}, {"XDG_STATE_HOME", "/x"}, {"HOME", "/h"}}), 0);
    EXPECT_EQ(own->stateDir, "/s");
    EXPECT_EQ(loadSettings(with({{"XDG_STATE_HOME", "/x"}, {"HOME", "/h"}}), 0)->stateDir, "/x/cirque");
    EXPECT_EQ(loadSettings(with({{"HOME", "/h"}}), 0)->stateDir, "/h/.local/state/cirque");
}

TEST(Settings, ARelativeStateFolderIsRefused) {
    const auto settings = loadSettings(with({{"CIRQUE_STATE_DIR", "here"}, {"HOME", "/h"}}), 0);
    ASSERT_FALSE(settings);
    EXPECT_NE(settings.error().message.find("CIRQUE_STATE_DIR"), std::string::npos);
}

TEST(Settings, WithoutAnyHomeTheErrorSaysWhatToSet) {
    const auto settings = loadSettings(with({}), 0);
    ASSERT_FALSE(settings);
    EXPECT_NE(settings.error().hint.find("CIRQUE_STATE_DIR"), std::string::npos);
}

TEST(Settings, AnEmptyVariableCountsAsUnset) {
    EXPECT_EQ(loadSettings(with({{"CIRQUE_STATE_DIR", ""}, {"HOME", "/h"}}), 0)->stateDir,
              "/h/.local/state/cirque");
    EXPECT_TRUE(loadSettings(with({{"NO_COLOR", ""}, {"HOME", "/h"}}), 0)->colour);
    EXPECT_FALSE(loadSettings(with({{"NO_COLOR", "1"}, {"HOME", "/h"}}), 0)->colour);
}

TEST(Settings, ADumbTerminalGetsNoColour) {
    EXPECT_FALSE(loadSettings(with({{"TERM", "dumb"}, {"HOME", "/h"}}), 0)->colour);
}

TEST(Settings, ThePrivateFolderIsPerUser) {
    EXPECT_EQ(loadSettings(with({{"HOME", "/h"}}), 7)->privateRoot, "/dev/shm/cirque-7");
    EXPECT_EQ(loadSettings(with({{"HOME", "/h"}, {"XDG_RUNTIME_DIR", "/run/user/7"}}), 7)->privateRoot,
              "/run/user/7/cirque");
}

TEST(Settings, LimitsOfWhatIsKeptAreNumbersOrAll) {
    const auto usual = loadSettings(with({{"HOME", "/h"}}), 0);
    EXPECT_EQ(usual->keepRuns, 1000);
    EXPECT_EQ(usual->keepDays, 90);
    EXPECT_EQ(usual->keepBytes, 20LL << 30U);
    const auto own = loadSettings(with({{"HOME", "/h"},
                                        {"CIRQUE_KEEP_RUNS", "5"},
                                        {"CIRQUE_KEEP_DAYS", "all"},
                                        {"CIRQUE_KEEP_SIZE", "3M"}}),
                                  0);
    EXPECT_EQ(own->keepRuns, 5);
    EXPECT_FALSE(own->keepDays);
    EXPECT_EQ(own->keepBytes, 3 << 20);
}

// A limit that is misread would remove what somebody wants to keep.
TEST(Settings, AnythingElseIsRefusedAsALimit) {
    for (const char* text :
         {"", "0", "-1", "1.5", "10 G", "G", "5GB", "1x", "99999999999999999999", "2000000T"}) {
        EXPECT_FALSE(parseSize(text, "x")) << text;
    }
    EXPECT_FALSE(parseCount("3K", "x"));
    EXPECT_EQ(parseSize("1T", "x").value(), 1LL << 40U);
    const auto settings = loadSettings(with({{"HOME", "/h"}, {"CIRQUE_KEEP_DAYS", "soon"}}), 0);
    ASSERT_FALSE(settings);
    EXPECT_NE(settings.error().message.find("CIRQUE_KEEP_DAYS is 'soon'"), std::string::npos);
}

} // namespace
} // namespace cirque::config
