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

// A word that is not understood would leave a job that asked for a sandbox without one.
TEST(ExecutorOptions, LocalTakesNothingThatItDoesNotKnow) {
    EXPECT_TRUE(problems(R"({"kind": "local", "options": {"name": "n"}})").empty());
    EXPECT_EQ(problems(R"({"kind": "local", "options": {"sandbx": true}})").size(), 1U);
    EXPECT_EQ(problems(R"({"kind": "local", "options": {"sandbox": "yes"}})").size(), 1U);
    EXPECT_EQ(problems(R"({"kind": "local", "options": {"network": true}})").size(), 1U);
}

TEST(ExecutorOptions, LocalInASandboxIsTheSandbox) {
    const Parsed parsed = parsePlan(json(R"({"plan": 1, "name": "w", "jobs": {
        "j": {"executor": {"kind": "local", "options": {"sandbox": true}}, "steps": [{"run": ":"}]},
        "k": {"executor": {"kind": "local", "options": {"sandbox": false}}, "steps": [{"run": ":"}]}}})"));
    ASSERT_TRUE(parsed.problems.empty());
    EXPECT_EQ(parsed.plan.jobs.at(0).executor.kind, "sandbox");
    EXPECT_EQ(parsed.plan.jobs.at(1).executor.kind, "local");
}

// Plans that were valid before there were tables.
TEST(ExecutorOptions, UnknownKindsTakeAnything) {
    EXPECT_TRUE(problems(R"({"kind": "k8s", "options": {"namespace": "ci"}})").empty());
}

} // namespace
} // namespace cirque::plan
