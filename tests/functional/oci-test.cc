// SPDX-License-Identifier: Apache-2.0
// Jobs in containers: a real podman, and docker's command line on podman's socket.
#include "base/json.hh"
#include "tests/functional/support/places.hh"
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace cirque::test {
namespace {

using namespace std::chrono_literals;
using Jobs = std::map<std::string, std::string>;

class Oci : public testing::Test {
  protected:
    Oci() { places_.use(project_); }

    ~Oci() override { EXPECT_EQ(places_.containers(), ""); }

    // Options of a container of the test image, with more of them.
    static std::string options(const std::string& more = "", const std::string& image = Places::image) {
        return fmt::format(R"({{"image": {}, "network": "none"{}}})", quoteJson(image), more);
    }

    // A plan of one job "main" with these scripts; `options` as JSON.
    std::string plan(const std::vector<std::string>& scripts, const std::string& options,
                     const std::string& jobExtra = "") const {
        return project_.planOf(scripts, fmt::format(R"("executor": {{"kind": "oci", "options": {}}}{}{})",
                                                    options, jobExtra.empty() ? "" : ", ", jobExtra));
    }

    [[nodiscard]] Ran run(const std::string& plan, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"run", plan, "--no-tui"};
        words.insert(words.end(), more.begin(), more.end());
        return project_.cirque(std::move(words), 90);
    }

    // The one container whose first process is an agent, once `file` is there.
    std::string containerWhen(const std::string& file) const {
        project_.waitFor(file);
        std::string name = places_.containers();
        return name.substr(0, name.find('\n'));
    }

    void expectGone(int seconds = 15) const {
        for (int tries = seconds * 10; tries > 0 && !places_.containers().empty(); --tries) {
            std::this_thread::sleep_for(100ms);
        }
        EXPECT_EQ(places_.containers(), "");
        project_.expectNoLeftovers();
    }

    // A folder that steps see as /out, for signs of life.
    [[nodiscard]] std::string outMount() const {
        std::filesystem::create_directories(project_.root() + "/out");
        return fmt::format(R"(, "extraMounts": [{{"source": "{}/out", "target": "/out", "write": true}}])",
                           project_.root());
    }

    [[nodiscard]] std::string out(const std::string& name) const { return project_.root() + "/out/" + name; }

    Places places_;
    Project project_;
};

// In the peer a failing step in a container ended green.
TEST_F(Oci, AFailingStepFailsTheRun) {
    for (const char* mode : {"isolated", "shared"}) {
        const Ran ran = run(
            plan({"echo before", "exit 9", "echo never"}, options(fmt::format(R"(, "mode": "{}")", mode))));
        EXPECT_EQ(ran.status, 1) << ran.all();
        EXPECT_EQ(RunRecord(project_).jobs(), (Jobs{{"main", "failed exit 9"}})) << mode;
        expectGone();
    }
}

TEST_F(Oci, StepsRunInTheImageAsItIs) {
    const Ran ran = run(plan({R"(test -f /etc/debian_version; test -z "${CIRQUE_STATE_DIR:-}"; pwd
                                echo "$HOME $USER $PATH $JAVA_HOME $CI")"},
                             options(R"(, "containerEnv": {"JAVA_HOME": "/opt/java $(id) `id`"})")));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("/cirque/jobs/main\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("/root root /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "
                           "/opt/java $(id) `id` true\n"))
        << ran.all();
}

// The peer's values went through a shell on the caller's machine.
TEST_F(Oci, ValuesAreNeverExpanded) {
    const Ran ran = run(plan({R"(printf '%s\n' "$V")"}, options(),
                             R"("env": {"V": "$(touch /tmp/expanded) `id` $HOME \" ' \\"})"));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("$(touch /tmp/expanded) `id` $HOME \" ' \\\n")) << ran.all();
    EXPECT_FALSE(std::filesystem::exists("/tmp/expanded"));
}

TEST_F(Oci, ASecretIsInNoCommandLineAndNoFile) {
    project_.set("TOKEN", "hush-hush-7261");
    const std::string script = R"sh(test "${#T}" = 14; echo "it is $T"
                                   if grep -l "$T" /proc/[0-9]*/cmdline; then exit 7; fi)sh";
    const Ran ran = run(plan({script}, options(), R"("env": {"T": {"secret": "TOKEN"}})"),
                        {"--secret", "TOKEN", "--keep"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const Ran grep = project_.shell(
        fmt::format("grep -rl hush-hush '{}' '{}/..' || true", project_.state(), places_.bin()));
    EXPECT_EQ(grep.out, "") << grep.all();
}

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

TEST_F(Oci, AnImageThatIsNotThereIsSaidBeforeAnyStep) {
    const Ran never = run(plan({"true"}, options(R"(, "pull": "never")", "localhost/not-there:1")));
    EXPECT_EQ(never.status, 3) << never.all();
    EXPECT_TRUE(never.outHas("localhost/not-there:1") || never.errHas("localhost/not-there:1"))
        << never.all();
    EXPECT_TRUE(never.outHas("podman pull") || never.errHas("podman pull")) << never.all();
    const Ran pulled = run(plan({"true"}, options("", "127.0.0.1:1/not/there:1")));
    EXPECT_EQ(pulled.status, 3) << pulled.all();
    EXPECT_TRUE(pulled.outHas("cannot be fetched") || pulled.errHas("cannot be fetched")) << pulled.all();
    EXPECT_TRUE(pulled.outHas("connection refused")) << pulled.all(); // podman's own words, in the job's log
}

TEST_F(Oci, AnImageWithoutBashIsSaidBeforeAnyStep) {
    const Ran ran = run(plan({"true"}, options("", Places::noBashImage)));
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("bash was not found") || ran.errHas("bash was not found")) << ran.all();
    EXPECT_TRUE(ran.outHas("image that has bash") || ran.errHas("image that has bash")) << ran.all();
    project_.write("argv.json", fmt::format(R"({{"plan": 1, "name": "t", "jobs": {{"main": {{"executor":
        {{"kind": "oci", "options": {}}}, "steps": [{{"name": "1", "run": ["busybox", "echo", "no shell"]}}]}}}}}})",
                                            options("", Places::noBashImage)));
    const Ran argv = run("argv.json");
    EXPECT_EQ(argv.status, 0) << argv.all();
    EXPECT_TRUE(argv.outHas("no shell")) << argv.all();
}

TEST_F(Oci, ADockerfileIsBuiltOnceForARun) {
    project_.write("ci/Dockerfile",
                   fmt::format("FROM {}\nCOPY greeting /greeting\nRUN echo built-it\n", Places::image));
    project_.write("greeting", "hello from the image\n");
    project_.commitAll();
    project_.write("p.json", R"({"plan": 1, "name": "t", "jobs": {
        "a": {"executor": {"kind": "oci", "options": {"dockerfile": "ci/Dockerfile", "network": "none"}},
              "steps": [{"name": "1", "run": "cat /greeting"}]},
        "b": {"executor": {"kind": "oci", "options": {"dockerfile": "ci/Dockerfile", "network": "none"}},
              "needs": ["a"], "steps": [{"name": "1", "run": "cat /greeting"}]}}})");
    const Ran ran = run("p.json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("hello from the image")) << ran.all();
    const std::size_t first = ran.out.find("building the image");
    EXPECT_NE(first, std::string::npos) << ran.all();
    EXPECT_EQ(ran.out.find("building the image", first + 1), std::string::npos) << ran.all();
    project_.write("ci/Dockerfile", fmt::format("FROM {}\nRUN exit 4\n", Places::image));
    const Ran broken = run("p.json");
    EXPECT_EQ(broken.status, 3) << broken.all();
    EXPECT_TRUE(broken.outHas("ci/Dockerfile") || broken.errHas("ci/Dockerfile")) << broken.all();
}

TEST_F(Oci, AnotherUserWritesTheJobsFolder) {
    const std::string script =
        R"sh(test "$(id -u):$(id -g)" = 1234:1234; echo mine > made; mkdir -p d; echo x > d/f)sh";
    const Ran ran = run(plan({script, "echo more >> made"}, options(R"(, "user": "1234:1234")"),
                             R"("outputs": {"made": {"path": "made"}, "d": {"path": "d"}})"),
                        {"--keep"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(RunRecord(project_).jobs(), (Jobs{{"main", "succeeded"}}));
    const Ran foreign = project_.shell(fmt::format("find {} ! -uid {}", project_.state(), ::geteuid()));
    EXPECT_EQ(foreign.out, "") << foreign.all();
}

TEST_F(Oci, FilesOfOtherUsersBelongToTheCallerAfterwards) {
    const Ran ran = run(plan({"echo x > theirs; chown 4321:4321 theirs; chmod 600 theirs; mkdir d; "
                              "chown 4321 d; chmod 700 d"},
                             options()),
                        {"--keep"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const Ran foreign = project_.shell(fmt::format("find {} ! -uid {}", project_.state(), ::geteuid()));
    EXPECT_EQ(foreign.out, "") << foreign.all();
}

TEST_F(Oci, AStepThatIsKilledForMemorySaysSo) {
    const Ran ran = run(plan({"dd if=/dev/zero bs=300M count=1 | wc -c"}, options(R"(, "memory": "64m")")));
    EXPECT_NE(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("memory") || ran.errHas("memory")) << ran.all();
    expectGone();
}

TEST_F(Oci, ArtifactsGoBothWaysWithTheirModes) {
    project_.write("p.json", fmt::format(R"({{"plan": 1, "name": "t", "jobs": {{
        "make": {{"executor": {{"kind": "oci", "options": {0}}}, "outputs": {{"tree": {{"path": "out"}}}},
          "steps": [{{"name": "1", "run": "mkdir -p out/d; echo run > out/tool; chmod 750 out/tool; ln -s tool out/link; echo dot > out/d/.hidden"}}]}},
        "use": {{"executor": {{"kind": "oci", "options": {0}}}, "needs": ["make"], "inputs": [{{"name": "tree", "path": "in"}}],
          "steps": [{{"name": "1", "run": "find in; test $(stat -c %a in/out/tool) = 750; test $(readlink in/out/link) = tool; grep dot in/out/d/.hidden"}}]}}
        }}}})",
                                         options()));
    const Ran ran = run("p.json");
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST_F(Oci, GitWorksInTheJobsCopy) {
    project_.write("f", "x\n");
    project_.commitAll();
    const Ran ran = run(
        plan({"git log --oneline | wc -l; git fsck --connectivity-only; git diff --exit-code"}, options()));
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST_F(Oci, JobsOfOneRunShareAContainer) {
    std::string jobs;
    for (const char* name : {"a", "b", "c"}) {
        jobs += fmt::format(
            R"({}"{}": {{"executor": {{"kind": "oci", "options": {}}}, "steps": [{{"name": "1",
            "run": "hostname; ls /cirque/jobs; hostname >> /out/hosts; touch /tmp/of-{}"}}]}})",
            jobs.empty() ? "" : ", ", name, options(R"(, "mode": "shared")" + outMount()), name);
    }
    project_.write("p.json", fmt::format(R"({{"plan": 1, "name": "t", "jobs": {{{}}}}})", jobs));
    const Ran ran = run("p.json");
    EXPECT_EQ(ran.status, 0) << ran.all();
    const Ran hosts = project_.shell("sort -u " + out("hosts") + " | wc -l");
    EXPECT_EQ(hosts.out, "1\n");
    expectGone();
}

TEST_F(Oci, TheExampleRuns) {
    namespace fs = std::filesystem;
    fs::copy(CIRQUE_SOURCE "/examples/container", project_.dir(), fs::copy_options::recursive);
    const Ran replaced =
        project_.shell(fmt::format("sed -i 's,debian:12,{},' ci.nix Dockerfile", Places::image));
    ASSERT_EQ(replaced.status, 0) << replaced.all();
    usePrivateNix(project_);
    const Ran ran = project_.cirque({"run", "--no-tui"}, 90);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[test/tools] this image was built for the run")) << ran.all();
    EXPECT_TRUE(ran.outHas("[test/run] made in 12")) << ran.all();
}

// docker's own program, against the daemon that podman can be.
TEST_F(Oci, DockerWorksAsWell) {
    if (project_.shell("command -v docker").status != 0) {
        GTEST_SKIP() << "docker's command line is not installed";
    }
    const std::string socket = project_.root() + "/docker.sock";
    Running service =
        project_.startShell(fmt::format("exec podman system service --time=0 'unix://{}'", socket));
    project_.waitFor(socket);
    project_.set("DOCKER_HOST", "unix://" + socket);
    for (const char* mode : {"isolated", "shared"}) {
        const Ran ran = run(plan({"cat /etc/debian_version; pwd", "exit 9"},
                                 options(fmt::format(R"(, "mode": "{}")", mode))));
        EXPECT_EQ(ran.status, 1) << ran.all();
        EXPECT_TRUE(ran.outHas("/cirque/jobs/main")) << ran.all();
        EXPECT_EQ(RunRecord(project_).jobs(), (Jobs{{"main", "failed exit 9"}})) << mode;
        EXPECT_EQ(places_.containers(), "");
    }
    project_.write("Dockerfile", fmt::format("FROM {}\nRUN echo by docker > /by\n", Places::image));
    const Ran built = run(plan({"cat /by"}, R"({"dockerfile": "Dockerfile", "network": "none"})"));
    EXPECT_EQ(built.status, 0) << built.all();
    // the daemon that podman is keeps a monitor for some minutes after an exec
    for (const std::string& process : project_.leftovers()) {
        if (process.find("/conmon ") != std::string::npos) {
            ::kill(std::atoi(process.c_str()), SIGKILL);
        }
    }
    // its daemon dies in the middle of a step
    Running running =
        project_.start({"run", plan({"touch /out/up; sleep 600"}, options(outMount())), "--no-tui"});
    project_.waitFor(out("up"));
    service.signal(SIGKILL);
    const Ran lost = running.wait(60);
    EXPECT_EQ(lost.status, 3) << lost.all();
    expectGone();
    const Ran none = run(plan({"true"}, options()));
    EXPECT_EQ(none.status, 3) << none.all();
    EXPECT_TRUE(none.outHas("Cannot connect") || none.errHas("annot connect")) << none.all();
    EXPECT_TRUE(none.outHas("start the daemon") || none.errHas("start the daemon")) << none.all();
}

TEST_F(Oci, WithoutPodmanAndDockerItSaysSoBeforeItStarts) {
    std::filesystem::create_directories(project_.root() + "/tools");
    for (const char* tool : {"bash", "git", "env"}) {
        const Ran path = project_.shell(fmt::format("command -v {}", tool));
        std::filesystem::create_symlink(path.out.substr(0, path.out.find('\n')),
                                        project_.root() + "/tools/" + tool);
    }
    project_.set("PATH", project_.root() + "/tools");
    const Ran ran = run(plan({"true"}, options()));
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.errHas("neither podman nor docker") || ran.outHas("neither podman nor docker"))
        << ran.all();
    EXPECT_TRUE(ran.errHas("install podman") || ran.outHas("install podman")) << ran.all();
}

} // namespace
} // namespace cirque::test
