// SPDX-License-Identifier: Apache-2.0
// However a run with containers ends, none is left, and a container that was lost is no verdict.
#include "tests/functional/support/oci.hh"
#include "tests/functional/support/run-record.hh"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace cirque::test {
namespace {

using Jobs = std::map<std::string, std::string>;

TEST_F(Oci, CancelStopsWhatRunsInside) {
    for (const char* mode : {"isolated", "shared"}) {
        std::filesystem::remove(out("up"));
        Running running = project_.start(
            {"run",
             plan({"trap 'echo got TERM; touch /out/term; exit 1' TERM; touch /out/up; sleep 600 & wait"},
                  options(fmt::format(R"(, "mode": "{}"{})", mode, outMount()))),
             "--no-tui"});
        project_.waitFor(out("up"));
        running.signal(SIGINT);
        const Ran ran = running.wait(40);
        EXPECT_EQ(ran.status, 130) << ran.all();
        EXPECT_TRUE(std::filesystem::exists(out("term"))) << ran.all();
        expectGone();
    }
}

TEST_F(Oci, NothingOutlivesAKilledCirque) {
    for (const char* mode : {"isolated", "shared"}) {
        std::filesystem::remove(out("up"));
        Running running = project_.start({"run",
                                          plan({"touch /out/up; sleep 600"},
                                               options(fmt::format(R"(, "mode": "{}"{})", mode, outMount()))),
                                          "--no-tui"});
        project_.waitFor(out("up"));
        running.signal(SIGKILL);
        running.wait(20);
        expectGone();
    }
}

// A job whose image is being built: it stands in the second RUN.
class OciBuilds : public Oci {
  protected:
    Running startBuild() {
        project_.write("Dockerfile",
                       fmt::format("FROM {}\nRUN echo one > /one\nRUN exec {}\n", Places::image, sleeper_));
        Running running = project_.start(
            {"run", plan({"true"}, R"({"dockerfile": "Dockerfile", "network": "none"})"), "--no-tui"});
        const Ran begun = project_.shell(fmt::format(
            "for i in $(seq 300); do pgrep -fx '{}' >/dev/null && exit 0; sleep 0.1; done; exit 1",
            sleeper_));
        EXPECT_EQ(begun.status, 0) << running.outSoFar();
        return running;
    }

    void expectNoBuild() const {
        expectGone();
        const Ran left = project_.shell(fmt::format(
            "for i in $(seq 100); do pgrep -fx '{}' >/dev/null || exit 0; sleep 0.1; done; exit 1",
            sleeper_));
        EXPECT_EQ(left.status, 0) << "the RUN of the build still runs";
        EXPECT_EQ(workingContainers(), "");
        EXPECT_FALSE(project_.exists(project_.state() + "/oci"));
    }

    // What a build works in: podman's list of containers has them only when asked for.
    [[nodiscard]] std::string workingContainers() const {
        const Ran ran = places_.podman("ps --all --external --format '{{.Names}}'");
        EXPECT_EQ(ran.status, 0) << ran.all();
        return ran.out;
    }

    const std::string sleeper_ = fmt::format("sleep 600.{}", ::getpid());
};

TEST_F(OciBuilds, NoBuildOutlivesAKilledCirque) {
    Running running = startBuild();
    running.signal(SIGKILL);
    running.wait(20);
    expectGone();
    const Ran left = project_.shell(fmt::format(
        "for i in $(seq 100); do pgrep -fx '{}' >/dev/null || exit 0; sleep 0.1; done; exit 1", sleeper_));
    EXPECT_EQ(left.status, 0) << "the RUN of the build still runs";
}

TEST_F(OciBuilds, ACancelLeavesNothingOfABuild) {
    for (const int signals : {1, 2}) {
        Running running = startBuild();
        for (int sent = 0; sent < signals; ++sent) {
            running.signal(SIGINT);
        }
        const Ran ran = running.wait(40);
        EXPECT_EQ(ran.status, 130) << ran.all();
        expectNoBuild();
    }
}

// podman that is killed, or loses its machine, removes nothing itself.
TEST_F(OciBuilds, TheNextRunRemovesWhatAKilledBuildLeft) {
    Running running = startBuild();
    running.signal(SIGSTOP);
    const Ran killed = project_.shell(fmt::format("pkill -KILL -P {} podman", running.pid()));
    EXPECT_EQ(killed.status, 0) << killed.all();
    running.signal(SIGKILL);
    running.wait(20);
    EXPECT_NE(workingContainers(), "");
    const Ran next = project_.cirque({"run", project_.planOf({"true"}), "--no-tui"}, 60);
    EXPECT_EQ(next.status, 0) << next.all();
    EXPECT_FALSE(next.outHas("left over") || next.errHas("left over")) << next.all();
    expectNoBuild();
}

// A container that the tool did not remove with its cirque; those of a living run and of others stay.
TEST_F(Oci, TheNextRunRemovesWhatADeadOneLeft) {
    const std::string other = "0197f000-0000-7000-8000-000000000001";
    const auto leave = [&](const std::string& name, const std::string& state) {
        const Ran made = places_.podman(
            fmt::format("run --detach --network=none --name={} --label=io.cirque.state={} {} sleep 600", name,
                        state, Places::image));
        EXPECT_EQ(made.status, 0) << made.all();
    };
    leave(fmt::format("cirque-{}-job-left", other), project_.state());
    leave(fmt::format("cirque-{}-job-others", other), "/somewhere/else");
    leave("not-ours", project_.state());
    Running living =
        project_.start({"run", plan({"touch /out/up; sleep 600"}, options(outMount())), "--no-tui"});
    project_.waitFor(out("up"));
    EXPECT_EQ(places_.containers().find("job-left"), std::string::npos) << places_.containers();
    EXPECT_EQ(run(plan({"true"}, options())).status, 0);
    const std::string left = places_.containers();
    EXPECT_NE(left.find("job-main"), std::string::npos) << left;
    EXPECT_NE(left.find("job-others"), std::string::npos) << left;
    EXPECT_NE(left.find("not-ours"), std::string::npos) << left;
    living.signal(SIGINT);
    living.wait(30);
    (void)places_.podman(fmt::format("rm -f -t 0 not-ours cirque-{}-job-others", other));
    expectGone();
}

TEST_F(Oci, AContainerThatIsKilledIsNoVerdict) {
    for (const char* mode : {"isolated", "shared"}) {
        std::filesystem::remove(out("up"));
        Running running = project_.start({"run",
                                          plan({"touch /out/up; sleep 600"},
                                               options(fmt::format(R"(, "mode": "{}"{})", mode, outMount()))),
                                          "--no-tui"});
        const std::string name = containerWhen(out("up"));
        EXPECT_EQ(places_.podman("kill " + name).status, 0);
        const Ran ran = running.wait(60);
        EXPECT_EQ(ran.status, 3) << ran.all();
        EXPECT_TRUE(ran.outHas(name) || ran.errHas(name)) << ran.all();
        EXPECT_EQ(RunRecord(project_).jobs(), (Jobs{{"main", "infrastructure"}}));
        expectGone();
    }
}

// conmon is what podman has for a daemon: one for each container.
TEST_F(Oci, AMonitorThatIsKilledIsNoVerdict) {
    Running running =
        project_.start({"run", plan({"touch /out/up; sleep 600"}, options(outMount())), "--no-tui"});
    const std::string name = containerWhen(out("up"));
    const Ran pid = places_.podman("inspect --format '{{.State.ConmonPid}}' " + name);
    ASSERT_GT(std::atoi(pid.out.c_str()), 1) << pid.all();
    ASSERT_EQ(::kill(std::atoi(pid.out.c_str()), SIGKILL), 0);
    const Ran ran = running.wait(60);
    EXPECT_EQ(ran.status, 3) << ran.all();
    expectGone();
}

// Here the client of podman dies, too, else a minute of silence would tell it.
TEST_F(Oci, AContainerThatIsPausedIsNoVerdict) {
    Running running =
        project_.start({"run", plan({"touch /out/up; sleep 600"}, options(outMount())), "--no-tui"});
    const std::string name = containerWhen(out("up"));
    EXPECT_EQ(places_.podman("pause " + name).status, 0);
    const Ran killed = project_.shell(fmt::format("pkill -KILL -P {} podman", running.pid()));
    EXPECT_EQ(killed.status, 0) << killed.all();
    const Ran ran = running.wait(60);
    EXPECT_EQ(ran.status, 3) << ran.all();
    const std::string said = fmt::format("the container {} is paused", name);
    EXPECT_TRUE(ran.outHas(said) || ran.errHas(said)) << ran.all();
    expectGone();
}

// Not a step but the agent is taken.
TEST_F(Oci, AnAgentThatIsKilledForMemoryIsNoVerdict) {
    const Ran ran = run(plan({"echo 1000 > /proc/1/oom_score_adj; dd if=/dev/zero bs=300M count=1 | wc -c"},
                             options(R"(, "memory": "64m")")));
    EXPECT_EQ(ran.status, 3) << ran.all();
    // podman's own word for it depends on the generation of cgroups
    EXPECT_TRUE(ran.outHas("for memory: its limit is 64m") || ran.errHas("for memory: its limit is 64m"))
        << ran.all();
    EXPECT_EQ(RunRecord(project_).jobs(), (Jobs{{"main", "infrastructure"}}));
    expectGone();
}

TEST_F(Oci, AStepThatIsKilledForMemorySaysSo) {
    const Ran ran = run(plan({"dd if=/dev/zero bs=300M count=1 | wc -c"}, options(R"(, "memory": "64m")")));
    EXPECT_NE(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("memory") || ran.errHas("memory")) << ran.all();
    expectGone();
}

} // namespace
} // namespace cirque::test
