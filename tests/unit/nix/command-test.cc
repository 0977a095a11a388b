// SPDX-License-Identifier: Apache-2.0
#include "nix/store/command.hh"

#include <gtest/gtest.h>

#include <algorithm>

namespace cirque::nix {
namespace {

bool has(const std::vector<std::string>& list, std::string_view entry) {
    return std::ranges::find(list, entry) != list.end();
}

TEST(NixCommand, OnlyWhatNixNeedsReachesIt) {
    const Variables caller{{"PATH", "/bin"},         {"AWS_SECRET_ACCESS_KEY", "s3cret"},
                           {"NIX_REMOTE", "daemon"}, {"XDG_CACHE_HOME", "/c"},
                           {"GITHUB_TOKEN", "t"},    {"BASH_ENV", "/evil"}};
    const std::vector<std::string> passed = nixEnvironment(caller);
    EXPECT_TRUE(has(passed, "PATH=/bin"));
    EXPECT_TRUE(has(passed, "NIX_REMOTE=daemon"));
    EXPECT_TRUE(has(passed, "XDG_CACHE_HOME=/c"));
    EXPECT_EQ(passed.size(), 3u) << "a secret of the caller would be readable by builtins.getEnv";
}

TEST(NixCommand, AMissingNixSaysHowToGetIt) {
    const Error error = withNixHint(
        Error{.code = ErrorCode::MissingTool, .message = "no nix-store", .hint = {}, .context = {}});
    EXPECT_NE(error.hint.find("apt-get install nix-bin"), std::string::npos);
}

TEST(NixCommand, AKilledNixIsNotTheWorkflowsFault) {
    const Error error = killedError("nix-instantiate", 9);
    EXPECT_EQ(error.code, ErrorCode::Process);
    EXPECT_EQ(error.message, "nix-instantiate was ended by signal SIGKILL");
}

TEST(NixCommand, InfrastructureFailuresAreRecognised) {
    EXPECT_EQ(infrastructureCode("error: unable to download 'https://x': Couldn't connect"),
              ErrorCode::Unreachable);
    EXPECT_EQ(infrastructureCode("error: writing to file: No space left on device"), ErrorCode::DiskFull);
    EXPECT_EQ(infrastructureCode("error: opening lock file '/nix/var/nix/db/big-lock': Permission denied"),
              ErrorCode::Permission);
    EXPECT_EQ(infrastructureCode("error: attribute 'x' missing"), std::nullopt);
}

} // namespace
} // namespace cirque::nix
