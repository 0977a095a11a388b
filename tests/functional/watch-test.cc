// SPDX-License-Identifier: Apache-2.0
// cirque run --watch: which changes start a run, and which do not.
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

#include <csignal>

namespace cirque::test {
namespace {

// Runs that say "RAN-<content of source>"; a source of "wait" holds on for ever.
void writeProject(const Project& project) {
    project.write("p.json", fmt::format(R"json({{"plan":1,"name":"t","jobs":{{"a":{{"steps":[
        {{"name":"s","run":{}}},{{"name":"tidy","run":"echo TIDIED","condition":"cancelled()"}}]}}}}}})json",
                                        quoteJson("echo RAN-$(cat source); echo x >>" + project.root() +
                                                  "/runs; test \"$(cat source)\" != wait || sleep 600")));
    project.write(".gitignore", "ignored/\n*.tmp\nout\nerr\npid\n");
    project.write("source", "one");
    project.commitAll();
}

// Waits until the first command's output or its notes say so the wanted number of times.
void untilSaid(const Project& project, const std::string& text, int times,
               const std::string& stream = "out") {
    const Ran ran = project.shell(fmt::format("for i in $(seq 1500); do test $(grep -c -- '{}' {}/tmp/{}.2) "
                                              "-ge {} && exit 0; sleep 0.02; done; exit 1",
                                              text, project.root(), stream, times));
    EXPECT_EQ(ran.status, 0) << "'" << text << "' was not said " << times << " times\n"
                             << project.shell("cat " + project.root() + "/tmp/*.2").out;
}

std::string runs(const Project& project) {
    return project.shell("wc -l <" + project.root() + "/runs").out;
}

TEST(Watch, AChangeRunsAgainAndNothingElseDoes) {
    const Project project;
    writeProject(project); // its git was command 1
    Running watch = project.start({"run", "p.json", "--watch"});
    untilSaid(project, "waiting for a change", 1, "err");
    untilSaid(project, "RAN-one", 1);
    // ignored, touched, or the same bytes again: each wakes, none is a change
    project.write("ignored/x", "1");
    project.write("some.tmp", "1");
    (void)project.shell("touch source; mkdir empty; sleep 0.5");
    project.write("source", "one");
    (void)project.shell("sleep 0.5");
    EXPECT_EQ(runs(project), "1\n");
    project.write("source", "two");
    untilSaid(project, "RAN-two", 1);
    untilSaid(project, "waiting for a change", 2, "err");
    // a new file in a new folder that was empty when it was seen
    project.write("empty/deep/file", "1");
    untilSaid(project, "RAN-two", 2);
    untilSaid(project, "waiting for a change", 3, "err");
    (void)project.shell("rm -r empty");
    untilSaid(project, "RAN-two", 3);
    untilSaid(project, "waiting for a change", 4, "err");
    EXPECT_EQ(runs(project), "4\n");
    watch.signal(SIGINT);
    EXPECT_EQ(watch.wait().status, 130);
    EXPECT_EQ(project.shell("ls \"$CIRQUE_STATE_DIR\"/runs | wc -l").out, "4\n")
        << "each is a run of its own";
    project.expectNoLeftovers();
}

TEST(Watch, AChangeCancelsTheRunThatRuns) {
    const Project project;
    writeProject(project);
    project.write("source", "wait");
    Running watch = project.start({"run", "p.json", "--watch"});
    untilSaid(project, "RAN-wait", 1);
    project.write("source", "two");
    untilSaid(project, "RAN-two", 1);
    untilSaid(project, "waiting for a change", 1, "err");
    watch.signal(SIGINT);
    const Ran ran = watch.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_TRUE(ran.outHas("TIDIED")) << ran.all();
    project.expectNoLeftovers();
}

TEST(Watch, AnInterruptWhileARunRunsEndsBoth) {
    const Project project;
    writeProject(project);
    project.write("source", "wait");
    Running watch = project.start({"run", "p.json", "--watch"});
    untilSaid(project, "RAN-wait", 1);
    watch.signal(SIGINT);
    const Ran ran = watch.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_EQ(runs(project), "1\n");
    project.expectNoLeftovers();
}

TEST(Watch, AWorkflowThatIsWrongIsToldAndTheNextChangeTried) {
    const Project project;
    writeProject(project);
    const std::string good = project.read("p.json");
    project.write("p.json", "{");
    Running watch = project.start({"run", "p.json", "--watch"});
    untilSaid(project, "error", 1, "err");
    untilSaid(project, "waiting for a change", 1, "err");
    project.write("p.json", good);
    untilSaid(project, "RAN-one", 1);
    watch.signal(SIGTERM);
    EXPECT_EQ(watch.wait().status, 143);
}

// The limits of a user namespace are its own, so the test can set them.
TEST(Watch, WithoutWatchesTheTreeIsLookedAtAllTheSame) {
    const Project project;
    if (project.shell("unshare -Ur test -w /proc/sys/user/max_inotify_watches").status != 0) {
        GTEST_SKIP() << "no user namespaces here";
    }
    for (const char* limit : {"max_inotify_instances", "max_inotify_watches"}) {
        writeProject(project);
        const Ran ran = project.shell(fmt::format(
            "(for i in $(seq 500); do grep -q 'waiting for a change' err && break; sleep 0.02; done; echo "
            "two >source; "
            "for i in $(seq 500); do grep -q RAN-two out && break; sleep 0.02; done; kill -INT $(cat pid)) & "
            "unshare -Ur sh -c 'echo 0 >/proc/sys/user/{} && echo $$ >pid && exec {} run p.json --watch' "
            ">out 2>err; "
            "echo \"status $?\"; wait; cat out err; rm -rf out err pid .git",
            limit, CIRQUE_PROGRAM));
        EXPECT_TRUE(ran.outHas("status 130")) << ran.all();
        EXPECT_TRUE(ran.outHas("RAN-two")) << ran.all();
        EXPECT_TRUE(ran.outHas(std::string("raise fs.inotify.") + (limit + 4 == std::string("inotify_watches")
                                                                       ? "max_user_watches"
                                                                       : "max_user_instances")))
            << ran.all();
    }
}

} // namespace
} // namespace cirque::test
