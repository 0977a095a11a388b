// SPDX-License-Identifier: Apache-2.0
// Containers by docker and by podman without root, users inside, and whose the files are afterwards.
#include "tests/functional/support/oci.hh"
#include "tests/functional/support/run-record.hh"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

namespace cirque::test {
namespace {

using Jobs = std::map<std::string, std::string>;

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

// The daemon that podman can be, for docker's own program.
Running dockersDaemon(Project& project) {
    const std::string socket = project.root() + "/docker.sock";
    Running daemon =
        project.startShell(fmt::format("exec podman system service --time=0 'unix://{}'", socket));
    project.waitFor(socket);
    project.set("DOCKER_HOST", "unix://" + socket);
    return daemon;
}

// docker's own program, against the daemon that podman can be.
TEST_F(Oci, DockerWorksAsWell) {
    if (project_.shell("command -v docker").status != 0) {
        GTEST_SKIP() << "docker's command line is not installed";
    }
    Running daemon = dockersDaemon(project_);
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
    daemon.signal(SIGKILL);
    const Ran lost = running.wait(60);
    EXPECT_EQ(lost.status, 3) << lost.all();
    expectGone();
    const Ran none = run(plan({"true"}, options()));
    EXPECT_EQ(none.status, 3) << none.all();
    EXPECT_TRUE(none.outHas("Cannot connect") || none.errHas("annot connect")) << none.all();
    EXPECT_TRUE(none.outHas("start the daemon") || none.errHas("start the daemon")) << none.all();
}

// An ordinary user whose docker is root's: what root wrote inside can be read and removed by him outside.
TEST_F(Oci, AnOrdinaryUserOwnsWhatHisContainersWrote) {
    if (::geteuid() != 0 || project_.shell("command -v docker && command -v setpriv").status != 0) {
        GTEST_SKIP() << "needs root, docker's command line and setpriv";
    }
    const Running daemon = dockersDaemon(project_);
    project_.set("XDG_RUNTIME_DIR", std::nullopt);
    project_.write("f", "of the tree\n");
    const auto asNobody = [&](const std::string& options) {
        plan({"test -O . && test -O f && echo mine > f; mkdir -m 700 out; echo x > out/secret; chmod 600 "
              "out/secret",
              "umask 077; mkdir -p deep/er; echo y > deep/er/file; cat out/secret"},
             options, R"("outputs": {"out": {"path": "out"}})");
        return project_.shell(
            fmt::format("chown -R 65534:65534 '{0}' && exec setpriv --reuid=65534 --regid=65534 "
                        "--clear-groups '{1}' run plan.json --no-tui",
                        project_.root(), project_.programForAnyone()),
            90);
    };
    const Ran ran = asNobody(options());
    EXPECT_EQ(ran.status, 0) << ran.all();
    const Ran foreign = project_.shell(fmt::format("find '{}' ! -uid 65534", project_.state()));
    EXPECT_EQ(foreign.out, "") << foreign.all();
    const Ran left = project_.shell(fmt::format("ls '{}/work'", project_.state()));
    EXPECT_EQ(left.out, "") << left.all();
    const Ran other = asNobody(options(R"(, "user": "1234")"));
    EXPECT_EQ(other.status, 3) << other.all();
    EXPECT_TRUE(other.outHas("leave 'user' out")) << other.all();
    EXPECT_EQ(places_.containers(), "");
}

std::string planWithInput(const std::string& options) {
    return fmt::format(R"({{"plan": 1, "name": "t", "jobs": {{
        "a": {{"outputs": {{"o": {{"path": "o"}}}}, "steps": [{{"name": "1", "run": "mkdir o; echo one > o/x"}}]}},
        "main": {{"needs": ["a"], "inputs": ["o"], "executor": {{"kind": "oci", "options": {}}},
                  "outputs": {{"p": {{"path": "o"}}}},
                  "steps": [{{"name": "1", "run": "test -O o && test -O o/x && echo two >> o/x"}},
                            {{"name": "2", "run": "wc -l < o/x"}}]}}}}}})",
                       options);
}

// Its folder is the container's user's when an artifact comes into it.
TEST_F(Oci, ArtifactsReachAContainersUser) {
    if (::geteuid() != 0 || project_.shell("command -v docker && command -v setpriv").status != 0) {
        GTEST_SKIP() << "needs root, docker's command line and setpriv";
    }
    project_.write("user.json", planWithInput(options(R"(, "user": "1234:1234")")));
    const Ran other = run("user.json");
    EXPECT_EQ(other.status, 0) << other.all();
    EXPECT_TRUE(other.outHas("[main/2] 2")) << other.all();
    const Running daemon = dockersDaemon(project_);
    project_.set("XDG_RUNTIME_DIR", std::nullopt);
    project_.write("p.json", planWithInput(options()));
    const Ran ran =
        project_.shell(fmt::format("rm -rf '{2}' \"$CIRQUE_PRIVATE_DIR\"; chown -R 65534:65534 '{0}' && exec "
                                   "setpriv --reuid=65534 --regid=65534 "
                                   "--clear-groups '{1}' run p.json --no-tui",
                                   project_.root(), project_.programForAnyone(), project_.state()),
                       90);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[main/2] 2")) << ran.all();
    EXPECT_EQ(places_.containers(), "");
}

// The same of a container that is killed: its agent could give nothing back.
TEST_F(Oci, AnOrdinaryUserGetsBackWhatAContainerThatDiedHadTaken) {
    if (::geteuid() != 0 || project_.shell("command -v docker && command -v setpriv").status != 0) {
        GTEST_SKIP() << "needs root, docker's command line and setpriv";
    }
    const Running daemon = dockersDaemon(project_);
    project_.set("XDG_RUNTIME_DIR", std::nullopt);
    project_.write("f", "of the tree\n");
    for (const std::string keep : {"", "--keep"}) {
        plan({"mkdir -m 700 dead; echo x > dead/x; chown 77 dead; touch up; sleep 600"},
             options(R"(, "memory": "1g", "user": "0")"));
        Running running = project_.startShell(
            fmt::format("chown -R 65534:65534 '{0}' && exec setpriv --reuid=65534 --regid=65534 "
                        "--clear-groups '{1}' run plan.json --no-tui {2}",
                        project_.root(), project_.programForAnyone(), keep));
        const Ran up =
            project_.shell(fmt::format("for i in $(seq 200); do test -n \"$(find '{}/work' -name up)\" "
                                       "&& exit 0; sleep 0.1; done; exit 1",
                                       project_.state()));
        EXPECT_EQ(up.status, 0) << up.all();
        EXPECT_EQ(places_.podman("kill --all").status, 0);
        const Ran ran = running.wait(60);
        EXPECT_EQ(ran.status, 3) << ran.all();
        const Ran foreign = project_.shell(fmt::format("find '{}' ! -uid 65534", project_.state()));
        EXPECT_EQ(foreign.out, "") << foreign.all();
        const Ran left = project_.shell(fmt::format("find '{}/work' -name x", project_.state()));
        EXPECT_EQ(left.out.empty(), keep.empty()) << left.all();
        EXPECT_EQ(places_.containers(), "");
    }
}

void useRootlessSettings(Project& project, const std::string& own) {
    std::filesystem::create_directories(own);
    std::ofstream(own + "/ids") << "nobody:200000:65536\n";
    std::ofstream(own + "/containers.conf") << fmt::format(R"([containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{}/tmp"
)",
                                                           own);
    std::ofstream(own + "/storage.conf")
        << fmt::format("[storage]\ndriver = \"vfs\"\ngraphroot = \"{0}/i\"\nrunroot = \"{0}/s\"\n", own);
    project.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    project.set("CONTAINERS_CONF", own + "/containers.conf");
    project.set("CONTAINERS_STORAGE_CONF", own + "/storage.conf");
    project.set("XDG_RUNTIME_DIR", own);
}

// A plan whose job runs this script and then sleeps.
std::string sleeper(const std::string& options, const std::string& script) {
    return fmt::format(
        R"({{"plan": 1, "name": "t", "jobs": {{"main": {{"executor": {{"kind": "oci", "options": {}}},
        "steps": [{{"name": "1", "run": ["busybox", "sh", "-ec", "{}; sleep 600"]}}]}}}}}})",
        options, script);
}

// podman without root: users of its namespace own files that the caller could not remove.
TEST_F(Oci, RootlessPodmanGivesFilesBack) {
    const Ran able =
        project_.shell("command -v newuidmap && command -v setpriv && test -e /etc/subuid -a -e /etc/subgid");
    if (::geteuid() != 0 || able.status != 0) {
        GTEST_SKIP() << "needs root, newuidmap (uidmap) and setpriv";
    }
    const std::string own = project_.root() + "/r";
    useRootlessSettings(project_, own);
    const Ran saved =
        places_.podman(fmt::format("save --quiet --output {}/image.tar {}", own, Places::noBashImage));
    ASSERT_EQ(saved.status, 0) << saved.all();
    const auto planFor = [this](const std::string& file, const std::string& more) {
        project_.write(
            file,
            fmt::format(R"({{"plan": 1, "name": "t", "jobs": {{"main": {{"outputs": {{"o": {{"path": "o"}}}},
            "executor": {{"kind": "oci", "options": {}}}, "steps": [{{"name": "1", "run": ["busybox", "sh", "-ec",
            "id; mkdir -m 700 o; echo x > o/x; chmod 600 o/x; chown 77 o/x o || true"]}}]}}}}}})",
                        options(more, Places::noBashImage)));
    };
    planFor("root.json", "");
    planFor("user.json", R"(, "user": "1234:1234")");
    // a container that is killed gives nothing back by itself
    project_.write("dead.json", sleeper(options("", Places::noBashImage),
                                        "mkdir -m 700 dead; echo x > dead/x; chown 77 dead/x dead"));
    // the folder of one whose agent is not root belongs to its user still when cirque is killed
    project_.write("killed.json", sleeper(options(R"(, "user": "1234:1234")", Places::noBashImage),
                                          "mkdir -m 700 killed; echo x > killed/x"));
    project_.write("next.json", R"({"plan": 1, "name": "t", "jobs": {"main": {"steps": [{"name": "1",
        "run": ["true"]}]}}})");
    project_.write("as-nobody",
                   fmt::format("podman load --quiet --input {0}/image.tar || exit 99\n"
                               "'{1}' run root.json --no-tui --keep && '{1}' run user.json --no-tui --keep\n"
                               "status=$?\n'{1}' run dead.json --no-tui & run=$!\n"
                               "for i in $(seq 200); do set -- $(find '{2}/work' -name dead -uid +200000); "
                               "test -n \"$1\" && break; sleep 0.1; done\n"
                               "podman kill --all; wait $run; test $? = 3 || status=98\n"
                               "test -z \"$1\" && status=97; test -e \"$1\" && status=96\n"
                               "'{1}' run killed.json --no-tui & run=$!\n"
                               "for i in $(seq 200); do set -- $(find '{2}/work' -name killed -uid +200000); "
                               "test -n \"$1\" && break; sleep 0.1; done\n"
                               "kill -9 $run; wait $run; test -n \"$1\" || status=95\n"
                               "'{1}' run next.json --no-tui > next 2>&1 || status=94; cat next\n"
                               "grep 'left over' next && status=93; test -e \"${{1%/*}}\" && status=92\n"
                               "podman system migrate; exit $status\n",
                               own, project_.programForAnyone(), project_.state()));
    const Ran ran = project_.shell(
        fmt::format(
            "chown -R 65534:65534 '{0}'; exec unshare -m --propagation private sh -ec 'mount --bind {1}/ids "
            "/etc/subuid; mount --bind {1}/ids /etc/subgid; exec setpriv --reuid=65534 --regid=65534 "
            "--clear-groups sh as-nobody'",
            project_.root(), own),
        120);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("uid=0(root)") && ran.outHas("uid=1234")) << ran.all();
    const Ran foreign = project_.shell(fmt::format("find '{}' ! -uid 65534", project_.state()));
    EXPECT_EQ(foreign.out, "") << foreign.all();
    project_.expectNoLeftovers();
}

// That podman answers is no proof: its runtime may refuse every container.
TEST_F(Oci, DoctorTriesAContainer) {
    const Ran works = project_.cirque({"doctor"}, 60);
    EXPECT_TRUE(works.outHas("place oci")) << works.all();
    EXPECT_FALSE(works.outHas("runtime is broken")) << works.all();
    EXPECT_EQ(places_.containers(), "");
    project_.write("bin/podman",
                   fmt::format("#!/bin/sh\nif [ \"$1\" = run ]; then echo 'Error: the runtime is broken' "
                               ">&2; exit 126; fi\nexec {}/podman \"$@\"\n",
                               places_.bin()),
                   0755);
    project_.set("PATH",
                 project_.dir() + "/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    const Ran broken = project_.cirque({"doctor"}, 60);
    EXPECT_TRUE(broken.outHas("runtime is broken")) << broken.all();
    EXPECT_EQ(places_.podman("images --quiet localhost/cirque-root").out, "");
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
