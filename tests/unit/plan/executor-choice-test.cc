// SPDX-License-Identifier: Apache-2.0
#include "plan/executor-choice.hh"

#include "base/json.hh"

#include <gtest/gtest.h>

namespace cirque::plan {
namespace {

TEST(ExecutorChoice, IsAKindAndItsOptions) {
    const auto place = parseExecutorChoice("oci,image=registry.local:5000/debian:12,cpus=2,mode=shared");
    ASSERT_TRUE(place);
    EXPECT_EQ(place->kind, "oci");
    EXPECT_EQ(toLine(place->options),
              R"({"image":"registry.local:5000/debian:12","cpus":2,"mode":"shared"})");
    EXPECT_EQ(toLine(parseExecutorChoice("sandbox,network=true")->options), R"({"network":true})");
    EXPECT_TRUE(parseExecutorChoice("local"));
}

// It ran without a sandbox, and green.
TEST(ExecutorChoice, LocalWithSandboxIsTheSandbox) {
    const auto place = parseExecutorChoice("local,sandbox=true,network=true");
    ASSERT_TRUE(place);
    EXPECT_EQ(*place, (ExecutorRef{"sandbox", {{"network", true}}}));
    for (const char* text : {"local,sandbox=yes", "local,copyRepo=false", "local,sandbox=true,memory=1g"}) {
        EXPECT_FALSE(parseExecutorChoice(text)) << text;
    }
}

TEST(ExecutorChoice, WhatIsWrongIsSaid) {
    for (const char* text : {"", "image=x", "oci,image", "oci,=x"}) {
        EXPECT_FALSE(parseExecutorChoice(text)) << text;
    }
    const auto unknown = parseExecutorChoice("oci,img=x");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message, "--executor oci: unknown key 'img'");
    EXPECT_FALSE(parseExecutorChoice("ssh")) << "it needs a host";
}

TEST(ExecutorChoice, MovesEveryJobAndLeavesOptionsOfTheSameKind) {
    Plan plan;
    plan.jobs.resize(2);
    plan.jobs[0].executor = {"oci", {{"image", "a"}}};
    const Plan moved = movedTo(plan, {"oci", {}});
    EXPECT_EQ(moved.jobs[0].executor, plan.jobs[0].executor);
    EXPECT_EQ(moved.jobs[1].executor, (ExecutorRef{"oci", {}}));
    const Plan other = movedTo(plan, {"oci", {{"image", "b"}}});
    EXPECT_EQ(other.jobs[0].executor, (ExecutorRef{"oci", {{"image", "b"}}}));
}

} // namespace
} // namespace cirque::plan
