// SPDX-License-Identifier: Apache-2.0
#include "plan/validate.hh"

#include "tests/unit/plan/support.hh"

#include <random>

namespace cirque::plan {
namespace {

TEST(Needs, MissingSelfAndCycles) {
    EXPECT_EQ(problemsOfJobs(R"({"build": {"steps": [{"run": ":"}]},
                                 "test": {"needs": ["biuld"], "steps": [{"run": ":"}]}})"),
              (Lines{"jobs.test.needs[0]: there is no job 'biuld' (did you mean 'build'?)"}));
    EXPECT_EQ(problemsOfJob(R"("needs": ["j"])"), (Lines{"jobs.j.needs[0]: 'j' needs itself"}));
    EXPECT_EQ(
        problemsOfJobs(R"({"a": {"needs": ["b"], "steps": [{"run": ":"}]},
                                 "b": {"needs": ["c"], "steps": [{"run": ":"}]},
                                 "c": {"needs": ["a"], "steps": [{"run": ":"}]},
                                 "x": {"needs": ["y"], "steps": [{"run": ":"}]},
                                 "y": {"needs": ["x"], "steps": [{"run": ":"}]}})"),
        (Lines{"jobs.a.needs: these jobs wait for each other: a -> b -> c -> a (remove one of these needs)",
               "jobs.x.needs: these jobs wait for each other: x -> y -> x (remove one of these needs)"}));
}

constexpr std::string_view producer =
    R"("build": {"outputs": {"app": "dist"}, "results": ["version"], "steps": [{"run": ":"}]})";

Lines withProducer(std::string_view jobs) {
    return problemsOfJobs(fmt::format("{{{}, {}}}", producer, jobs));
}

TEST(Inputs, MustComeFromATransitiveNeed) {
    EXPECT_EQ(withProducer(R"("mid": {"needs": ["build"], "steps": [{"run": ":"}]},
                              "end": {"needs": ["mid"], "inputs": ["app"], "steps": [{"run": ":"}]})"),
              Lines{});
    EXPECT_EQ(
        withProducer(R"("test": {"inputs": ["app"], "steps": [{"run": ":"}]})"),
        (Lines{
            "jobs.test.inputs[0]: artifact 'app' comes from job 'build', which this job does not need (add "
            "'build' to needs)"}));
    EXPECT_EQ(withProducer(R"("test": {"needs": ["build"], "inputs": ["ap"], "steps": [{"run": ":"}]})"),
              (Lines{"jobs.test.inputs[0]: no job outputs an artifact 'ap' (did you mean 'app'?)"}));
    EXPECT_EQ(problemsOfJob(R"("outputs": {"o": "x"}, "inputs": ["o"])"),
              (Lines{"jobs.j.inputs[0]: artifact 'o' is this job's own output"}));
}

TEST(Inputs, TwiceToOnePathIsAnError) {
    EXPECT_EQ(
        withProducer(
            R"("t": {"needs": ["build"], "inputs": ["app", {"name": "app", "path": "b"}], "steps": [{"run": ":"}]})"),
        Lines{});
    EXPECT_EQ(withProducer(R"("t": {"needs": ["build"], "inputs": ["app", "app"], "steps": [{"run": ":"}]})"),
              (Lines{"jobs.t.inputs[1]: artifact 'app' is restored twice to the same path"}));
}

TEST(Outputs, OneNameInTwoJobsIsAnError) {
    EXPECT_EQ(
        withProducer(R"("other": {"outputs": {"app": "x"}, "steps": [{"run": ":"}]})"),
        (Lines{"jobs.other.outputs.app: artifact 'app' is already an output of job 'build' (give one of them "
               "another name)"}));
}

TEST(Results, ReferencesMustBeExportedUpstream) {
    const auto use = [](std::string_view needs, std::string_view reference) {
        return withProducer(fmt::format(
            R"("t": {{"needs": {}, "steps": [{{"run": ":", "env": {{"V": {}}}}}]}})", needs, reference));
    };
    EXPECT_EQ(use(R"(["build"])", R"({"result": "build", "name": "version"})"), Lines{});
    EXPECT_EQ(use(R"(["build"])", R"({"result": "build", "name": "versoin"})"),
              (Lines{"jobs.t.steps[0].env.V: job 'build' does not export a result 'versoin' (did you mean "
                     "'version'?)"}));
    EXPECT_EQ(
        use("[]", R"({"result": "build", "name": "version"})"),
        (Lines{"jobs.t.steps[0].env.V: result 'version' comes from job 'build', which this job does not need "
               "(add 'build' to needs)"}));
    EXPECT_EQ(use("[]", R"({"result": "bulid", "name": "version"})"),
              (Lines{"jobs.t.steps[0].env.V: there is no job 'bulid' (did you mean 'build'?)"}));
    EXPECT_EQ(use("[]", R"({"result": "t", "name": "version"})").size(), 1U);
    EXPECT_EQ(
        withProducer(
            R"("t": {"matrix": {"axes": {"v": {"result": "build", "name": "version"}}}, "steps": [{"run": ":"}]})"),
        (Lines{"jobs.t.matrix.axes.v: result 'version' comes from job 'build', which this job does not need "
               "(add 'build' to needs)"}));
}

TEST(Results, AreNotKnownToTheWholeWorkflow) {
    EXPECT_EQ(problems(fmt::format(
                  R"({{"plan": 1, "name": "w", "env": {{"V": {{"result": "build", "name": "version"}}}},
                                        "jobs": {{{}}}}})",
                  producer)),
              (Lines{"env.V: a result can be used only in a job or step (move it to the env of a job that "
                     "needs it)"}));
}

// One of two equal variables would silently win.
TEST(Results, OfNeedsMustNotMeetInOneVariable) {
    const Lines lines = problemsOfJobs(R"({"a-b": {"results": ["c"], "steps": [{"run": ":"}]},
                                           "a": {"results": ["b.c"], "steps": [{"run": ":"}]},
                                           "end": {"needs": ["a-b", "a"], "steps": [{"run": ":"}]},
                                           "fine": {"needs": ["a"], "steps": [{"run": ":"}]}})");
    EXPECT_EQ(lines,
              (Lines{"jobs.end.needs: result 'c' of job 'a-b' and result 'b.c' of job 'a' would both be "
                     "NEEDS_A_B_C (rename one of them)"}));
    EXPECT_EQ(problemsOfJob(R"("results": ["x", "x"])"), (Lines{"jobs.j.results[1]: 'x' is listed twice"}));
    EXPECT_EQ(problemsOfJob(R"("results": ["a=b"])").size(), 1U);
}

TEST(Params, MustBeDeclaredAndFit) {
    EXPECT_EQ(problemsOfJob(R"("env": {"A": {"param": "p"}})"),
              (Lines{"jobs.j.env.A: no parameter 'p' is declared (declare it in params)"}));
    const auto declared = [](std::string_view param) {
        return problems(fmt::format(
            R"({{"plan": 1, "name": "w", "params": {{"p": {}}}, "jobs": {{"j": {{"steps": [{{"run": ":"}}]}}}}}})",
            param));
    };
    EXPECT_EQ(declared(R"({"type": "int", "default": "x"})"),
              (Lines{"params.p.default: 'x' is not an integer"}));
    EXPECT_EQ(declared(R"({"type": "choice"})"),
              (Lines{"params.p: a parameter of type 'choice' needs choices"}));
    EXPECT_EQ(declared(R"({"type": "choice", "choices": ["a"], "default": "b"})").size(), 1U);
    EXPECT_EQ(declared(R"({"choices": ["a"]})").size(), 1U);
    EXPECT_EQ(declared(R"({"type": "bool", "default": false})"), Lines{});
}

TEST(Tokens, MustBeDeclared) {
    EXPECT_EQ(
        problemsOfStep(
            R"("run": ":", "closure": {"hostTools": ["t"], "files": ["f"]}, "path": ["jq", "/usr/bin"])"),
        (Lines{"jobs.j.steps[0].closure.hostTools[0]: 't' is not declared in hostTools",
               "jobs.j.steps[0].closure.files[0]: 'f' is not declared in files",
               "jobs.j.steps[0].path[0]: 'jq' is neither an absolute folder nor a token of hostTools or "
               "files"}));
    EXPECT_EQ(problemsOfStep(
                  R"("run": ":", "path": ["/nix/store/abc-cirque-tool-jq", "/nix/store/abc-cirque-file-x/bin",
                                                     "/nix/store/abc-jq/bin"])")
                  .size(),
              2U);
    EXPECT_EQ(
        problems(
            R"({"plan": 1, "name": "w", "hostTools": {"t": {"name": "jq"}}, "files": {"t": {"name": "f", "text": ""}},
                           "jobs": {"j": {"steps": [{"run": ":"}]}}})"),
        (Lines{"files.t: the token 't' is also in hostTools"}));
}

TEST(MatrixAxes, AreCheckedBeforeTheRun) {
    EXPECT_EQ(
        problemsOfJob(R"("matrix": {"axes": {"a-b": [1], "a.b": [2]}})"),
        (Lines{"jobs.j.matrix.axes.\"a.b\": 'a-b' and 'a.b' would both be MATRIX_A_B (rename one of them)"}));
    EXPECT_EQ(problemsOfJob(R"("matrix": {"axes": {"a": []}})").size(), 2U);
    EXPECT_EQ(
        problemsOfJob(R"("matrix": {"axes": {"a": [1, "1"]}})"),
        (Lines{
            "jobs.j.matrix.axes: two members of the matrix of job 'j' would be named 'j-a-1' (give each axis "
            "every value once)"}));
    EXPECT_EQ(problemsOfJob(R"("matrix": {"axes": {"a": [{"secret": "x"}]}})").size(), 1U);
    EXPECT_EQ(problemsOfJob(R"("matrix": {"axes": {"a": {"secret": "x"}}})").size(), 2U);
}

Plan chain(int jobs) {
    Plan made;
    made.name = "chain";
    for (int i = 0; i < jobs; ++i) {
        Job job;
        job.name = fmt::format("job {}", i);
        job.steps.resize(1);
        if (i > 0) {
            job.needs.push_back(fmt::format("job {}", i - 1));
        }
        made.jobs.push_back(std::move(job));
    }
    return made;
}

// A quadratic check would take minutes here, a recursive one the stack.
TEST(Size, AHundredThousandJobsInAChain) {
    Plan made = chain(100'000);
    for (std::size_t i = 0; i < made.jobs.size(); ++i) {
        made.jobs[i].outputs.push_back({fmt::format("artifact {}", i), "x", false});
        if (i > 2) {
            made.jobs[i].inputs.push_back({fmt::format("artifact {}", i - 3), "."});
        }
    }
    EXPECT_TRUE(validate(made).empty());
    made.jobs.front().needs.push_back(made.jobs.back().name);
    ASSERT_EQ(validate(made).size(), 1U);
    EXPECT_LT(validate(made).front().message.size(), 4'000U);
}

TEST(Size, AHundredThousandNeedsOfOneJob) {
    Plan made = chain(1);
    for (int i = 0; i < 100'000; ++i) {
        Job job;
        job.name = fmt::format("leaf {}", i);
        job.steps.resize(1);
        job.outputs.push_back({job.name, "x", false});
        made.jobs.front().needs.push_back(job.name);
        made.jobs.front().inputs.push_back({job.name, "."});
        made.jobs.push_back(std::move(job));
    }
    EXPECT_TRUE(validate(made).empty());
}

TEST(Size, AHundredThousandMissingNeeds) {
    Plan made = chain(1);
    for (int i = 0; i < 100'000; ++i) {
        made.jobs.front().needs.push_back(fmt::format("absent {}", i));
    }
    EXPECT_EQ(validate(made).size(), 10'000U);
}

// Following every path of this graph would take 4^200 steps.
TEST(Size, LayersFourWideTwoHundredDeep) {
    Plan made = chain(0);
    for (int layer = 0; layer < 200; ++layer) {
        for (int i = 0; i < 4; ++i) {
            Job job;
            job.name = fmt::format("{}-{}", layer, i);
            job.steps.resize(1);
            job.outputs.push_back({job.name, "x", false});
            for (int j = 0; layer > 0 && j < 4; ++j) {
                job.needs.push_back(fmt::format("{}-{}", layer - 1, j));
            }
            for (int from = 0; from < layer; ++from) {
                job.inputs.push_back({fmt::format("{}-{}", from, i), "."});
            }
            made.jobs.push_back(std::move(job));
        }
    }
    EXPECT_TRUE(validate(made).empty());
}

// The quick answer must be the true one: compared with following every need.
TEST(TransitiveNeeds, AgreeWithTheNaiveAnswerOnRandomGraphs) {
    std::mt19937 random(7);
    for (int round = 0; round < 30; ++round) {
        Plan made = chain(0);
        const int size = 1 + static_cast<int>(random() % 150);
        for (int i = 0; i < size; ++i) {
            Job job;
            job.name = fmt::format("{}", i);
            for (int j = 0; j < i; ++j) {
                if (random() % 40 == 0) {
                    job.needs.push_back(fmt::format("{}", j));
                }
            }
            made.jobs.push_back(std::move(job));
        }
        std::ranges::shuffle(made.jobs, random);
        const Graph graph(made.jobs);
        std::vector<NeedQuery> queries;
        std::vector<bool> expected;
        for (int job = 0; job < size; ++job) {
            const std::vector<int> above = graph.ancestors(job);
            for (int other = 0; other < size; ++other) {
                queries.push_back({job, other});
                expected.push_back(std::ranges::find(above, other) != above.end());
            }
        }
        ASSERT_EQ(areTransitiveNeeds(graph, queries), expected) << "round " << round;
    }
}

TEST(Validate, ReportsNameStepsThatAreThere) {
    const auto problems = [](std::string_view reports) {
        return problemsOfJobs(
            fmt::format(R"({{"a": {{"steps": [{{"name": "x", "run": ":"}}, {{"name": "y", "run": ":"}},
            {{"name": "y", "run": ":"}}], "reports": {}}}}})",
                        reports));
    };
    EXPECT_EQ(problems(R"([{"step": "x"}, {"step": "3"}, "a/**/b?.xml"])"), Lines{});
    EXPECT_EQ(problems(R"([{"step": "z"}])").size(), 1U);
    EXPECT_EQ(problems(R"([{"step": "4"}, {"step": "0"}])").size(), 2U);
    EXPECT_EQ(problems(R"([{"step": "y"}])").size(), 1U) << "which of the two?";
    EXPECT_EQ(problems(R"(["a**"])").size(), 1U);
    EXPECT_EQ(problems(R"([{"path": "x", "step": "x"}])").size(), 1U);
    EXPECT_EQ(problems(R"([{}])").size(), 1U);
}

} // namespace
} // namespace cirque::plan
