// SPDX-License-Identifier: Apache-2.0
#include "secret/source.hh"

#include <gtest/gtest.h>

#include <vector>

namespace cirque::secret {
namespace {

std::optional<std::string> caller(const std::string& name) {
    return name == "TOKEN" ? std::optional<std::string>("from-env") : std::nullopt;
}

TEST(SecretSource, NamesWinOverFilesAndLaterFilesWin) {
    const std::vector<std::string> names{"TOKEN"};
    const std::vector<Assignments> files{{{"TOKEN", "f"}, {"A", "1"}}, {{"A", "2"}}};
    const auto source = SecretSource::make(names, caller, files);
    ASSERT_TRUE(source);
    EXPECT_EQ(*source->find("TOKEN"), "from-env");
    EXPECT_EQ(*source->find("A"), "2");
}

// Wrong: `--secret T=value` is taken, or its error repeats the value.
TEST(SecretSource, AValueOnTheCommandLineIsRefusedAndNotRepeated) {
    const std::vector<std::string> names{"TOKEN=hunter2"};
    const auto source = SecretSource::make(names, caller, {});
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().code, ErrorCode::Usage);
    EXPECT_EQ(source.error().message.find("hunter2"), std::string::npos);
}

TEST(SecretSource, AnUnsetNameIsAnError) {
    const std::vector<std::string> names{"NOPE"};
    EXPECT_FALSE(SecretSource::make(names, caller, {}));
}

TEST(SecretSource, AMissingSecretSaysHowToGiveIt) {
    const auto value = SecretSource().find("TOKEN");
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, ErrorCode::Provider);
    EXPECT_NE(value.error().hint.find("--secret TOKEN"), std::string::npos);
}

} // namespace
} // namespace cirque::secret
