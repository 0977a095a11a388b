// SPDX-License-Identifier: Apache-2.0
#include "plan/schema.hh"
#include "tests/unit/plan/support.hh"

#include <gtest/gtest.h>

namespace cirque::plan {
namespace {

std::string planWith(std::string_view executor) {
    return fmt::format(
        R"({{"plan": 1, "name": "w", "jobs": {{"j": {{"executor": {}, "steps": [{{"run": ":"}}]}}}}}})",
        executor);
}

Lines problems(std::string_view executor) {
    return problemsOf(json(planWith(executor)));
}

// A misspelt `network` would leave a sandbox shut, or a container's memory without a limit.
TEST(ExecutorOptions, AnUnknownKeyIsAnErrorWithTheNearestOne) {
    const Lines found = problems(R"({"kind": "sandbox", "options": {"netwrok": true}})");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].find("jobs.j.executor.options: unknown key 'netwrok'"), std::string::npos) << found[0];
    EXPECT_NE(found[0].find("did you mean 'network'?"), std::string::npos) << found[0];
}

TEST(ExecutorOptions, TypesAndWordsAreChecked) {
    EXPECT_EQ(problems(R"({"kind": "sandbox", "options": {"network": "yes"}})").size(), 1U);
    EXPECT_EQ(problems(R"({"kind": "oci", "options": {"mode": "both"}})").size(), 1U);
    EXPECT_EQ(problems(R"({"kind": "ssh", "options": {"host": "h", "port": 0}})").size(), 1U);
    EXPECT_EQ(problems(R"({"kind": "sandbox", "options": {"mounts": [{"target": "/x"}]}})").size(), 1U);
    EXPECT_TRUE(
        problems(R"({"kind": "sandbox", "options": {"mounts": ["/x", {"source": "/y", "write": true}]}})")
            .empty());
    EXPECT_TRUE(
        problems(R"({"kind": "oci", "options": {"memory": "1g", "cpus": 1.5, "user": 1000}})").empty());
}

// Nobody can be reached without a name, and a machine without files cannot start.
TEST(ExecutorOptions, WhatMustBeSaidIsMissed) {
    EXPECT_EQ(problems(R"({"kind": "ssh"})").size(), 1U);
    EXPECT_EQ(problems(R"({"kind": "ssh", "options": {"host": "a", "hosts": ["b"]}})").size(), 1U);
    EXPECT_EQ(problems(R"({"kind": "nspawn", "options": {}})").size(), 1U);
    EXPECT_TRUE(problems(R"({"kind": "nspawn", "options": {"rootfs": "/x", "boot": true}})").empty());
}

// A wall, a limit or a shut network that is written down and not there.
TEST(ExecutorOptions, LocalTakesOnlyWhatItHonours) {
    EXPECT_TRUE(problems(R"({"kind": "local", "options": {"name": "n", "sandbox": false}})").empty());
    for (const char* options : {R"({"network": false})", R"({"memory": "1g"})", R"({"copyRepo": false})",
                                R"({"sandbox": false, "network": true})", R"({"sandbox": "true"})",
                                R"({"sandbox": true, "memory": "1g"})"}) {
        EXPECT_EQ(problems(fmt::format(R"({{"kind": "local", "options": {}}})", options)).size(), 1U)
            << options;
        EXPECT_EQ(problems(fmt::format(R"({{"options": {}}})", options)).size(), 1U) << options;
    }
}

// The step would run without the wall that the workflow asks for.
TEST(ExecutorOptions, LocalWithSandboxIsTheSandboxWithTheOtherOptions) {
    const Plan read = plan(planWith(
        R"({"kind": "local", "options": {"@pos": {}, "sandbox": true, "network": true, "name": "n"}})"));
    EXPECT_EQ(read.jobs[0].executor, (ExecutorRef{"sandbox", {{"network", true}, {"name", "n"}}}));
    EXPECT_EQ(plan(planWith(R"({"options": {"sandbox": true}})")).jobs[0].executor.kind, "sandbox");
    EXPECT_EQ(plan(planWith(R"({"options": {"sandbox": false}})")).jobs[0].executor, ExecutorRef{});
}

// Kinds of a later version.
TEST(ExecutorOptions, UnknownKindsTakeAnything) {
    EXPECT_TRUE(problems(R"({"kind": "k8s", "options": {"namespace": "ci"}})").empty());
}

} // namespace
} // namespace cirque::plan
