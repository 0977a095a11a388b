// SPDX-License-Identifier: Apache-2.0
#include "base/json.hh"
#include "exec/oci/command.hh"
#include "exec/oci/root-image.hh"

#include <gtest/gtest.h>

#include <algorithm>

namespace cirque::exec {
namespace {

bool has(const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

OciOptions optionsOf(const char* json) {
    plan::ExecutorRef executor{"oci", parseJson(json, "options")->as_object()};
    return *ociOptions(executor, "/proc");
}

OciContainer container(OciOptions options) {
    OciContainer made;
    made.name = "n";
    made.run = "r";
    made.stateDir = "/state";
    made.image = "sha256:1";
    made.agent = "/lib/cirque-agent";
    made.leader = "/lib/cirque-leader";
    made.jobs = {"/work/a,b", "/cirque/jobs/a_b", true};
    made.options = std::move(options);
    return made;
}

TEST(OciCommand, OptionsBecomeWordsAndNeverAShellsText) {
    const OciTool podman{"/usr/bin/podman", "podman"};
    const auto words = ociRun(podman, container(optionsOf(R"({"image": "x", "user": 1000, "memory": "64m",
        "cpus": 1.5, "network": "none", "containerEnv": {"A": "$(id) 'b'"},
        "extraMounts": ["self", {"source": "/etc", "target": "/b", "write": true}]})")));
    for (const char* word :
         {"--user=1000", "--memory=64m", "--cpus=1.5", "--network=none", "--env=A=$(id) 'b'",
          "--mount=type=bind,source=/proc/self,target=/proc/self,readonly",
          "--mount=type=bind,source=/etc,target=/b",
          "--mount=type=bind,\"source=/work/a,b\",target=/cirque/jobs/a_b", "--label=io.cirque.state=/state",
          "--label=io.cirque.run=r", "--name=n"}) {
        EXPECT_TRUE(has(words, word)) << word;
    }
    EXPECT_EQ(words.back(), "sha256:1");
    EXPECT_FALSE(has(words, "--rm")); // it is asked whether memory ended it
}

// A key that leaves a container must not be looked for in the connection; docker would refuse the empty one.
TEST(OciCommand, ToolsDiffer) {
    const OciTool podman{"/usr/bin/podman", "podman"};
    const OciTool docker{"/usr/bin/docker", "docker"};
    const OciContainer plain = container({});
    EXPECT_TRUE(has(ociRun(podman, plain), "--detach-keys="));
    EXPECT_TRUE(has(ociExec(podman, plain), "--detach-keys="));
    EXPECT_TRUE(has(ociRun(podman, plain), "--rm"));
    EXPECT_FALSE(has(ociRun(docker, plain), "--detach-keys="));
    EXPECT_TRUE(has(ociRun(podman, plain), "--http-proxy=false"));
    EXPECT_FALSE(has(ociRun(docker, plain), "--http-proxy=false"));
    EXPECT_TRUE(has(agent::removeContainers(podman, {"n"}), "--time=0"));
    EXPECT_TRUE(
        has(agent::removeContainers(podman, {"n"}), "--ignore")); // else one that is gone keeps all others
    EXPECT_FALSE(has(agent::removeContainers(docker, {"n"}), "--time=0"));
}

// Each of them was left out, and the build went on without it.
TEST(OciCommand, ABuildKeepsWhatTheContainerIsGiven) {
    const OciTool podman{"/usr/bin/podman", "podman"};
    const OciTool docker{"/usr/bin/docker", "docker"};
    const auto words = [](const OciTool& tool, const char* options) {
        return *ociBuild(tool, optionsOf(options), "/f");
    };
    for (const OciTool& tool : {podman, docker}) {
        EXPECT_TRUE(has(words(tool, R"({"dockerfile": "f", "network": "none"})"), "--network=none"));
        EXPECT_EQ(words(tool, R"({"dockerfile": "f", "network": "bridge"})"),
                  words(tool, R"({"dockerfile": "f"})"));
    }
    EXPECT_TRUE(has(words(podman, R"({"dockerfile": "f"})"), "--http-proxy=false"));
    EXPECT_FALSE(has(words(docker, R"({"dockerfile": "f"})"), "--http-proxy=false"));
    EXPECT_TRUE(has(words(podman, R"({"dockerfile": "f"})"), "--pull=false"));
    EXPECT_TRUE(has(words(podman, R"({"dockerfile": "f", "pull": "always"})"), "--pull=always"));
    EXPECT_TRUE(has(words(podman, R"({"dockerfile": "f", "pull": "never"})"), "--pull=never"));
    EXPECT_TRUE(has(words(docker, R"({"dockerfile": "f", "pull": "always"})"), "--pull"));
    EXPECT_FALSE(ociBuild(docker, optionsOf(R"({"dockerfile": "f", "pull": "never"})"), "/f"));
}

TEST(OciCommand, ANameTellsItsRun) {
    const std::string run = "01a1fe7b-7123-7eee-82d3-5b4472968905";
    EXPECT_EQ(agent::runOfContainer(agent::containerName(run, "job-main")), run);
    EXPECT_EQ(agent::runOfContainer("cirque-short"), "");
    EXPECT_EQ(agent::runOfContainer("web"), "");
}

// Answers of podman 4.3 and docker 20.10, as they were recorded or are documented.
TEST(OciCommand, TheStateOfALostContainerSaysWhy) {
    const OciTool tool{"/usr/bin/podman", "podman"};
    OciContainer container;
    container.name = "c";
    EXPECT_EQ(whyOciEnded(tool, container, "false false 137 false"), "the container c ended with status 137");
    EXPECT_EQ(whyOciEnded(tool, container, "false false 0 true"), "the container c is paused");
    EXPECT_EQ(whyOciEnded(tool, container, "false true 0 true"), "the container c is paused");
    EXPECT_EQ(whyOciEnded(tool, container, "false true 0 false"),
              "podman lost the container c, which still runs");
    EXPECT_EQ(whyOciEnded(tool, container, "<no value>"), "");
    container.options.memory = "64m";
    EXPECT_EQ(whyOciEnded(tool, container, "true false 137 false"),
              "the container was ended for memory: its limit is 64m");
    EXPECT_EQ(whyOciEnded(tool, container, "false false 137 false"),
              "the container c was killed (status 137), probably for memory: its limit is 64m");
    EXPECT_EQ(whyOciEnded(tool, container, "false false 1 false"), "the container c ended with status 1");
}

TEST(OciCommand, BareNamesLackARegistry) {
    for (const char* name : {"node:20", "library/node", "me/app:1"}) {
        EXPECT_TRUE(agent::lacksRegistry(name)) << name;
    }
    for (const char* name : {"localhost/x:1", "ghcr.io/a/b", "127.0.0.1:5000/a"}) {
        EXPECT_FALSE(agent::lacksRegistry(name)) << name;
    }
}

TEST(OciOptions, AnImageAndADockerfileExcludeEachOther) {
    plan::ExecutorRef executor{"oci", parseJson(R"({"image": "a", "dockerfile": "b"})", "o")->as_object()};
    EXPECT_FALSE(ociOptions(executor, "/tree"));
}

TEST(RootImage, IsARowOfWholeBlocks) {
    const std::string tar = rootImageTar();
    EXPECT_EQ(tar.size() % 512, 0U);
    EXPECT_EQ(tar.substr(257, 5), "ustar");
    EXPECT_NE(tar.find("root:x:0:0:"), std::string::npos);
}

} // namespace
} // namespace cirque::exec
