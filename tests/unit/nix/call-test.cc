// SPDX-License-Identifier: Apache-2.0
// What the end of a nix-store means for who asked for a build.
#include "nix/store/call.hh"

#include <gtest/gtest.h>

#include <optional>

namespace cirque::nix {
namespace {

std::optional<ErrorCode> codeOf(int exit) {
    CallEnd end;
    end.status.exit = exit;
    const Result<void> verdict = end.verdict("/nix/store/x.drv");
    return verdict ? std::nullopt : std::optional(verdict.error().code);
}

// A builder that failed, that took too long, whose output has another hash or differs from an earlier one,
// and several of these at once.
TEST(NixCallEnd, BuildersThatFailedAreTheJobsOwnFailure) {
    for (int exit = 100; exit <= 111; ++exit) {
        EXPECT_EQ(codeOf(exit), ErrorCode::Build) << exit;
    }
}

// Wrong: a status that Nix never gives for a build makes a broken Nix look like a broken build.
TEST(NixCallEnd, AnyOtherStatusIsNixsOwnFailure) {
    for (const int exit : {1, 2, 4, 95, 96, 97, 98, 99, 112, 115, 116, 127, 228}) {
        EXPECT_EQ(codeOf(exit), ErrorCode::Process) << exit;
    }
}

} // namespace
} // namespace cirque::nix
