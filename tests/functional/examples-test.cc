// SPDX-License-Identifier: Apache-2.0
// Every folder of examples/ is a project that people copy. Each runs here for real, and what it shows must be
// so: a status of 0 alone would also be had from an example that does nothing.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;
using Outcomes = std::map<std::string, std::string>;

// The example's folder as a project of its own.
class Example : public Project {
  public:
    explicit Example(const std::string& name) {
        usePrivateNix(*this);
        fs::copy(fs::path(CIRQUE_SOURCE) / "examples" / name, dir(), fs::copy_options::recursive);
    }

    [[nodiscard]] Ran run(Texts more = {}) const {
        more.insert(more.begin(), "run");
        return cirque(std::move(more));
    }

    void replace(const std::string& path, const std::string& old, const std::string& fresh) const {
        std::string text = read(path);
        const std::size_t at = text.find(old);
        ASSERT_NE(at, std::string::npos) << path << " has no " << old;
        write(path, text.replace(at, old.size(), fresh));
    }

    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(dir())) {
            found.insert(fs::relative(entry.path(), dir()).string());
        }
        return found;
    }
};

TEST(Examples, HelloSaysWhereItRunsAndLeavesTheTreeAlone) {
    const Example example("hello");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[greet/hello] Hello from hello, in a folder of its own: ")) << ran.all();
    EXPECT_FALSE(ran.outHas("its own: " + example.dir())) << ran.all();
    EXPECT_TRUE(ran.outHas("[greet/where] job folders end in the job's name")) << ran.all();
    EXPECT_EQ(RunRecord(example).steps("greet"), (Texts{"hello: succeeded", "where: succeeded"}));
    EXPECT_EQ(example.files(), std::set<std::string>{"ci.nix"});
}

TEST(Examples, ServicesTestsAnApplicationAgainstARealPostgreSql) {
    const Example example("services");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.steps("test"),
              (Texts{"schema: succeeded", "test: succeeded", "in the database: succeeded"}));
    EXPECT_LT(record.place("service.ready", "test"), record.place("step.started", "test"));
    const Ran logs = example.cirque({"logs", example.lastRun(), "test/db"});
    EXPECT_TRUE(logs.outHas("database system is ready to accept connections")) << logs.all();
    EXPECT_TRUE(logs.outHas("database system is shut down")) << logs.all();
    example.expectNoLeftovers();
    EXPECT_EQ(example.shell("ls -d /tmp/postgres-* 2>/dev/null | wc -l").out, "0\n");
}

TEST(Examples, ParallelStartsWhatDoesNotNeedEachOtherBeforeAnyOfItIsDone) {
    const Example example("parallel");
    const Ran ran = example.run({"--jobs", "3"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.jobs(), (Outcomes{{"docs", "succeeded"},
                                       {"lint", "succeeded"},
                                       {"package", "succeeded"},
                                       {"publish", "succeeded"},
                                       {"unit", "succeeded"}}));
    for (const char* first : {"docs", "lint", "unit"}) {
        for (const char* second : {"docs", "lint", "unit"}) {
            EXPECT_LT(record.place("job.started", first), record.place("job.finished", second));
        }
        EXPECT_TRUE(record.inOrder(first, "package")) << first;
    }
    EXPECT_TRUE(record.inOrder("package", "publish"));
    for (const char* line : {"[lint/say] linting", "[unit/say] testing", "[docs/say] writing",
                             "[package/say] packaging", "[publish/say] publishing"}) {
        EXPECT_TRUE(ran.outHas(line)) << line << "\n" << ran.all();
    }
}

TEST(Examples, EnvTakesTheNearestLevelAndCarriesValuesOn) {
    const Example example("env");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[job-env/read] the tag is hello-1.2")) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.steps("levels"), (Texts{"job-over-workflow: succeeded", "step-over-job: succeeded",
                                             "only-in-that-step: succeeded"}));
    EXPECT_EQ(record.steps("use"), Texts{"show: succeeded"});
    EXPECT_TRUE(record.inOrder("version", "use"));
}

TEST(Examples, EnvChecksItselfAndNeedsItsFile) {
    const Example example("env");
    const Ran over = example.run({"--env", "GREETING=good day"});
    EXPECT_EQ(over.status, 1) << "the tag is no longer the expected one\n" << over.all();
    EXPECT_EQ(RunRecord(example).steps("job-env"), (Texts{"write: succeeded", "read: failed exit 1"}));
    fs::remove(example.dir() + "/settings.env");
    const Ran without = example.run();
    EXPECT_EQ(without.status, 1) << without.all();
    EXPECT_TRUE(without.errHas("settings.env") || without.outHas("settings.env")) << without.all();
}

TEST(Examples, ArtifactsTravelWithModesLinksAndDotfiles) {
    const Example example("artifacts");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[test/use] all is well")) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.artifacts(),
              (Texts{"build program dist/bin/", "build settings .settings", "report report report.txt"}));
    EXPECT_TRUE(record.inOrder("build", "test") && record.inOrder("report", "test"));
    EXPECT_EQ(example.files(), std::set<std::string>{"ci.nix"});
}

TEST(Examples, SandboxSeesNothingButItsTreeAndWhatIsNamed) {
    const Example example("sandbox");
    if (example.shell("command -v bwrap").status != 0) {
        GTEST_SKIP() << "bubblewrap is not installed";
    }
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[build/alone] nobody else is here")) << ran.all();
    EXPECT_TRUE(ran.outHas("[look/use] built apart")) << ran.all();
    EXPECT_EQ(RunRecord(example).artifacts(), Texts{"build dist dist/"});
    example.replace("ci.nix", "executors.sandbox;", "executors.local;");
    EXPECT_EQ(example.run().status, 1) << "the example would not see that it is in no sandbox";
}

TEST(Examples, RetryTriesAgainAndKeepsTheLastStatus) {
    const Example example("retry");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.jobs(), (Outcomes{{"flaky", "succeeded"}, {"hopeless", "failed exit 3 tolerated"}}));
    EXPECT_EQ(record.tries("flaky", "third-time-lucky"),
              (Texts{"failed exit 1", "failed exit 1", "succeeded"}));
    EXPECT_EQ(record.tries("flaky", "once"), Texts{"succeeded"});
    EXPECT_EQ(record.tries("hopeless", "never"), (Texts{"failed exit 3", "failed exit 3", "failed exit 3"}));
}

TEST(Examples, RetryCanBeSwitchedOffForAStep) {
    const Example example("retry");
    example.replace("ci.nix", "test ! -e once; touch once", "exit 5");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(example).tries("flaky", "once"), Texts{"failed exit 5"});
}

TEST(Examples, TimeoutsEndWholeTreesAndMayBeRetried) {
    const Example example("timeouts");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.jobs(), (Outcomes{{"bounded", "succeeded"},
                                       {"second-try", "succeeded"},
                                       {"slow", "failed timeout tolerated"}}));
    EXPECT_EQ(record.steps("slow"),
              (Texts{"too-long: failed timeout", "tidy-up: succeeded", "never: skipped need-failed"}));
    EXPECT_EQ(record.tries("second-try", "hangs-once"), (Texts{"failed timeout", "succeeded"}));
    EXPECT_LT(record.run().at("duration").as_int64(), 30'000) << "nothing may wait for the sleeps of 60 s";
    example.expectNoLeftovers();
}

TEST(Examples, ConditionsDecideWhatRuns) {
    const Example example("conditions");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.jobs(), (Outcomes{{"check", "failed exit 7 tolerated"},
                                       {"deploy", "succeeded"},
                                       {"nightly", "skipped own-condition"},
                                       {"notify", "succeeded"},
                                       {"rollback", "skipped own-condition"}}));
    EXPECT_EQ(record.steps("check"), (Texts{"breaks: failed exit 7", "skipped: skipped need-failed",
                                            "on-failure: succeeded", "at-the-end: succeeded"}));
    EXPECT_TRUE(ran.outHas("[deploy/deploy] deploying main")) << ran.all();
    EXPECT_FALSE(ran.outHas("not reached")) << ran.all();
}

TEST(Examples, ConditionsSeeTheEnvironmentAndFailuresFurtherUp) {
    const Example example("conditions");
    example.replace("ci.nix", "echo 'deploying main'", "exit 4");
    example.replace("ci.nix", R"(''[ "$BRANCH" = main ]''; };
      steps = [ { name = "never"; bash = "exit 1"; } ];)",
                    R"(''[ "$BRANCH" = main ]''; };
      steps = [ { name = "back"; bash = "echo 'rolled back'"; } ];)");
    const Ran failed = example.run();
    EXPECT_EQ(failed.status, 1) << failed.all();
    EXPECT_TRUE(failed.outHas("[rollback/back] rolled back")) << failed.all();
    EXPECT_TRUE(failed.outHas("[notify/notify] the pipeline has ended")) << failed.all();
    const Ran nightly = example.run({"--env", "BRANCH=nightly"});
    EXPECT_EQ(nightly.status, 1) << nightly.all();
    EXPECT_EQ(RunRecord(example).jobs(), (Outcomes{{"check", "failed exit 7 tolerated"},
                                                   {"deploy", "skipped own-condition"},
                                                   {"nightly", "failed exit 1"},
                                                   {"notify", "succeeded"},
                                                   {"rollback", "skipped own-condition"}}));
}

TEST(Examples, ReportsAreCountedAndDecide) {
    const Example example("reports");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.jobs(), (Outcomes{{"flaky", "succeeded"},
                                       {"honest", "failed tolerated"},
                                       {"lint", "succeeded"},
                                       {"unit", "succeeded"}}));
    EXPECT_EQ(record.steps("honest"), Texts{"test: succeeded"});
    const Ran shown = example.cirque({"show", example.lastRun()});
    for (const char* line :
         {"tests out/cart.tap: 2 passed, 0 failed, 1 skipped",
          "tests out/price.xml: 1 passed, 0 failed, 0 skipped", "tests soak: 1 passed, 1 failed, 0 skipped",
          "failed one week", "warning README.md:3: Spelling: recieve",
          "summary of lint/spell\n  ### 1 word to look at",
          "1 of 1 tests failed: closes the door (tolerated)"}) {
        EXPECT_TRUE(shown.outHas(line)) << line << "\n" << shown.all();
    }
    example.replace("ci.nix", "ok 2 - removes", "not ok 2 - removes");
    EXPECT_EQ(example.run().status, 1) << "the step still exits with 0";
}

TEST(Examples, MatrixMakesAJobForEachCombination) {
    const Example example("matrix");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(example);
    for (const char* mode : {"debug", "release"}) {
        for (const int version : {1, 2}) {
            const std::string job = fmt::format("test-mode-{}-version-{}", mode, version);
            EXPECT_TRUE(ran.outHas(fmt::format("[{}/test] tested version {} in {} mode", job, version, mode)))
                << ran.all();
            EXPECT_TRUE(record.inOrder(job, "collect")) << job;
        }
    }
    EXPECT_EQ(record.jobs().size(), 5u);
    EXPECT_EQ(record.artifacts().size(), 4u);
    EXPECT_EQ(record.steps("collect"), Texts{"count: succeeded"});
}

TEST(Examples, HostToolsBuildAndTestACppProject) {
    const Example example("host-tools");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[build/compiler] g++ ")) << ran.all();
    EXPECT_TRUE(ran.outHas("[test/unit] 8 checked, 0 failed")) << ran.all();
    const RunRecord record(example);
    EXPECT_EQ(record.steps("try-it"), (Texts{"to-roman: succeeded", "refuses: succeeded"}));
    EXPECT_EQ(record.artifacts(), Texts{"build program roman"});
    EXPECT_FALSE(example.exists("roman")) << "the user's tree is never written";
}

TEST(Examples, HostToolsGoRedWhenATestOfTheProjectFails) {
    const Example example("host-tools");
    example.replace("src/roman.cc", R"({4, "IV"})", R"({4, "IIII"})");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("4 gives IIII, not IV")) << ran.all();
    EXPECT_EQ(
        RunRecord(example).jobs(),
        (Outcomes{{"build", "succeeded"}, {"test", "failed exit 2"}, {"try-it", "skipped need-failed"}}));
}

TEST(Examples, BuildBuildsOnceAndHandsTheOutputOn) {
    const Example example("build");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[message/build] message-1.0> == buildPhase\n"
                           "[message/build] message-1.0> making the message\n"))
        << ran.all();
    EXPECT_TRUE(ran.outHas("[read/read] hello from the Nix store!\n")) << ran.all();
    EXPECT_EQ(RunRecord(example).steps("message"), (Texts{"build: succeeded", "look: succeeded"}));
    const Ran again = example.run();
    EXPECT_EQ(again.status, 0) << again.all();
    EXPECT_EQ(RunRecord(example).steps("message"), (Texts{"build: cached", "look: succeeded"}));
}

// An example that nobody runs rots; one that the index leaves out is not found.
TEST(Examples, EachIsRunHereListedAndValid) {
    std::set<std::string> folders;
    std::ifstream file(CIRQUE_SOURCE "/examples/README.md");
    std::stringstream index;
    index << file.rdbuf();
    for (const auto& entry : fs::directory_iterator(CIRQUE_SOURCE "/examples")) {
        if (!entry.is_directory()) {
            continue;
        }
        const std::string name = entry.path().filename().string();
        folders.insert(name);
        EXPECT_NE(index.str().find(fmt::format("[{0}]({0}/ci.nix)", name)), std::string::npos) << name;
        const Example example(name);
        const Ran checked = example.cirque({"check"});
        EXPECT_EQ(checked.status, 0) << name << checked.all();
    }
    EXPECT_EQ(folders, (std::set<std::string>{"artifacts", "build", "conditions", "container", "env", "hello",
                                              "host-tools", "matrix", "nspawn", "own-executor", "parallel",
                                              "reports", "retry", "sandbox", "services", "ssh", "timeouts"}));
}

TEST(Examples, OwnExecutorRunsItsJobAtAPlaceThatScriptsMake) {
    const Example example("own-executor");
    const Ran ran = example.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[elsewhere/where] running on cirque-")) << ran.all();
}

} // namespace
} // namespace cirque::test
