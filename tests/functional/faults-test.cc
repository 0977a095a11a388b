// SPDX-License-Identifier: Apache-2.0
// The world misbehaves: each fault ends with a message that says what failed, on what, and what to do; never
// with a crash, a hang or a green run.
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace cirque::test {
namespace {

constexpr const char* hello = R"json({ cirque, ... }: cirque.mkWorkflow {
  name = "hello"; jobs.a.steps = [ { bash = "echo hello"; } ]; })json";

// A PATH with links to these programs only.
std::string pathWith(const Project& project, const std::string& programs) {
    const Ran made = project.shell(
        fmt::format("mkdir -p ../bin && for p in {}; do ln -sf $(command -v $p) ../bin/$p; done", programs));
    EXPECT_EQ(made.status, 0) << made.all();
    return project.root() + "/bin";
}

TEST(Faults, WithoutNixAWorkflowFileEndsWithThreeAndSaysWhatToInstall) {
    Project project;
    project.write("ci.nix", hello);
    project.set("PATH", pathWith(project, "bash git"));
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.errHas("nix-instantiate")) << ran.all();
    EXPECT_TRUE(ran.errHas("hint")) << ran.all();
}

TEST(Faults, WithoutNixAPlanDocumentStillRuns) {
    Project project;
    project.set("PATH", pathWith(project, "bash git env"));
    EXPECT_EQ(project.cirque({"run", project.planOf({"echo fine"})}).status, 0);
}

TEST(Faults, WithoutBashTheRunEndsWithThree) {
    Project project;
    project.set("PATH", pathWith(project, "git"));
    const Ran ran = project.cirque({"run", project.planOf({"echo fine"})});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE((ran.out + ran.err).find("bash") != std::string::npos) << ran.all();
}

TEST(Faults, WithoutGitAFolderWithARepositoryEndsWithThree) {
    Project project;
    project.write("a.txt", "a");
    project.commitAll();
    project.set("PATH", pathWith(project, "bash env"));
    const Ran ran = project.cirque({"run", project.planOf({"cat a.txt"})});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE((ran.out + ran.err).find("git") != std::string::npos) << ran.all();
}

TEST(Faults, AFolderWithoutGitIsCopiedAsItIs) {
    const Project project;
    project.write("sub/file with space", "content");
    const Ran ran = project.cirque({"run", project.planOf({"cat 'sub/file with space'"})});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("content")) << ran.all();
}

TEST(Faults, AnEvaluationErrorShowsNixsOwnMessageAndPlace) {
    const Project project;
    project.write(
        "ci.nix",
        "{ cirque, ... }: cirque.mkWorkflow {\n  name = \"x\";\n  jobs = throw \"no jobs today\"; }");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("no jobs today")) << ran.all();
    EXPECT_TRUE(ran.errHas("ci.nix")) << ran.all();
}

TEST(Faults, ASyntaxErrorNamesTheLine) {
    const Project project;
    project.write("ci.nix", "{ cirque, ... }: cirque.mkWorkflow {\n  name = ;\n}");
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("ci.nix:2")) << ran.all();
}

TEST(Faults, AKilledNixIsInfrastructureAndNotAVerdict) {
    Project project;
    project.write("ci.nix", hello);
    project.write("bin/nix-instantiate", "#!/bin/sh\nkill -KILL $$\n", 0755);
    project.set("PATH",
                project.dir() + "/bin:" + std::string(getenv("PATH"))); // NOLINT(concurrency-mt-unsafe)
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.errHas("nix-instantiate")) << ran.all();
}

TEST(Faults, AStateFolderThatCannotBeMadeIsNamed) {
    Project project;
    project.write("file", "");
    project.set("CIRQUE_STATE_DIR", project.dir() + "/file/state");
    const Ran ran = project.cirque({"run", project.planOf({"echo fine"})});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.errHas(project.dir() + "/file/state")) << ran.all();
}

TEST(Faults, AFolderThatCannotHoldStateIsTheSystemsFailure) {
    Project project;
    project.write("ci.nix", hello);
    project.set("CIRQUE_STATE_DIR", "/proc/cirque-state");
    for (const std::string& target : {std::string("ci.nix"), project.planOf({"true"})}) {
        const Ran ran = project.cirque({"run", target});
        EXPECT_EQ(ran.status, 3) << ran.all();
        EXPECT_TRUE(ran.errHas("/proc/cirque-state")) << ran.all();
    }
}

TEST(Faults, AUserWhoCannotReachTheStoreRunsAWorkflowWithoutPackages) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "SKIPPED: becoming another user needs root";
    }
    const Project project;
    project.write("ci.nix", hello);
    const Ran ran = project.shell(fmt::format("chown -R 65534:65534 .. && "
                                              "setpriv --reuid=65534 --regid=65534 --clear-groups '{}' run",
                                              project.programForAnyone()));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("hello")) << ran.all();
}

TEST(Faults, AFullDiskEndsTheRunWithThreeAndSaysSo) {
    Project project;
    const Ran mounted = project.shell("mkdir -p ../small && mount -t tmpfs -o size=256k tmpfs ../small");
    if (mounted.status != 0) {
        GTEST_SKIP() << "SKIPPED: mounting a small tmpfs needs root";
    }
    project.set("CIRQUE_STATE_DIR", project.root() + "/small/state");
    const Ran ran = project.cirque(
        {"run", project.planOf({"head -c 4000000 /dev/zero | tr '\\0' x"}, R"json("copyRepo":false)json")});
    (void)project.shell("umount -l ../small");
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE((ran.out + ran.err).find("No space left") != std::string::npos) << ran.all();
}

// Wrong: folders of runs that never began push out the runs that are kept, with their logs. What is written
// fails at the plan, or, where the plan is short and the tree's name is long, at the journal.
TEST(Faults, ARunThatCannotBeWrittenDownLeavesNoFolder) {
    const Project project;
    const std::string part = "/" + std::string(200, 'd');
    const std::string deep = project.dir() + part + part + part + part + part + part;
    const std::string plan = project.dir() + "/" + project.planOf({"true"});
    const std::string large = project.dir() + "/large.json";
    ASSERT_EQ(project.cirque({"run", plan}).status, 0);
    const std::string kept = project.lastRun();
    project.write("large.json", project.read("plan.json"));
    project.planOf({"echo " + std::string(3000, 'x')});
    ASSERT_EQ(project
                  .shell(fmt::format("mv plan.json swap; mv large.json plan.json; mv swap large.json; "
                                     "mkdir -p {0}; cp plan.json {0}",
                                     deep))
                  .status,
              0);
    for (const std::string& run :
         {fmt::format("cd {}; run {}", project.dir(), large), fmt::format("cd {}; run plan.json", deep)}) {
        const Ran ran = project.shell(fmt::format("run() {{ (trap '' XFSZ; ulimit -f 1; exec '{}' run $1) "
                                                  "2>&1 | cat; exit ${{PIPESTATUS[0]}}; }}; {}",
                                                  CIRQUE_PROGRAM, run));
        EXPECT_EQ(ran.status, 3) << ran.all();
        EXPECT_TRUE(ran.outHas("File too large")) << ran.all();
        EXPECT_EQ(project.lastRun(), kept) << ran.all();
    }
}

TEST(Faults, NamesAndValuesAreJustCharacters) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"$(touch /tmp/x) 'q' \"d\"","jobs":{
        "a/b $(exit 3) 'x'":{"env":{"V":"$(echo injected) `id` \"q\" 'q' \\ /"},"steps":[
           {"name":"st/ep \"1\" $HOME","run":"printf '%s|%s|%s\\n' \"$V\" \"$JOB_NAME\" \"$STEP_NAME\""}]}}})json");
    const Ran ran = project.cirque({"run", "p.json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas(R"json($(echo injected) `id` "q" 'q' \ /|a/b $(exit 3) 'x'|st/ep "1" $HOME)json"))
        << ran.all();
    const Ran logs = project.cirque({"logs", project.lastRun(), "a/b $(exit 3) 'x'/st/ep \"1\" $HOME"});
    EXPECT_TRUE(logs.outHas("injected")) << logs.all();
}

TEST(Faults, HostilePlanDocumentsEndWithTwo) {
    const Project project;
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    std::string huge;
    huge.resize(10'000'000, 'x');
    std::string needs;
    for (int i = 0; i < 100'000; ++i) {
        needs += fmt::format("{}\"n{}\"", i == 0 ? "" : ",", i);
    }
    for (const std::string& document :
         {std::string("not json"), std::string("{}"), std::string("[]"), deep, std::string("{\"plan\":2}"),
          R"json({"plan":1,"name":")json" + huge + R"json(","jobs":{}})json",
          R"json({"plan":1,"name":"t","jobs":{"a":{"needs":[)json" + needs +
              R"json(],"steps":[{"name":"s","run":":"}]}}})json",
          std::string("{\"plan\":1,\"name\":\"\xff\xfe\",\"jobs\":{}}"),
          std::string(
              R"json({"plan":1,"name":"t","jobs":{"a\u001b[2J":{"steps":[{"name":"s","run":":"}]}}})json")}) {
        project.write("p.json", document);
        const Ran ran = project.cirque({"run", "p.json"}, 20);
        EXPECT_EQ(ran.status, 2) << document.substr(0, 80) << "\n" << ran.all().substr(0, 2000);
        EXPECT_EQ(ran.err.find('\x1b'), std::string::npos) << "a control character reached the terminal";
    }
}

} // namespace
} // namespace cirque::test
