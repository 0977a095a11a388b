// SPDX-License-Identifier: Apache-2.0
// Artifacts and the workspace, end to end: a lost file or a changed mode is a wrong build.
#include "tests/functional/support/project.hh"

#include <fmt/format.h>

namespace cirque::test {
namespace {

Ran runJobs(const Project& project, const std::string& jobs, std::vector<std::string> more = {}) {
    project.write("p.json", R"json({"plan":1,"name":"t","jobs":{)json" + jobs + "}}");
    more.insert(more.begin(), {"run", "p.json"});
    return project.cirque(std::move(more));
}

TEST(Artifacts, KeepDotfilesModesLinksAndTimes) {
    const Project project;
    const Ran ran = runJobs(project, R"json(
        "a":{"copyRepo":false,"outputs":{"dist":"dist"},"steps":[{"name":"s","run":
          "mkdir -p dist/sub dist/empty; echo x > dist/.hidden; echo y > dist/sub/run; chmod 755 dist/sub/run; ln -s sub/run dist/link; touch -d '2001-02-03 04:05:06 UTC' dist/.hidden"}]},
        "b":{"copyRepo":false,"needs":["a"],"inputs":["dist"],"steps":[{"name":"s","run":
          "cat dist/.hidden; dist/link >/dev/null 2>&1 || true; test -x dist/sub/run; test -L dist/link; test -d dist/empty; TZ=UTC stat -c %y dist/.hidden"}]})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("2001-02-03 04:05:06")) << ran.all();
}

TEST(Artifacts, TheOriginalPathStaysBelowTheRestorePath) {
    const Project project;
    const Ran ran = runJobs(project, R"json(
        "a":{"outputs":{"front":"dist/frontend/"},"steps":[{"name":"s","run":"mkdir -p dist/frontend; echo hi > dist/frontend/index"}]},
        "b":{"needs":["a"],"inputs":[{"name":"front","path":"public/"},"front"],"steps":[{"name":"s","run":
          "cat public/dist/frontend/index dist/frontend/index"}]})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST(Artifacts, AreSavedWhenTheJobFailedOnlyIfAskedTo) {
    const Project project;
    const Ran ran = runJobs(project, R"json(
        "a":{"outputs":{"log":{"path":"log","when":"always"},"bin":"bin"},"steps":[{"name":"s","run":"echo L > log; echo B > bin; exit 1"}]})json");
    EXPECT_EQ(ran.status, 1) << ran.all();
    const Ran list = project.cirque({"artifacts", project.lastRun(), "--json"});
    EXPECT_TRUE(list.outHas("\"log\"")) << list.all();
    EXPECT_FALSE(list.outHas("\"bin\"")) << list.all();
}

TEST(Artifacts, WhatIsNoFileIsLeftOutAndNamed) {
    const Project project;
    const Ran ran = runJobs(
        project,
        R"json("a":{"outputs":{"d":"d"},"steps":[{"name":"s","run":"mkdir d; echo x > d/file; mkfifo d/pipe"}]})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("d/pipe")) << ran.all();
}

TEST(Artifacts, ALinkOutOfTheJobsFolderIsNotFollowed) {
    const Project project;
    const Ran ran = runJobs(
        project, R"json("a":{"outputs":{"x":"up/passwd"},"steps":[{"name":"s","run":"ln -s /etc up"}]})json");
    EXPECT_NE(ran.status, 0) << ran.all();
    const Ran list = project.cirque({"artifacts", project.lastRun()});
    EXPECT_FALSE(list.outHas("passwd")) << list.all();
}

TEST(Workspace, HoldsTrackedAndNewFilesButNotIgnoredOnesAndAGitThatWorks) {
    const Project project;
    project.write("tracked", "1");
    project.write(".gitignore", "ignored\n");
    project.commitAll();
    project.write("new", "2");
    project.write("ignored", "3");
    const Ran ran = runJobs(project, R"json("a":{"steps":[{"name":"s","run":
        "test -e tracked; test -e new; ! test -e ignored; git log --oneline | wc -l; git add -A; git -c user.name=t -c user.email=t@e commit -qm more; git rev-list --count HEAD"}]})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[a/s] 2")) << ran.all();
    EXPECT_EQ(project.shell("git rev-list --count HEAD").out, "1\n") << "the user's repository was written";
}

TEST(Workspace, TheUsersTreeIsNeverWritten) {
    const Project project;
    project.write("file", "before");
    project.commitAll();
    const Ran listing = project.shell("find . -printf '%p %T@ %s\\n' | sort");
    project.write(
        "../p.json",
        R"json({"plan":1,"name":"t","jobs":{"a":{"steps":[{"name":"s","run":"echo after > file; rm -rf .git; touch more"}]}}})json");
    const Ran ran = project.cirque({"run", "../p.json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(project.shell("find . -printf '%p %T@ %s\\n' | sort").out, listing.out);
}

TEST(Workspace, EachJobHasItsOwnAndItIsGoneAfterwards) {
    const Project project;
    project.write("shared", "0");
    const Ran ran = runJobs(project, R"json(
        "a":{"steps":[{"name":"s","run":"echo a > shared"}]},
        "b":{"needs":["a"],"steps":[{"name":"s","run":"test \"$(cat shared)\" = 0; case $PWD in */jobs/b) ;; *) exit 1;; esac"}]})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(project.shell("find " + project.state() + " -name shared | wc -l").out, "0\n");
}

TEST(Workspace, KeepLeavesTheJobsFolders) {
    const Project project;
    const Ran kept =
        runJobs(project, R"json("a":{"steps":[{"name":"s","run":"echo kept > made"}]})json", {"--keep"});
    EXPECT_EQ(kept.status, 0) << kept.all();
    const Ran found = project.shell("find " + project.state() + " -name made");
    EXPECT_EQ(project.shell("cat " + found.out).out, "kept\n");
    EXPECT_TRUE(kept.outHas(found.out.substr(0, found.out.find("/jobs/")))) << "where they are is told\n"
                                                                            << kept.all();
}

TEST(Workspace, WithoutCopyRepoTheFolderStartsEmpty) {
    const Project project;
    project.write("file", "x");
    const Ran ran =
        runJobs(project, R"json("a":{"copyRepo":false,"steps":[{"name":"s","run":"ls -A | wc -l"}]})json");
    EXPECT_TRUE(ran.outHas("[a/s] 0")) << ran.all();
}

TEST(Workspace, AWorkdirIsRelativeToTheJobsFolder) {
    const Project project;
    project.write("sub/file", "x");
    const Ran ran = runJobs(
        project,
        R"json("a":{"steps":[{"name":"s","workdir":"sub","run":"cat file; echo; basename $PWD"}]})json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[a/s] sub")) << ran.all();
}

// Wrong: a check finds nothing, and the run always fails.
TEST(Artifacts, OfMatrixMembersAreNamedOneByOne) {
    const Project project;
    const std::string plan = R"json({{"plan": 1, "name": "p", "jobs": {{
      "m": {{"copyRepo": false, "matrix": {{"axes": {{"v": ["1", "2"]}}}}, "outputs": {{"o": "o"}}, "results": ["r"],
            "steps": [{{"run": "echo of $MATRIX_V > o; echo r=1 >> $CIRQUE_OUTPUT"}}]}},
      "z": {{"copyRepo": false, "needs": ["m"], "inputs": ["{}"], "steps": [{{"run": "cat o"{}}}]}}}}}})json";
    project.write("p.json", fmt::format(fmt::runtime(plan), "o-v-2", ""));
    const Ran ran = project.cirque({"run", "p.json", "--no-tui"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("of 2")) << ran.all();
    project.write("p.json", fmt::format(fmt::runtime(plan), "o", ""));
    const Ran all = project.cirque({"check", "p.json"});
    EXPECT_EQ(all.status, 2) << all.all();
    EXPECT_TRUE(all.errHas("name those you want, such as 'o-v-1'")) << all.all();
    project.write("p.json", fmt::format(fmt::runtime(plan), "o-v-2",
                                        R"(, "env": {"X": {"result": "m", "name": "r"}})"));
    const Ran result = project.cirque({"check", "p.json"});
    EXPECT_EQ(result.status, 2) << result.all();
    EXPECT_TRUE(result.errHas("$NEEDS_M_<AXIS>_<VALUE>_R")) << result.all();
}

} // namespace
} // namespace cirque::test
