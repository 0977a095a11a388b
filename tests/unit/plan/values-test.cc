// SPDX-License-Identifier: Apache-2.0
// Durations, conditions, what is inherited, the graph, matrices and parameters.
#include "plan/condition.hh"
#include "plan/duration.hh"
#include "plan/effective.hh"
#include "plan/graph.hh"
#include "plan/matrix.hh"
#include "plan/params.hh"
#include "tests/unit/plan/support.hh"

#include <algorithm>

namespace cirque::plan {
namespace {

TEST(Duration, ReadsSecondsAndUnits) {
    EXPECT_EQ(parseDuration("500ms"), Millis(500));
    EXPECT_EQ(parseDuration("90s"), Millis(90'000));
    EXPECT_EQ(parseDuration("5m"), Millis(300'000));
    EXPECT_EQ(parseDuration("2h"), Millis(7'200'000));
    EXPECT_EQ(parseDuration("30"), Millis(30'000));
    EXPECT_EQ(readDuration(Json(7)), Millis(7'000));
    EXPECT_EQ(readDuration(Json(std::uint64_t{7})), Millis(7'000));
}

TEST(Duration, RefusesTheRest) {
    for (const std::string_view bad : {"", "s", "-1s", "+1s", " 1s", "1s ", "1 s", "1.5s", "1d", "1h30m",
                                       "99999999999999999999s", "9999999999h"}) {
        EXPECT_EQ(parseDuration(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(readDuration(Json(-1)), std::nullopt);
    EXPECT_EQ(readDuration(Json(1.5)), std::nullopt);
    EXPECT_EQ(readDuration(Json(true)), std::nullopt);
}

TEST(Duration, IsWrittenAsWholeSecondsOrMilliseconds) {
    EXPECT_EQ(toJson(Millis(2'000)), Json(2));
    EXPECT_EQ(toJson(Millis(1'500)), Json("1500ms"));
    EXPECT_EQ(toJson(Millis(0)), Json(0));
}

TEST(Condition, ATrimmedStatusFunctionIsOneAnythingElseIsBash) {
    EXPECT_EQ(parseCondition(" always()\n"), (Condition{When::Always, ""}));
    EXPECT_EQ(parseCondition("cancelled()"), (Condition{When::Cancelled, ""}));
    EXPECT_EQ(parseCondition("failure() "), (Condition{When::Failure, ""}));
    EXPECT_EQ(parseCondition("success()"), Condition{});
    for (const std::string_view bash :
         {"failure", "failure ()", "failure() || true", "[ 'a b' = \"a b\" ]"}) {
        EXPECT_EQ(parseCondition(bash), (Condition{When::Success, std::string(bash)}));
    }
}

TEST(Effective, RetryIsMergedByKeyAndNullStartsAgain) {
    Plan read = plan(R"({"plan": 1, "name": "w", "retry": {"max_attempts": 4, "min_time": 2}, "jobs": {"j": {
        "retry": {"backoff": "linear"}, "steps": [{"run": ":", "retry": {"max_time": 5}}, {"run": ":", "retry": null}]}}})");
    Job& job = read.jobs[0];
    EXPECT_EQ(stepRetry(read, job, job.steps[0]),
              (RetryPolicy{4, Backoff::Linear, Millis(2'000), Millis(5'000)}));
    EXPECT_EQ(stepRetry(read, job, job.steps[1]), RetryPolicy{});
    job.retry.state = Setting<Retry>::State::Off;
    EXPECT_EQ(stepRetry(read, job, job.steps[0]),
              (RetryPolicy{1, Backoff::Exponential, Millis(1'000), Millis(5'000)}));
    EXPECT_EQ(jobRetry(job), RetryPolicy{}) << "jobRetry inherits nothing";
}

TEST(Effective, DelaysFollowTheBackoffAndNeverPassTheCap) {
    const auto delays = [](RetryPolicy policy) {
        std::vector<std::int64_t> all;
        for (int n = 1; n <= 5; ++n) {
            all.push_back(retryDelay(policy, n).count());
        }
        return all;
    };
    using V = std::vector<std::int64_t>;
    EXPECT_EQ(delays({9, Backoff::Exponential, Millis(1000), Millis(6000)}),
              (V{1000, 2000, 4000, 6000, 6000}));
    EXPECT_EQ(delays({9, Backoff::Linear, Millis(1000), Millis(3500)}), (V{1000, 2000, 3000, 3500, 3500}));
    EXPECT_EQ(delays({9, Backoff::Constant, Millis(1000), Millis(3500)}), (V{1000, 1000, 1000, 1000, 1000}));
    EXPECT_EQ(delays({9, Backoff::Exponential, Millis(0), Millis(60000)}), (V{0, 0, 0, 0, 0}));
    EXPECT_EQ(delays({9, Backoff::Constant, Millis(5000), Millis(2000)}), (V{2000, 2000, 2000, 2000, 2000}));
    EXPECT_EQ(retryDelay({9, Backoff::Exponential, Millis(1), longestDuration}, 2'000'000'000),
              longestDuration);
    EXPECT_EQ(retryDelay({9, Backoff::Linear, longestDuration, longestDuration}, 2'000'000'000),
              longestDuration);
}

TEST(Effective, TimeoutIsTheNearestOneAndNullSwitchesItOff) {
    Plan read = plan(R"({"plan": 1, "name": "w", "timeout": 60, "jobs": {
        "a": {"steps": [{"run": ":"}, {"run": ":", "timeout": "500ms"}, {"run": ":", "timeout": null}]},
        "b": {"timeout": null, "deadline": 9, "steps": [{"run": ":"}, {"run": ":", "timeout": 3}]}}})");
    const Job& a = read.jobs[0];
    const Job& b = read.jobs[1];
    EXPECT_EQ(stepTimeout(read, a, a.steps[0]), Millis(60'000));
    EXPECT_EQ(stepTimeout(read, a, a.steps[1]), Millis(500));
    EXPECT_EQ(stepTimeout(read, a, a.steps[2]), std::nullopt);
    EXPECT_EQ(stepTimeout(read, b, b.steps[0]), std::nullopt);
    EXPECT_EQ(stepTimeout(read, b, b.steps[1]), Millis(3'000));
    EXPECT_EQ(jobDeadline(a), std::nullopt);
    EXPECT_EQ(jobDeadline(b), Millis(9'000));
}

TEST(Effective, PassEnvIsTheJobsElseTheWorkflowsElseTheDefault) {
    Plan read = planOfJobs(R"({"j": {"steps": [{"run": ":"}]}})");
    EXPECT_EQ(passEnv(read, read.jobs[0]),
              (Lines{"PATH", "HOME", "USER", "LANG", "LC_*", "TERM", "TMPDIR", "TZ"}));
    read.passEnv = Lines{"A"};
    EXPECT_EQ(passEnv(read, read.jobs[0]), Lines{"A"});
    read.jobs[0].passEnv = Lines{};
    EXPECT_EQ(passEnv(read, read.jobs[0]), Lines{}) << "an empty list passes nothing";
}

std::vector<Job> jobsOf(std::initializer_list<std::pair<std::string, Lines>> list) {
    std::vector<Job> jobs;
    for (const auto& [name, needs] : list) {
        jobs.emplace_back();
        jobs.back().name = name;
        jobs.back().needs = needs;
    }
    return jobs;
}

TEST(GraphOfJobs, KnowsNeedsDependantsAndAncestorsOnce) {
    const std::vector<Job> jobs =
        jobsOf({{"d", {"b", "c", "b", "absent"}}, {"b", {"a"}}, {"c", {"a"}}, {"a", {}}});
    const Graph graph(jobs);
    EXPECT_EQ(graph.needs(0), (std::vector{1, 2}));
    EXPECT_EQ(graph.dependants(3), (std::vector{1, 2}));
    EXPECT_EQ(graph.find("c"), 2);
    EXPECT_EQ(graph.find("absent"), -1);
    std::vector<int> above = graph.ancestors(0);
    std::ranges::sort(above);
    EXPECT_EQ(above, (std::vector{1, 2, 3}));
    EXPECT_EQ(graph.topologicalOrder(), (std::vector{3, 1, 2, 0}));
    EXPECT_TRUE(graph.findCycle().empty());
}

TEST(GraphOfJobs, FindsACycleInOrder) {
    const std::vector<Job> jobs = jobsOf({{"x", {"a"}}, {"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}});
    EXPECT_EQ(Graph(jobs).findCycle(), (std::vector{1, 2, 3, 1}));
    const std::vector<Job> self = jobsOf({{"a", {"a"}}});
    EXPECT_EQ(Graph(self).findCycle(), (std::vector{0, 0}));
}

Job matrixJob() {
    Job job;
    job.name = "test";
    job.needs = {"build"};
    job.outputs = {{"report", "r.txt", true}};
    job.matrix.axes = {{"os", {"linux", "mac"}, {}}, {"cc", {"gcc"}, {}}};
    return job;
}

TEST(MatrixMembers, AreNamedByAxesInOrderOfName) {
    const Result<std::vector<Job>> members = expandMatrix(matrixJob(), matrixJob().matrix.axes);
    ASSERT_TRUE(members);
    ASSERT_EQ(members->size(), 2U);
    const Job& last = members->back();
    EXPECT_EQ(last.name, "test-cc-gcc-os-mac");
    EXPECT_EQ(last.outputs[0].name, "report-cc-gcc-os-mac");
    EXPECT_TRUE(last.outputs[0].always);
    EXPECT_EQ(last.needs, Lines{"build"});
    EXPECT_TRUE(last.matrix.axes.empty());
    using Values = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(last.matrix.values, (Values{{"cc", "gcc"}, {"os", "mac"}}));
}

// No members would be a green run of nothing; too many would be a fork bomb from one result.
TEST(MatrixMembers, NoneOrTooManyOrEqualOnesAreErrors) {
    const auto error = [](std::vector<MatrixAxis> axes) {
        const Result<std::vector<Job>> members = expandMatrix(matrixJob(), axes);
        return members ? std::string() : members.error().message;
    };
    EXPECT_EQ(error({{"os", {}, {}}}), "axis 'os' of job 'test' has no values");
    std::vector<std::string> many;
    for (int i = 0; i < 1001; ++i) {
        many.push_back(fmt::format("{}", i));
    }
    EXPECT_EQ(error({{"os", many, {}}}), "the matrix of job 'test' has more than 1000 members");
    EXPECT_EQ(error({{"a", many, {}}, {"b", many, {}}}),
              "the matrix of job 'test' has more than 1000 members");
    many.pop_back();
    EXPECT_EQ(error({{"os", many, {}}}), "");
    EXPECT_NE(error({{"os", {"a", "a"}, {}}}), "");
    EXPECT_NE(error({{"os", {"a\nb"}, {}}}), "");
    EXPECT_NE(error({{"os", {std::string(300, 'x')}, {}}}), "");
}

TEST(AxisValues, AreAJsonListOfScalars) {
    const Result<std::vector<std::string>> values = parseAxisValues(R"( ["a b", 3, true, 1.5] )");
    ASSERT_TRUE(values);
    EXPECT_EQ(*values, (Lines{"a b", "3", "true", "1.500000"}));
    for (const std::string_view bad : {"", "a b", "{}", "[null]", "[[1]]", "[1,]", R"(["\u0000"])"}) {
        EXPECT_FALSE(parseAxisValues(bad)) << bad;
    }
}

constexpr std::string_view parametrised = R"({"plan": 1, "name": "w",
    "params": {"n": {"type": "int"}, "c": {"type": "choice", "choices": ["x", "y"], "default": "x"}, "l": {"default": "[1, 2]"}},
    "env": {"C": {"param": "c"}},
    "jobs": {"j": {"env": {"N": {"param": "n"}}, "matrix": {"axes": {"a": {"param": "l"}}},
                   "steps": [{"run": ":", "env": {"C": {"param": "c"}}}]}}})";

TEST(BindParams, PutsValuesWhereTheyAreReferenced) {
    Plan bound = plan(parametrised);
    const std::vector<std::pair<std::string, std::string>> given{{"n", "5"}, {"c", "x"}, {"c", "y"}};
    ASSERT_TRUE(bindParams(bound, given));
    EXPECT_EQ(bound.env[0].value, (Value{Value::Kind::Literal, "y", ""}));
    EXPECT_EQ(bound.jobs[0].env[0].value, (Value{Value::Kind::Literal, "5", ""}));
    EXPECT_EQ(bound.jobs[0].steps[0].env[0].value.text, "y");
    EXPECT_EQ(bound.jobs[0].matrix.axes[0].values, (Lines{"1", "2"}));
    EXPECT_FALSE(bound.jobs[0].matrix.axes[0].from);
    EXPECT_TRUE(bound.params.empty());
    EXPECT_FALSE(bindParams(bound, given)) << "values given again would be ignored";
}

TEST(BindParams, ReportsEveryMistakeAtOnceAndChangesNothing) {
    Plan bound = plan(parametrised);
    const Plan before = bound;
    const std::vector<std::pair<std::string, std::string>> given{{"c", "z"}, {"nn", "1"}};
    const Result<void> result = bindParams(bound, given);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Usage);
    EXPECT_EQ(result.error().message,
              "cannot set the workflow's parameters: parameter 'c': 'z' is none of 'x', 'y'; no "
              "parameter 'nn' (did you mean 'n'?); parameter 'n' has no default and was not given");
    EXPECT_EQ(bound, before);
    const std::vector<std::pair<std::string, std::string>> badAxis{{"n", "5"}, {"l", "oops"}};
    EXPECT_FALSE(bindParams(bound, badAxis));
    EXPECT_EQ(bound, before);
}

} // namespace
} // namespace cirque::plan
