// SPDX-License-Identifier: Apache-2.0
// Runs that other terminals look at: logs --follow and attach, each beside a run in another process.
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

#include <csignal>

namespace cirque::test {
namespace {

std::string waitsFor(const Project& project, const std::string& file) {
    return fmt::format("while [ ! -e {}/{} ]; do sleep 0.01; done", project.root(), file);
}

void open(const Project& project, const std::string& file) {
    (void)project.shell("touch " + project.root() + "/" + file);
}

// Waits until the output of a command under way holds the text.
void untilHeard(const Project& project, int output, const std::string& text) {
    const Ran ran = project.shell(
        fmt::format("for i in $(seq 1500); do grep -q '{}' {}/tmp/out.{} && exit 0; sleep 0.02; done; exit 1",
                    text, project.root(), output));
    EXPECT_EQ(ran.status, 0) << "'" << text << "' was not heard";
}

// Two steps, of which the second fails once; a job beside it; a third that needs the first.
void writePlan(const Project& project) {
    project.write(
        "p.json",
        fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "work":{{"steps":[
            {{"name":"one","run":{}}},
            {{"name":"two","run":{},"retry":{{"max_attempts":2,"min_time":0,"max_time":0}}}}]}},
        "beside":{{"steps":[{{"name":"s","run":{}}}]}}}}}})json",
                    quoteJson("echo ONE-A; touch " + project.dir() + "/alive; " + waitsFor(project, "go1") +
                              "; echo ONE-B"),
                    quoteJson(fmt::format(
                        "echo TWO; test -e {0}/tried || {{ touch {0}/tried; exit 1; }}; {1}; printf TWO-END",
                        project.root(), waitsFor(project, "go2"))),
                    quoteJson("echo BESIDE; " + waitsFor(project, "go3"))));
}

TEST(Follow, LogsOfAJobUntilItEndsOverStepsAndTries) {
    const Project project;
    writePlan(project);
    Running run = project.start({"run", "p.json", "-j", "2"}); // output 1
    project.waitFor("alive");
    Running logs = project.start({"logs", "-f", project.lastRun(), "work"}); // output 2
    untilHeard(project, 2, "ONE-A");
    open(project, "go1");
    untilHeard(project, 2, "ONE-B");
    open(project, "go2");
    const Ran followed = logs.wait();
    EXPECT_EQ(followed.status, 0) << followed.all();
    EXPECT_EQ(followed.out,
              "[work/one] ONE-A\n[work/one] ONE-B\n[work/two] TWO\n[work/two] TWO\n[work/two] TWO-END\n")
        << "both tries, nothing of others, nothing twice";
    open(project, "go3");
    EXPECT_EQ(run.wait().status, 0);
    const Ran after = project.cirque({"logs", "-f", project.lastRun(), "work/two", "--try", "2"});
    EXPECT_EQ(after.out, "TWO\nTWO-END") << "of a run that has ended: what there is";
    EXPECT_EQ(project.cirque({"logs", "-f", project.lastRun(), "-n", "1", "work/one"}).out, "ONE-B\n");
}

TEST(Follow, LogsOfAStepEndWithTheStep) {
    const Project project;
    writePlan(project);
    Running run = project.start({"run", "p.json", "-j", "2"});
    project.waitFor("alive");
    Running logs = project.start({"logs", "--follow", project.lastRun(), "work/one"});
    open(project, "go1");
    const Ran followed = logs.wait();
    EXPECT_EQ(followed.status, 0) << followed.all();
    EXPECT_EQ(followed.out, "ONE-A\nONE-B\n");
    const Ran unknown = project.cirque({"logs", "-f", project.lastRun(), "wrok"});
    EXPECT_EQ(unknown.status, 2) << unknown.all();
    open(project, "go2");
    open(project, "go3");
    EXPECT_EQ(run.wait().status, 0);
}

TEST(Follow, AttachShowsWhatTheRunShowsAndEndsAsItDoes) {
    const Project project;
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{
        "a":{{"steps":[{{"name":"s","run":{}}}]}},
        "b":{{"needs":["a"],"steps":[{{"name":"s","run":"echo LAST; exit 7"}}]}}}}}})json",
                                        quoteJson("echo FIRST; touch " + project.dir() + "/alive; " +
                                                  waitsFor(project, "go"))));
    Running run = project.start({"run", "p.json"});
    project.waitFor("alive");
    Running plain = project.start({"attach", project.lastRun()});
    Running json = project.start({"attach", project.lastRun(), "--json"});
    untilHeard(project, 2, "FIRST");
    untilHeard(project, 3, "FIRST");
    open(project, "go");
    const Ran ran = run.wait();
    const Ran shown = plain.wait();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(shown.status, 1) << shown.all();
    EXPECT_EQ(shown.out, ran.out) << "the same events in the same order give the same lines";
    const Ran told = json.wait();
    EXPECT_EQ(told.status, 1) << told.all();
    EXPECT_TRUE(told.outHas("\"run.started\"") && told.outHas("LAST") && told.outHas("\"run.finished\""))
        << told.all();
    EXPECT_EQ(project.cirque({"attach", project.lastRun()}).status, 1) << "also afterwards";
}

// It is there to show: nothing shown is no success, whatever the run did.
TEST(Follow, AttachThatCouldShowNothingIsNoSuccess) {
    const Project project;
    ASSERT_EQ(project.cirque({"run", project.planOf({"true"})}).status, 0);
    const std::string command = std::string(CIRQUE_PROGRAM) + " attach " + project.lastRun();
    for (const char* more : {"", " --json"}) {
        const Ran shown = project.shell(command + more + " > /dev/full");
        EXPECT_EQ(shown.status, 3) << more << shown.all();
        EXPECT_TRUE(shown.errHas("No space left")) << more << shown.all();
    }
    EXPECT_EQ(project.shell("set -o pipefail; " + command + " | true").status, 0) << "a reader may leave";
}

TEST(Follow, AnInterruptEndsTheShowingNotTheRun) {
    const Project project;
    writePlan(project);
    Running run = project.start({"run", "p.json", "-j", "2"});
    project.waitFor("alive");
    for (const char* command : {"attach", "logs"}) {
        Running watcher = project.start(std::string(command) == "logs"
                                            ? std::vector<std::string>{"logs", "-f", project.lastRun()}
                                            : std::vector<std::string>{command, project.lastRun()});
        untilHeard(project, std::string(command) == "logs" ? 4 : 2, "BESIDE");
        watcher.signal(SIGINT);
        const Ran left = watcher.wait();
        EXPECT_EQ(left.status, 130) << left.all();
    }
    open(project, "go1");
    open(project, "go2");
    open(project, "go3");
    EXPECT_EQ(run.wait().status, 0);
}

TEST(Follow, ARunThatDiesEndsThem) {
    const Project project;
    writePlan(project);
    Running run = project.start({"run", "p.json", "-j", "2"});
    project.waitFor("alive");
    Running plain = project.start({"attach", project.lastRun()});
    Running logs = project.start({"logs", "-f", project.lastRun()});
    untilHeard(project, 2, "BESIDE");
    untilHeard(project, 3, "BESIDE");
    run.signal(SIGKILL);
    EXPECT_EQ(run.wait().status, 137);
    const Ran shown = plain.wait();
    EXPECT_EQ(shown.status, 3) << shown.all();
    EXPECT_TRUE(shown.errHas("interrupted")) << shown.all();
    const Ran followed = logs.wait();
    EXPECT_EQ(followed.status, 0) << followed.all();
    EXPECT_TRUE(followed.outHas("[work/one] ONE-A")) << followed.all();
    EXPECT_TRUE(followed.errHas("interrupted")) << followed.all();
    project.expectNoLeftovers();
}

// Wrong: it waits to the end, prints nothing and says that all is well.
TEST(Follow, OfAMatrixAreTheLogsOfItsMembers) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"t","jobs":{
        "m":{"copyRepo":false,"matrix":{"axes":{"v":["1","2"]}},"steps":[{"name":"s","run":"echo of $MATRIX_V"}]},
        "other":{"copyRepo":false,"steps":[{"run":"echo other"}]}}})json");
    EXPECT_EQ(project.cirque({"run", "p.json"}).status, 0);
    const Ran logs = project.cirque({"logs", "--follow", project.lastRun(), "m"});
    EXPECT_EQ(logs.status, 0) << logs.all();
    EXPECT_TRUE(logs.outHas("[m-v-1/s] of 1\n") && logs.outHas("[m-v-2/s] of 2\n")) << logs.all();
    EXPECT_FALSE(logs.outHas("other")) << logs.all();
}

} // namespace
} // namespace cirque::test
