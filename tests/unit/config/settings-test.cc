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

} // namespace
} // namespace cirque::config
