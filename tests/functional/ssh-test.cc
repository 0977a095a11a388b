// SPDX-License-Identifier: Apache-2.0
// Jobs on another host: a real sshd with a disk and processes of its own.
#include "tests/functional/support/project.hh"
#include "tests/functional/support/sshd.hh"

#include <fmt/format.h>

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

class SshTest : public testing::Test {
  protected:
    // The executor as a plan names it; `more` are further options, each with a comma before it.
    static std::string executor(const Sshd& sshd, const std::string& more = {},
                                const std::string& hosts = {}) {
        std::string settings;
        for (const std::string& option : sshd.options()) {
            const std::size_t equals = option.find('=');
            settings += fmt::format(R"({}"{}": "{}")", settings.empty() ? "" : ", ", option.substr(0, equals),
                                    option.substr(equals + 1));
        }
        return fmt::format(
            R"("executor": {{"kind": "ssh", "options": {{{}, "port": {}, "user": "{}", "identityFile": "{}",
               "options": {{{}}}{}}}}})",
            hosts.empty() ? fmt::format(R"("host": "{}")", sshd.host()) : hosts, sshd.port(), sshd.user(),
            sshd.identity(), settings, more);
    }

    static std::string step(const std::string& script) {
        return fmt::format(R"({{"run": {}}})", quoteJson(script));
    }

    void plan(const std::string& jobs) const {
        project_.write("plan.json", fmt::format(R"({{"plan": 1, "name": "p", "jobs": {{{}}}}})", jobs));
    }

    [[nodiscard]] Ran run(std::vector<std::string> more = {}, int seconds = 60) const {
        more.insert(more.begin(), {"run", "plan.json"});
        return project_.cirque(std::move(more), seconds);
    }

    static void waitForThere(const Sshd& sshd, const std::string& path) {
        for (int tries = 0; tries < 2000 && !fs::exists(sshd.at(path)); ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        EXPECT_TRUE(fs::exists(sshd.at(path))) << path;
    }

    // Of ours, over there: nothing may be left of it.
    static std::vector<std::string> filesThere(const Sshd& sshd, const std::string& folder = "/root/.cache") {
        std::vector<std::string> found;
        std::error_code ignored;
        for (const std::string& root : {folder, std::string("/dev/shm")}) {
            for (const auto& entry : fs::recursive_directory_iterator(sshd.at(root), ignored)) {
                if (!entry.is_directory()) {
                    found.push_back(entry.path());
                }
            }
        }
        return found;
    }

    static void expectClean(const Sshd& sshd, const std::string& folder = "/root/.cache") {
        sshd.expectNoLeftovers();
        EXPECT_EQ(filesThere(sshd, folder), std::vector<std::string>{});
    }

    Project project_;
};

TEST_F(SshTest, AJobRunsOverThereInTheTreeAndNothingIsLeft) {
    const Sshd sshd({.nix = false, .disk = {}});
    project_.write("sub/tool", "#!/bin/sh\necho from the tree\n", 0755);
    project_.commitAll();
    plan(fmt::format(R"("a job": {{{}, "steps": [{}, {}, {}]}})", executor(sshd),
                     step("sub/tool; pwd; hostname >/dev/null; ls /mnt/sshd_config"),
                     step("git log --oneline | wc -l; git status --short; git fsck; "
                          "cat .git/objects/info/alternates 2>/dev/null || echo alone"),
                     step("echo HOME=$HOME; echo TMPDIR=${TMPDIR-none}; echo \"$JOB_NAME\"")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    for (const char* text :
         {"from the tree", "/jobs/a_job", "/mnt/sshd_config", "alone", "HOME=/root", "TMPDIR=none"}) {
        EXPECT_TRUE(ran.outHas(text)) << text << "\n" << ran.all();
    }
    expectClean(sshd);
    project_.expectNoLeftovers();
}

// ssh itself ends with 255 when the connection breaks: a step's own must not be taken for that.
TEST_F(SshTest, TheExitStatusIsTheStepsOwn) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{0}, "steps": [{1}]}}, "b": {{{0}, "steps": [{2}]}})", executor(sshd),
                     step("exit 255"), step("kill -9 $$")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("255")) << ran.all();
    EXPECT_TRUE(ran.outHas("signal 9") || ran.outHas("SIGKILL")) << ran.all();
    expectClean(sshd);
}

TEST_F(SshTest, ArtifactsAndReportsTravelBothWays) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(
        R"("make": {{{0}, "steps": [{1}], "outputs": {{"dist": "dist/"}},
             "reports": [{{"path": "*.xml"}}]}},
           "here": {{"needs": ["make"], "steps": [{2}], "inputs": [{{"name": "dist"}}],
             "outputs": {{"back": "two"}}}},
           "there": {{{0}, "needs": ["here"], "steps": [{3}], "inputs": [{{"name": "back", "path": "in"}},
             {{"name": "dist"}}]}})",
        executor(sshd),
        step("mkdir -p dist/.hidden dist/empty; echo text > dist/.hidden/f; chmod 750 dist/.hidden/f; ln -s "
             "f dist/.hidden/l; head -c 3000000 /dev/urandom > dist/big; touch -d @1000 dist/.hidden/f; echo "
             "'<testsuite tests=\"1\"><testcase name=\"t\"/></testsuite>' > r.xml"),
        step("test \"$(stat -c '%a %Y' dist/.hidden/f)\" = '750 1000'; test -d dist/empty; readlink "
             "dist/.hidden/l; sha256sum < dist/big > two"),
        step("test \"$(sha256sum < dist/big)\" = \"$(cat in/two)\"; cat dist/.hidden/l; echo arrived")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("arrived")) << ran.all();
    const Ran told = project_.shell("cat \"$CIRQUE_STATE_DIR\"/runs/*/*.jsonl | grep tests.reported");
    EXPECT_TRUE(told.outHas("\"r.xml\"")) << told.all();
    expectClean(sshd);
}

// As at any place: what a job promised and did not make fails it.
TEST_F(SshTest, AMissingArtifactFailsTheJob) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}], "outputs": {{"x": "none"}}}})", executor(sshd),
                     step("true")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("none")) << ran.all();
    expectClean(sshd);
}

TEST_F(SshTest, ASessionThatIsKilledIsInfrastructureAndNothingRunsOn) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd),
                     step("touch /tmp/began; (trap '' TERM HUP; exec setsid sleep 1000) & sleep 1000")));
    Running running = project_.start({"run", "plan.json"});
    waitForThere(sshd, "/tmp/began");
    sshd.killSessions();
    const Ran ran = running.wait(40);
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("the connection to the place ended")) << ran.all();
    expectClean(sshd);
    project_.expectNoLeftovers();
}

TEST_F(SshTest, ACutConnectionIsTriedAgainByThePolicy) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(
        R"("a": {{{}, "jobRetry": {{"max_attempts": 2, "min_time": 0}}, "steps": [{}]}})", executor(sshd),
        step("if [ -e /tmp/began ]; then echo second; exit 0; fi; touch /tmp/began; sleep 1000")));
    Running running = project_.start({"run", "plan.json"});
    waitForThere(sshd, "/tmp/began");
    sshd.killSessions();
    const Ran ran = running.wait(40);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("second")) << ran.all();
    expectClean(sshd);
}

TEST_F(SshTest, AMachineThatIsGoneIsInfrastructure) {
    Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("touch /tmp/began; sleep 1000")));
    Running running = project_.start({"run", "plan.json"});
    waitForThere(sshd, "/tmp/began");
    sshd.stop();
    const Ran ran = running.wait(40);
    EXPECT_EQ(ran.status, 3) << ran.all();
    sshd.start();
    // its folder was left on that disk; the next run finds its keeper dead
    EXPECT_NE(filesThere(sshd), std::vector<std::string>{});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("true")));
    EXPECT_EQ(run().status, 0);
    expectClean(sshd);
}

TEST_F(SshTest, NothingIsLeftWhenCirqueIsKilled) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd),
                     step("touch /tmp/began; (trap '' TERM HUP; exec setsid sleep 1000) & sleep 1000")));
    Running running = project_.start({"run", "plan.json"});
    waitForThere(sshd, "/tmp/began");
    running.signal(SIGKILL);
    (void)running.wait(10);
    expectClean(sshd);
    project_.expectNoLeftovers();
}

TEST_F(SshTest, AnUnreachableHostIsToldBeforeAnythingStarts) {
    Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("first": {{"steps": [{}]}}, "far": {{{}, "steps": [{}]}})",
                     step("touch \"$HOME/ran\""), executor(sshd), step("true")));
    sshd.stop();
    const Ran ran = run();
    EXPECT_EQ(ran.status, 3) << ran.all();
    for (const char* text : {"far", "127.0.0.1", "Connection refused", "start an ssh server"}) {
        EXPECT_TRUE(ran.errHas(text) || ran.outHas(text)) << text << "\n" << ran.all();
    }
    EXPECT_FALSE(fs::exists(project_.root() + "/home/ran"));
}

TEST_F(SshTest, AHostKeyThatIsNewOrChangedIsRefusedInSshsWords) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("true")));
    sshd.changeHostKey();
    const Ran changed = run();
    EXPECT_EQ(changed.status, 3) << changed.all();
    EXPECT_NE(changed.all().find("REMOTE HOST IDENTIFICATION HAS CHANGED"), std::string::npos)
        << changed.all();
    EXPECT_NE(changed.all().find("ssh-keygen -f"), std::string::npos) << changed.all();
    sshd.forgetHostKey();
    const Ran unknown = run();
    EXPECT_EQ(unknown.status, 3) << unknown.all();
    EXPECT_NE(unknown.all().find("log in once by hand"), std::string::npos) << unknown.all();
    expectClean(sshd);
}

TEST_F(SshTest, AFullDiskOverThereIsInfrastructureWithItsCause) {
    const Sshd sshd({.nix = false, .disk = "12m"});
    project_.write("large", std::string(12'000'000, 'x'));
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("true")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_NE(ran.all().find("No space left on device"), std::string::npos) << ran.all();
    EXPECT_NE(ran.all().find("workspaceDir"), std::string::npos) << ran.all();
    EXPECT_EQ(ran.all().find("CIRQUE_STATE_DIR"), std::string::npos) << ran.all(); // that is this machine's
    expectClean(sshd);
}

TEST_F(SshTest, TheProgramsAreNotThereWhenTheDiskIsFull) {
    const Sshd sshd({.nix = false, .disk = "1m"});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("true")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_NE(ran.all().find("No space left on device"), std::string::npos) << ran.all();
    EXPECT_NE(ran.all().find("workspaceDir"), std::string::npos) << ran.all();
    expectClean(sshd);
}

TEST_F(SshTest, OfAPoolTheHostsThatAnswerAreUsed) {
    const Sshd sshd({.nix = false, .disk = {}});
    const std::string pool = R"("hosts": ["nowhere.invalid", "127.0.0.1", "localhost"])";
    // both names are the same machine: HostKeyAlias lets one known key serve both
    const std::string more = R"(, "workspaceDir": "~/pool")";
    std::string ex = executor(sshd, more, pool);
    ex.replace(ex.find(R"("options": {"U)"), 12,
               fmt::format(R"("options": {{"HostKeyAlias": "[127.0.0.1]:{}", )", sshd.port()));
    std::string jobs;
    for (int at = 0; at < 4; ++at) {
        jobs += fmt::format(R"({}"j{}": {{{}, "steps": [{}]}})", at == 0 ? "" : ", ", at, ex,
                            step("touch /tmp/in-$JOB_NAME; for i in $(seq 300); do [ "
                                 "$(ls /tmp/in-* | wc -l) -ge 2 ] && exit 0; sleep 0.1; done; exit 1"));
    }
    plan(jobs);
    const Ran ran = run({"-j", "2"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("left out: nowhere.invalid")) << ran.all();
    EXPECT_TRUE(ran.outHas("on 127.0.0.1")) << ran.all();
    EXPECT_TRUE(ran.outHas("on localhost")) << ran.all();
    expectClean(sshd, "/root/pool");
}

TEST_F(SshTest, APoolWithoutAnyHostIsInfrastructure) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})",
                     executor(sshd, {}, R"("hosts": ["one.invalid", "two.invalid"])"), step("true")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_NE(ran.all().find("none of 2 hosts"), std::string::npos) << ran.all();
}

// A user's login shell may talk, and may be no POSIX shell at all.
TEST_F(SshTest, ATalkativeLoginShellIsNoHarm) {
    const Sshd sshd({.nix = false, .disk = {}});
    std::ofstream(sshd.at("/root/.bashrc")) << "echo welcome; echo '{ not a frame' >&2\n";
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("echo works")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("works")) << ran.all();
}

TEST_F(SshTest, KeepLeavesTheFolderAndSaysWhere) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("echo made > made")));
    const Ran ran = run({"--keep"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("kept: 127.0.0.1:/root/.cache/cirque/ssh/")) << ran.all();
    const std::vector<std::string> left = filesThere(sshd);
    EXPECT_TRUE(
        std::ranges::any_of(left, [](const std::string& path) { return path.ends_with("/jobs/a/made"); }));
    sshd.expectNoLeftovers();
}

// The path of a socket has at most 108 bytes.
TEST_F(SshTest, ALongPrivateFolderIsNoHarm) {
    const Sshd sshd({.nix = false, .disk = {}});
    const std::string deep =
        "/dev/shm/" + fs::path(project_.root()).filename().string() + std::string(60, 'd');
    fs::create_directory(deep);
    fs::permissions(deep, fs::perms::owner_all);
    project_.set("XDG_RUNTIME_DIR", deep);
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("echo works")));
    const Ran ran = run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    expectClean(sshd);
    fs::remove_all(deep);
}

TEST_F(SshTest, WithoutSshTheHintSaysWhatToInstall) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("true")));
    fs::create_directory(project_.root() + "/bin");
    for (const char* tool : {"bash", "git", "sh", "nix", "nix-store"}) {
        const Ran where = project_.shell(fmt::format("command -v {}", tool));
        fs::create_symlink(where.out.substr(0, where.out.find('\n')), project_.root() + "/bin/" + tool);
    }
    project_.set("PATH", project_.root() + "/bin");
    const Ran ran = run();
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_NE(ran.all().find("openssh-client"), std::string::npos) << ran.all();
}

TEST_F(SshTest, TheExampleRuns) {
    const Sshd sshd({.nix = false, .disk = {}});
    std::ifstream file(CIRQUE_SOURCE "/examples/ssh/ci.nix");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::string settings;
    for (const std::string& option : sshd.options()) {
        const std::size_t equals = option.find('=');
        settings += fmt::format("{} = \"{}\"; ", option.substr(0, equals), option.substr(equals + 1));
    }
    const std::string host = "host = \"build1\";";
    text.replace(
        text.find(host), host.size(),
        fmt::format("host = \"{}\"; port = {}; user = \"{}\"; identityFile = \"{}\"; options = {{ {}}};",
                    sshd.host(), sshd.port(), sshd.user(), sshd.identity(), settings));
    project_.write("ci.nix", text);
    const Ran ran = project_.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("answer 42")) << ran.all();
    expectClean(sshd);
}

TEST_F(SshTest, CancelLeavesNothing) {
    const Sshd sshd({.nix = false, .disk = {}});
    plan(fmt::format(R"("a": {{{}, "steps": [{}]}})", executor(sshd), step("touch /tmp/began; sleep 1000")));
    Running running = project_.start({"run", "plan.json"});
    waitForThere(sshd, "/tmp/began");
    running.signal(SIGINT);
    EXPECT_EQ(running.wait(40).status, 130);
    expectClean(sshd);
}

} // namespace
} // namespace cirque::test
