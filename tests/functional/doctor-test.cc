// SPDX-License-Identifier: Apache-2.0
// `cirque doctor` on machines that lack one thing each, and on one that lacks nothing.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/project.hh"

#include <boost/json.hpp>

#include <cstdlib>

namespace cirque::test {
namespace {

namespace json = boost::json;

// One line for a check: "warning: FACT / MEANING / REMEDY".
std::string finding(const Ran& ran, const std::string& check) {
    boost::system::error_code code;
    const json::value value = json::parse(ran.out, code);
    if (code) {
        return "no JSON: " + ran.all();
    }
    for (const json::value& found : value.at("findings").as_array()) {
        if (found.at("check").as_string() == check.c_str()) {
            const auto text = [&](const char* key) { return std::string(found.at(key).as_string()); };
            return text("health") + ": " + text("fact") + " / " + text("meaning") + " / " + text("remedy");
        }
    }
    return "nothing";
}

bool begins(const std::string& text, const std::string& with) {
    return text.starts_with(with);
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A PATH with everything the caller has but some programs.
void hide(Project& project, const std::string& programs) {
    const Ran made =
        project.shell("mkdir -p ../bin && IFS=:; for d in $PATH; do ln -s \"$d\"/* ../bin/ 2>/dev/null || :; "
                      "done; cd ../bin && rm -f " +
                      programs);
    ASSERT_EQ(made.status, 0) << made.all();
    project.set("PATH", project.root() + "/bin");
}

TEST(Doctor, AMachineThatLacksNothingIsFineAndTheBuildWasReal) {
    Project project;
    usePrivateNix(project);
    const Ran ran = project.cirque({"doctor", "--json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    for (const char* check : {"bash", "git", "nix", "evaluation", "flakes", "nix store", "build", "leader",
                              "kernel", "state folder", "private folder"}) {
        EXPECT_TRUE(begins(finding(ran, check), "ok: ")) << check << ": " << finding(ran, check);
    }
    EXPECT_TRUE(holds(finding(ran, "build"), project.root() + "/nix/store/")) << finding(ran, "build");
    EXPECT_EQ(project.shell("ls -A " + project.state()).out, "") << "what was tried is cleaned up";
    const Ran words = project.cirque({"doctor"});
    EXPECT_TRUE(words.outHas("cirque can run here: 0 problems")) << words.all();
}

TEST(Doctor, MissingProgramsAreProblemsWithTheirPackage) {
    for (const auto& [program, hidden] : std::vector<std::pair<std::string, std::string>>{
             {"git", "git"}, {"nix", "'nix*'"}, {"bash", "bash"}}) {
        Project project;
        usePrivateNix(project);
        hide(project, hidden == "'nix*'" ? "nix*" : hidden);
        const Ran ran = project.cirque({"doctor", "--json"});
        EXPECT_EQ(ran.status, 3) << program << ran.all();
        EXPECT_TRUE(begins(finding(ran, program), "problem: ")) << finding(ran, program);
        EXPECT_TRUE(holds(finding(ran, program), "apt install " + (program == "nix" ? "nix-bin" : program)))
            << finding(ran, program);
    }
}

// A place that this machine cannot have keeps nothing else from running.
TEST(Doctor, PlacesAreTriedAndAMissingToolIsAWarningWithItsPackage) {
    Project project;
    usePrivateNix(project);
    const Ran with = project.cirque({"doctor", "--json"});
    EXPECT_TRUE(begins(finding(with, "place sandbox"), "ok: tried, it works")) << with.all();
    hide(project, "bwrap ssh");
    const Ran without = project.cirque({"doctor", "--json"});
    EXPECT_EQ(without.status, 0) << without.all();
    EXPECT_TRUE(begins(finding(without, "place sandbox"), "warning: ")) << finding(without, "place sandbox");
    EXPECT_TRUE(holds(finding(without, "place sandbox"), "bubblewrap")) << finding(without, "place sandbox");
    EXPECT_TRUE(holds(finding(without, "place ssh"), "apt install openssh-client"))
        << finding(without, "place ssh");
}

TEST(Doctor, ADeadSocketIsTold) {
    Project project;
    usePrivateNix(project);
    const std::string path = project.dir() + "/socket";
    ASSERT_EQ(
        project.shell("python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('socket')\"").status,
        0);
    project.set("NIX_REMOTE", "daemon");
    project.set("NIX_DAEMON_SOCKET_PATH", path);
    const Ran ran = project.cirque({"doctor", "--json"});
    EXPECT_TRUE(holds(finding(ran, "nix store"), "warning: " + path + " is there, but no daemon answers"))
        << finding(ran, "nix store");
    EXPECT_TRUE(begins(finding(ran, "build"), "warning: ")) << finding(ran, "build");
}

TEST(Doctor, ADaemonIsUsed) {
    Project project;
    usePrivateNix(project);
    project.set("NIX_DAEMON_SOCKET_PATH", project.dir() + "/socket");
    project.set("DOCTOR", CIRQUE_PROGRAM);
    const Ran ran = project.shell(
        "NIX_REMOTE=local nix-daemon >/dev/null 2>daemon.log & daemon=$!; "
        "for i in $(seq 200); do [ -S socket ] && break; sleep 0.05; done; "
        "NIX_REMOTE=daemon \"$DOCTOR\" doctor --json; status=$?; kill $daemon; wait; exit $status");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(begins(finding(ran, "nix store"), "ok: through the daemon at ")) << finding(ran, "nix store");
    EXPECT_TRUE(begins(finding(ran, "build"), "ok: ")) << finding(ran, "build") << project.read("daemon.log");
}

TEST(Doctor, AChrootStoreIsTold) {
    Project project;
    usePrivateNix(project);
    for (const char* name : {"NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR"}) {
        project.set(name, std::nullopt);
    }
    project.set("NIX_REMOTE", project.root() + "/chroot");
    const Ran ran = project.cirque({"doctor", "--json"});
    EXPECT_TRUE(
        begins(finding(ran, "nix store"), "warning: a chroot store below " + project.root() + "/chroot"))
        << finding(ran, "nix store");
}

TEST(Doctor, ANixThatCannotEvaluateIsAProblem) {
    Project project;
    usePrivateNix(project);
    hide(project, "nix-instantiate");
    project.write("../bin/nix-instantiate",
                  "#!/bin/sh\n[ \"$1\" = --version ] && { echo 'nix 9'; exit; }\n"
                  "echo 'error: broken on purpose' >&2; exit 1\n",
                  0755);
    const Ran ran = project.cirque({"doctor", "--json"});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(holds(finding(ran, "evaluation"), "problem: error: broken on purpose (status 1)"))
        << finding(ran, "evaluation");
}

TEST(Doctor, ABuildThatCannotBeSandboxedSaysWhatToDo) {
    Project project;
    usePrivateNix(project);
    hide(project, "nix-build");
    project.write(
        "../bin/nix-build",
        "#!/bin/sh\necho 'error: cannot perform a sandboxed build because user namespaces are not enabled' "
        ">&2; exit 1\n",
        0755);
    const Ran ran = project.cirque({"doctor", "--json"});
    EXPECT_EQ(ran.status, 0) << "workflows without derivations still run\n" << ran.all();
    EXPECT_TRUE(begins(finding(ran, "build"), "warning: ")) << finding(ran, "build");
    EXPECT_TRUE(holds(finding(ran, "build"), "sandbox = false")) << finding(ran, "build");
}

TEST(Doctor, FoldersThatCannotBeUsedAreProblems) {
    Project project;
    usePrivateNix(project);
    project.set("CIRQUE_STATE_DIR", "/proc/cirque-state");
    project.set("CIRQUE_PRIVATE_DIR", "/proc/cirque-private");
    const Ran ran = project.cirque({"doctor", "--json"});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(begins(finding(ran, "state folder"), "problem: ")) << finding(ran, "state folder");
    EXPECT_TRUE(holds(finding(ran, "state folder"), "/proc/cirque-state")) << finding(ran, "state folder");
    EXPECT_TRUE(holds(finding(ran, "private folder"), "not on a tmpfs")) << finding(ran, "private folder");
}

} // namespace
} // namespace cirque::test
