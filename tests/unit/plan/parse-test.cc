// SPDX-License-Identifier: Apache-2.0
#include "plan/parse.hh"

#include "tests/unit/plan/support.hh"

namespace cirque::plan {
namespace {

TEST(Version, AnotherOneIsOneErrorThatNamesBoth) {
    EXPECT_EQ(problems(R"({"plan": 2, "name": 3, "nonsense": []})"),
              (Lines{"this is plan version 2; this cirque reads plan version 1"}));
}

TEST(Version, SomethingElseIsNotAPlan) {
    EXPECT_EQ(problems("{}").size(), 1U);
    EXPECT_TRUE(problems("{}").front().starts_with("not a plan"));
    EXPECT_TRUE(problems("[1]").front().starts_with("not a plan"));
    EXPECT_TRUE(problems("null").front().starts_with("not a plan"));
    EXPECT_EQ(problems(R"({"plan": "1"})").size(), 1U);
    EXPECT_EQ(problems(R"({"plan": 1.0})").size(), 1U);
    EXPECT_EQ(problems(R"({"plan": 18446744073709551615})").size(), 1U);
}

TEST(UnknownKey, IsNamedWithTheNearestAndTheVersion) {
    EXPECT_EQ(problemsOfJob(R"("need": ["a"])"),
              (Lines{"jobs.j: unknown key 'need' (did you mean 'needs'? this cirque reads plan version 1)"}));
    EXPECT_EQ(
        problems(R"({"plan": 1, "name": "w", "concurrency": 3, "jobs": {"j": {"steps": [{"run": ":"}]}}})"),
        (Lines{"unknown key 'concurrency' (this cirque reads plan version 1)"}));
    EXPECT_EQ(problemsOfStep(R"("run": ":", "retry": {"max_attempt": 2})"),
              (Lines{"jobs.j.steps[0].retry: unknown key 'max_attempt' (did you mean 'max_attempts'? this "
                     "cirque reads "
                     "plan version 1)"}));
}

// A person must see every mistake at once, in the order of the document, each with its place.
TEST(Problems, AreAllReportedInTheOrderOfTheDocumentWithTheirPlaces) {
    const Lines lines = problems(R"({
      "@pos": {"jobs": "ci.nix:2:3", "name": "ci.nix:1:5"},
      "jobs": {
        "@pos": {"b": "ci.nix:10:5", "a": "ci.nix:3:5"},
        "b": {"steps": [{"@pos": {"rum": "ci.nix:12:9"}, "rum": ":"}, {"run": 3}], "needs": ["missing"]},
        "a": {"@pos": {"timeout": "ci.nix:4:7", "needs": "ci.nix:5:7"}, "timeout": "5 minutes", "needs": ["b", "b"],
              "steps": [{"run": ":"}]}
      },
      "name": "",
      "plan": 1
    })");
    EXPECT_EQ(lines,
              (Lines{"ci.nix:10:5: jobs.b.steps[0]: exactly one of 'run', 'build' is needed, got none",
                     "ci.nix:12:9: jobs.b.steps[0]: unknown key 'rum' (did you mean 'run'? this cirque reads "
                     "plan version 1)",
                     "ci.nix:10:5: jobs.b.steps[1].run: expected a text or a list of texts, got a number",
                     "ci.nix:10:5: jobs.b.needs[0]: there is no job 'missing'",
                     "ci.nix:4:7: jobs.a.timeout: '5 minutes' is not a duration (write whole seconds, or a "
                     "string like \"500ms\", \"90s\", \"5m\", \"2h\")",
                     "ci.nix:5:7: jobs.a.needs[1]: 'b' is listed twice", "ci.nix:1:5: name: '' is empty"}));
}

TEST(Problems, MissingKeysAreNamed) {
    EXPECT_EQ(problems(R"({"plan": 1})"),
              (Lines{"the key 'name' is missing (the workflow's name)",
                     "the key 'jobs' is missing (at least one; their order is kept)",
                     "jobs: a plan without jobs proves nothing (add a job)"}));
    EXPECT_EQ(problemsOfJobs("{}"), (Lines{"jobs: a plan without jobs proves nothing (add a job)"}));
    EXPECT_EQ(problemsOfJobs(R"({"j": {"steps": []}})"),
              (Lines{"jobs.j.steps: a job without steps proves nothing (add a step)"}));
}

TEST(Problems, TheTextFormListsThemAll) {
    const Result<Plan> read =
        parsePlanText(R"({"plan": 1, "name": 1, "jobs": {"j": {"steps": [{"run": 1}]}}})", "x.json");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::InvalidPlan);
    EXPECT_EQ(read.error().message, "x.json is not a valid plan:\nname: expected a name, got a number\n"
                                    "jobs.j.steps[0].run: expected a text or a list of texts, got a number");
}

TEST(ShortForms, MeanTheSameAsTheLongOnes) {
    const Plan shorter = planOfJobs(R"j({
        "a": {"steps": [{"name": "step", "run": ":", "condition": " failure() "}],
              "env": {"N": 3, "B": true, "F": 1.5, "Z": "z"}, "outputs": {"x": "out"}},
        "b": {"needs": ["a"], "inputs": ["x"], "condition": "test -n \"$A\"", "steps": [{"run": ":"}]}})j");
    const Plan longer = planOfJobs(R"j({
        "a": {"steps": [{"run": ":", "condition": {"when": "failure()"}}],
              "env": {"Z": {"value": "z"}, "F": {"value": "1.500000"}, "B": {"value": "true"}, "N": {"value": "3"}},
              "outputs": {"x": {"path": "out", "when": "success"}}},
        "b": {"needs": ["a"], "inputs": [{"name": "x", "path": "."}],
              "condition": {"when": "success()", "bash": "test -n \"$A\""}, "steps": [{"run": ":"}]}})j");
    EXPECT_EQ(shorter, longer);
}

TEST(Null, SwitchesAnInheritedValueOff) {
    const Plan read =
        planOfJobs(R"({"j": {"timeout": null, "jobRetry": null, "steps": [{"run": ":", "retry": null}]}})");
    EXPECT_EQ(read.jobs[0].timeout.state, Setting<Millis>::State::Off);
    EXPECT_EQ(read.jobs[0].jobRetry.state, Setting<Retry>::State::Off);
    EXPECT_EQ(read.jobs[0].steps[0].retry.state, Setting<Retry>::State::Off);
    EXPECT_EQ(read.jobs[0].deadline.state, Setting<Millis>::State::Unset);
    EXPECT_EQ(problemsOfJob(R"("needs": null)"),
              (Lines{"jobs.j.needs: expected a list, each a name, got null"}));
}

TEST(Retry, ZeroWaitIsLegalZeroAttemptsAreNot) {
    EXPECT_EQ(problemsOfJob(R"("retry": {"min_time": 0, "max_time": 0, "max_attempts": 1})"), Lines{});
    EXPECT_EQ(problemsOfJob(R"("retry": {"max_attempts": 0})"),
              (Lines{"jobs.j.retry.max_attempts: 0 is not an integer from 1 to 1000000"}));
    EXPECT_EQ(problemsOfJob(R"("retry": {"max_attempts": 2.5})").size(), 1U);
    EXPECT_EQ(problemsOfJob(R"("retry": {"min_time": -1})").size(), 1U);
    EXPECT_EQ(
        problemsOfJob(R"("retry": {"backoff": "exponental"})"),
        (Lines{
            "jobs.j.retry.backoff: 'exponental' is none of 'exponential', 'linear', 'constant' (did you mean "
            "'exponential'?)"}));
}

TEST(Timeout, OfZeroIsRefused) {
    EXPECT_EQ(problemsOfJob(R"("timeout": 0)"),
              (Lines{"jobs.j.timeout: must be longer than 0 (null switches an inherited value off)"}));
}

TEST(Env, NamesMustBeSettableVariables) {
    EXPECT_EQ(
        problemsOfJob(R"("env": {"BAD-NAME": "x"})"),
        (Lines{
            "jobs.j.env.BAD-NAME: 'BAD-NAME' is not a variable name: use letters, digits and '_', no digit "
            "first"}));
    for (const std::string_view own :
         {"CIRQUE", "CIRQUE_RUN_ID", "CIRQUE_OUTPUT", "WORKFLOW_NAME", "WORKFLOW_ID", "JOB_NAME", "STEP_NAME",
          "JOB_DIR", "JOB_ENV", "NEEDS_A_B", "MATRIX_OS"}) {
        const std::string entry = fmt::format(R"("env": {{"{}": "x"}})", own);
        EXPECT_EQ(problemsOfJob(entry).size(), 1U) << own;
        EXPECT_EQ(problemsOfStep(R"("run": ":", )" + entry).size(), 1U) << own;
        EXPECT_EQ(
            problemsOfJob(fmt::format(R"("envFrom": [{{"kind": "static", "values": {{"{}": 1}}}}])", own))
                .size(),
            1U)
            << own;
    }
    EXPECT_EQ(problemsOfJob(R"("env": {"CI": "1", "NEEDS": "x", "CIRQUELIKE": "x"})"), Lines{});
}

TEST(Env, ValuesAreLiteralOrOneReference) {
    EXPECT_EQ(problemsOfJob(R"("env": {"A": null})"),
              (Lines{"jobs.j.env.A: expected a text, number or boolean or an object (value), got null"}));
    EXPECT_EQ(problemsOfJob(R"("env": {"A": {"value": "x", "secret": "y"}})").size(), 1U);
    EXPECT_EQ(problemsOfJob(R"("env": {"A": {}})").size(), 1U);
    EXPECT_EQ(problemsOfJob(R"("env": {"A": {"secret": "t", "name": "x"}})"),
              (Lines{"jobs.j.env.A: 'result' and 'name' are given together or not at all"}));
    EXPECT_EQ(problemsOfJob(R"("env": {"A": "a\u0000b"})"),
              (Lines{"jobs.j.env.A: 'a\\x00b' has a NUL character"}));
}

// execve would refuse it long after the run had begun.
TEST(Env, ValuesLongerThanLinuxAcceptsAreRefused) {
    const std::string fits(131'072 - 3, 'x');
    EXPECT_EQ(problemsOfJob(fmt::format(R"("env": {{"A": "{}"}})", fits)), Lines{});
    EXPECT_EQ(problemsOfJob(fmt::format(R"("env": {{"A": "{}x"}})", fits)).size(), 1U);
    EXPECT_EQ(problemsOfStep(fmt::format(R"("run": ["echo", "{}xxx"])", fits)).size(), 1U);
}

TEST(Paths, StayBelowTheJobsFolder) {
    for (const std::string_view bad : {"/etc", "..", "a/../b", "a/..", ""}) {
        EXPECT_EQ(problemsOfJob(fmt::format(R"("outputs": {{"x": "{}"}})", bad)).size(), 1U) << bad;
        EXPECT_EQ(problemsOfJob(fmt::format(R"("outputs": {{"x": {{"path": "{}"}}}})", bad)).size(), 1U)
            << bad;
        EXPECT_EQ(problemsOfStep(fmt::format(R"("run": ":", "workdir": "{}")", bad)).size(), 1U) << bad;
    }
    EXPECT_EQ(problemsOfJob(R"("outputs": {"x": "a\u0000"})").size(), 1U);
    EXPECT_EQ(problemsOfJob(R"("outputs": {"x": ".", "y": "a..b/...", "z": "dist/"})"), Lines{});
}

TEST(Run, IsBashOrAProgram) {
    EXPECT_EQ(problemsOfStep(R"("run": [])"),
              (Lines{"jobs.j.steps[0].run: names no program (the first word is the program)"}));
    EXPECT_EQ(problemsOfStep(R"("run": ["a", 1])").size(), 1U);
    EXPECT_EQ(problemsOfStep(R"("run": "x", "build": {"drv": "/nix/store/a.drv"})").size(), 1U);
    EXPECT_EQ(problemsOfStep(R"("build": {"drv": "/nix/store/a"})").size(), 1U);
    EXPECT_EQ(problemsOfStep(R"("build": {"drv": "/nix/store/a.drv", "outputs": ["out"]})"), Lines{});
}

TEST(System, LooksLikeCpuAndOs) {
    EXPECT_EQ(problemsOfJob(R"("system": "x86_64-linux")"), Lines{});
    for (const std::string_view bad : {"linux", "", "-linux", "x86_64-", "a b-linux", "$(x)-linux"}) {
        EXPECT_EQ(problemsOfJob(fmt::format(R"("system": "{}")", bad)).size(), 1U) << bad;
    }
    EXPECT_EQ(planOfJobs(R"({"j": {"steps": [{"run": ":"}]}})").jobs[0].system, "");
}

TEST(Provider, EachKindHasItsOwnKeysAndOthersAreKept) {
    EXPECT_EQ(problemsOfJob(R"("envFrom": [{"kind": "file"}])").size(), 1U);
    EXPECT_EQ(problemsOfJob(R"("envFrom": [{"kind": "required", "names": ["A"], "path": "x"}])").size(), 1U);
    EXPECT_EQ(problemsOfJob(R"("envFrom": [{"path": "x"}])").size(), 1U);
    const Plan read = planOfJobs(
        R"({"j": {"steps": [{"run": ":"}], "envFrom": [{"kind": "sops", "@pos": {"kind": "a:1:1"}, "file": "x"}]}})");
    const EnvProvider& provider = read.jobs[0].envFrom[0];
    EXPECT_EQ(provider.kind, EnvProvider::Kind::Other);
    EXPECT_EQ(provider.kindName, "sops");
    EXPECT_EQ(toLine(provider.options), R"({"file":"x"})");
}

// Positions are for messages: they must never become part of a plan.
TEST(Positions, AreNotPartOfThePlan) {
    const Plan read = plan(
        R"({"@pos": {"name": "a:1:1"}, "plan": 1, "name": "w", "on": {"@pos": {}, "push": [{"@pos": {}}]},
        "jobs": {"@pos": {"j": "a:2:2"}, "j": {"@pos": {}, "env": {"@pos": {"A": "a:3:3"}, "A": "x"},
        "services": {"@pos": {}, "s": {"@pos": {}, "exec": "x"}}, "machine": {"@pos": {}, "cpus": 2},
        "executor": {"kind": "local", "options": {"@pos": {}, "name": "n"}},
        "outputs": {"@pos": {}, "a": "a"}, "matrix": {"@pos": {}, "values": {"@pos": {}, "v": 1}},
        "envFrom": [{"@pos": {}, "kind": "static", "values": {"@pos": {}, "B": "b"}}],
        "steps": [{"@pos": {}, "run": ":"}]}}})");
    EXPECT_EQ(toLine(toJson(read)).find("@pos"), std::string::npos);
    EXPECT_EQ(read.jobs.size(), 1U);
    EXPECT_EQ(read.jobs[0].env.size(), 1U);
}

} // namespace
} // namespace cirque::plan
