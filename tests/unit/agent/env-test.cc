// SPDX-License-Identifier: Apache-2.0
#include "agent/env.hh"

#include <gtest/gtest.h>

namespace cirque::agent {
namespace {

using Layers = std::vector<Variables>;
using Names = std::vector<std::string>;

const Expand asIs = [](const std::string& value) -> Result<std::string> { return value; };

OwnVariables own() {
    OwnVariables variables;
    variables.jobFolder = "/w/jobs/build";
    variables.workFolder = "/w/jobs/build/sub";
    variables.jobEnvFile = "/p/JOB_ENV";
    variables.outputFile = "/p/1.output";
    return variables;
}

Environment assembled(const Layers& below, const EnvChange& jobEnv, const Layers& above,
                      const OwnVariables& variables = own()) {
    auto environment = assembleEnv(below, jobEnv, above, variables, asIs);
    EXPECT_TRUE(environment) << (environment ? "" : environment.error().message);
    return environment.value_or(Environment{});
}

// Wrong: the order "--env, step env, JOB_ENV, job env, ..., caller" of the contract.
TEST(StepEnvironment, LayersWinInTheContractsOrder) {
    const Layers below{{{"A", "caller"}, {"B", "caller"}, {"C", "caller"}, {"D", "caller"}, {"E", "caller"}},
                       {{"B", "workflow"}, {"C", "workflow"}, {"D", "workflow"}, {"E", "workflow"}},
                       {{"C", "job"}, {"D", "job"}, {"E", "job"}}};
    const EnvChange jobEnv{{{"D", "JOB_ENV"}, {"E", "JOB_ENV"}}, {}};
    const Layers above{{{"E", "step"}, {"F", "step"}}, {{"F", "--env"}}};
    const Environment environment = assembled(below, jobEnv, above);
    EXPECT_EQ(environment.at("A"), "caller");
    EXPECT_EQ(environment.at("B"), "workflow");
    EXPECT_EQ(environment.at("C"), "job");
    EXPECT_EQ(environment.at("D"), "JOB_ENV");
    EXPECT_EQ(environment.at("E"), "step");
    EXPECT_EQ(environment.at("F"), "--env");
}

TEST(StepEnvironment, TheRunnersOwnVariablesRankAboveEverything) {
    const Layers spoof{{{"JOB_DIR", "x"}, {"PWD", "x"}, {"JOB_ENV", "x"}, {"CIRQUE_OUTPUT", "x"}}};
    const Environment environment = assembled(spoof, {}, spoof);
    EXPECT_EQ(environment.at("JOB_DIR"), "/w/jobs/build");
    EXPECT_EQ(environment.at("PWD"), "/w/jobs/build/sub");
    EXPECT_EQ(environment.at("JOB_ENV"), "/p/JOB_ENV");
    EXPECT_EQ(environment.at("CIRQUE_OUTPUT"), "/p/1.output");
}

// Wrong: a condition of a nested run writes into the outer step's outputs.
TEST(StepEnvironment, WithoutAnOutputFileTheVariableIsUnset) {
    OwnVariables variables = own();
    variables.outputFile.clear();
    EXPECT_FALSE(assembled({{{"CIRQUE_OUTPUT", "outer"}}}, {}, {}, variables).contains("CIRQUE_OUTPUT"));
}

TEST(StepEnvironment, TheStepsOwnFoldersComeFirstOnPath) {
    OwnVariables variables = own();
    variables.pathFolders = {"/nix/a/bin", "/nix/b/bin"};
    EXPECT_EQ(assembled({{{"PATH", "/usr/bin"}}}, {}, {}, variables).at("PATH"),
              "/nix/a/bin:/nix/b/bin:/usr/bin");
    EXPECT_EQ(assembled({}, {}, {}, variables).at("PATH"),
              "/nix/a/bin:/nix/b/bin:" + std::string(defaultPath));
    EXPECT_FALSE(assembled({}, {}, {}).contains("PATH"));
}

// Wrong: a program that starts $SHELL gets the login shell of whoever started the run.
TEST(StepEnvironment, ShellIsTheBashOfThePlaceUnlessALayerSetsIt) {
    OwnVariables variables = own();
    EXPECT_FALSE(assembled({}, {}, {}, variables).contains("SHELL"));
    variables.shell = "/bin/bash";
    EXPECT_EQ(assembled({}, {}, {}, variables).at("SHELL"), "/bin/bash");
    EXPECT_EQ(assembled({{{"SHELL", "/bin/zsh"}}}, {}, {}, variables).at("SHELL"), "/bin/zsh");
}

TEST(StepEnvironment, JobEnvCanRemoveAVariable) {
    EXPECT_FALSE(assembled({{{"GONE", "1"}}}, {{}, {"GONE"}}, {}).contains("GONE"));
    EXPECT_TRUE(assembled({}, {{}, {"GONE"}}, {{{"GONE", "1"}}}).contains("GONE"));
}

// Wrong: a value is cut at the NUL, and the step runs with something nobody wrote.
TEST(StepEnvironment, WhatTheKernelCannotCarryIsAnErrorThatHidesTheValue) {
    const Layers nul{{{"KEY", std::string("hunter2\0x", 9)}}};
    const auto environment = assembleEnv(nul, {}, {}, own(), asIs);
    ASSERT_FALSE(environment);
    EXPECT_EQ(environment.error().message,
              "the value of KEY contains a NUL byte, which no variable can hold");
    EXPECT_FALSE(assembleEnv(Layers{{{"A=B", ""}}}, {}, {}, own(), asIs));
    EXPECT_FALSE(assembleEnv(Layers{{{"", ""}}}, {}, {}, own(), asIs));
}

TEST(StepEnvironment, QuotesDollarsAndNewlinesAreCharacters) {
    const std::string value = "$(touch /x) '\"` \n\\ \xff";
    const Environment environment = assembled({{{"V", value}}}, {}, {});
    EXPECT_EQ(environment.at("V"), value);
    const std::vector<std::string> block = toEnvBlock({{"V", value}});
    EXPECT_EQ(block, (std::vector<std::string>{"V=" + value}));
}

std::string printed(std::initializer_list<std::string_view> entries) {
    std::string text;
    for (const std::string_view entry : entries) {
        text.append(entry).append(1, '\0');
    }
    return text;
}

EnvChange diff(const Environment& before, const Names& names, std::string_view after,
               const Names& folders = {}) {
    auto change = diffEnv(before, names, after, folders);
    EXPECT_TRUE(change);
    return change.value_or(EnvChange{});
}

TEST(JobEnvDiff, KeepsOnlyWhatDiffers) {
    const Environment before{{"HOME", "/h"}, {"A", "1"}, {"B", "1"}, {"PWD", "/x"}};
    const std::string after =
        printed({"HOME=/h", "A=2", "PEM=-----BEGIN\nx=y\n", "SHLVL=1", "_=/usr/bin/env", "PWD=/y", "EMPTY="});
    const EnvChange change = diff(before, {}, after);
    EXPECT_EQ(change.set,
              (std::map<std::string, std::string>{{"A", "2"}, {"PEM", "-----BEGIN\nx=y\n"}, {"EMPTY", ""}}));
    EXPECT_EQ(change.removed, Names{"B"});
}

// Wrong: the step's env leaks into later steps because reading JOB_ENV saw it, or a JOB_ENV entry of equal
// value is lost.
TEST(JobEnvDiff, VariablesOfTheStepCountOnlyWhenTheFileAssignedThem) {
    const Environment before{{"LEVEL", "debug"}, {"MODE", "fast"}};
    EXPECT_EQ(diff(before, {"LEVEL", "MODE"}, printed({"MODE=fast"})), (EnvChange{{{"MODE", "fast"}}, {}}));
}

// Wrong: one step's deps stay on the PATH of all later steps once any step extends PATH.
TEST(JobEnvDiff, TheStepsOwnFoldersDoNotStayOnPath) {
    const Environment before{{"PATH", "/a/bin:/b/bin:/usr/bin"}};
    EXPECT_EQ(diff(before, {}, printed({"PATH=/opt/x:/a/bin:/b/bin:/usr/bin"}), {"/a/bin", "/b/bin"})
                  .set.at("PATH"),
              "/opt/x:/usr/bin");
    EXPECT_EQ(diff(before, {}, printed({"PATH=/x/a/bin:/b/bin:/usr"}), {"/a/bin", "/b/bin"}).set.at("PATH"),
              "/x/a/bin:/b/bin:/usr");
}

TEST(JobEnvDiff, ExportedFunctionsAreData) {
    const EnvChange change = diff({}, {}, printed({"BASH_FUNC_f%%=() {  echo 1\n}"}));
    EXPECT_EQ(change.set.at("BASH_FUNC_f%%"), "() {  echo 1\n}");
}

TEST(JobEnvDiff, SomethingElseThanAnEnvironmentIsAnError) {
    EXPECT_FALSE(diffEnv({}, Names{}, "no end", Names{}));
    EXPECT_FALSE(diffEnv({}, Names{}, printed({"no equals sign"}), Names{}));
}

} // namespace
} // namespace cirque::agent
