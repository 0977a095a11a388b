// SPDX-License-Identifier: Apache-2.0
// What the engine is told of a service from an image.
#include "agent/container-commands.hh"

#include <gtest/gtest.h>

#include <algorithm>

namespace cirque::agent {
namespace {

bool has(const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

ContainerStart start() {
    ContainerStart out;
    out.engine = {"/usr/bin/podman", "podman"};
    out.place = {"cirque-run-service1-main", {"io.cirque.run=run"}, ""};
    out.service.image = "db:1";
    out.service.hasExec = false;
    out.service.ports = {{"", 5432, {}}, {"admin", 8080, {}}};
    out.image = "sha256:1";
    out.variables = {{"PLAIN", "$(id) 'x'\n", false}, {"TOKEN", "hidden", true}};
    return out;
}

// A command line can be seen by everybody on the machine, and no shell may read a value.
TEST(Containers, ValuesOfSecretsAreNotWordsAndOthersAreOneEach) {
    const auto words = runContainer(start());
    EXPECT_TRUE(has(words, "--env=TOKEN"));
    EXPECT_TRUE(has(words, "--env=PLAIN=$(id) 'x'\n"));
    EXPECT_TRUE(std::ranges::none_of(words, [](const auto& word) { return word.contains("hidden"); }));
    EXPECT_EQ(words.back(), "sha256:1") << "what the image itself runs";
}

// A port of this machine's other addresses would be open to the network.
TEST(Containers, PortsAreOnTheLoopbackOrInAnothersNetwork) {
    ContainerStart one = start();
    const auto published = runContainer(one);
    EXPECT_TRUE(has(published, "--publish=127.0.0.1:5432:5432"));
    EXPECT_TRUE(has(published, "--publish=127.0.0.1:8080:8080"));
    one.place.network = "container:job";
    const auto joined = runContainer(one);
    EXPECT_TRUE(has(joined, "--network=container:job"));
    EXPECT_FALSE(has(joined, "--publish=127.0.0.1:5432:5432"));
}

TEST(Containers, ExecStandsInPlaceOfWhatTheImageRuns) {
    ContainerStart one = start();
    one.service.hasExec = true;
    one.service.program.action = plan::ArgvRun{{"postgres", "-c", "fsync=off"}};
    auto words = runContainer(one);
    EXPECT_TRUE(
        std::ranges::none_of(words, [](const auto& word) { return word.starts_with("--entrypoint"); }));
    EXPECT_EQ(words.back(), "fsync=off");
    one.service.program.action = plan::BashRun{"echo $HOME"};
    words = runContainer(one);
    EXPECT_TRUE(has(words, "--entrypoint=sh"));
    EXPECT_EQ(words.back(), "echo $HOME");
}

// Only what the service itself names goes in; the layer on top decides.
TEST(Containers, OnlyTheServicesOwnVariablesGoIn) {
    ServiceRequest request;
    request.service.program.env = {{"A", {}}, {"B", {}}};
    request.below = {{{"A", "below", false}, {"HOME", "/root", false}}, {{"B", "b", true}}};
    request.above = {{{"A", "above", false}}, {{"A", "top", false}}};
    const Variables got = variablesOf(request);
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].value, "top");
    EXPECT_TRUE(got[1].secret);
}

// Those of services go first, or podman keeps the container whose network they are in.
TEST(Containers, NamesSayWhoseTheyAre) {
    const std::string run = "0197f000-0000-7000-8000-000000000001";
    EXPECT_TRUE(isOfService(serviceContainerName(run, "local-a", 1)));
    EXPECT_FALSE(isOfService(containerName(run, "job-service")));
    EXPECT_FALSE(isOfService("service"));
    EXPECT_EQ(runOfContainer(serviceContainerName(run, "local-a", 1)), run);
}

} // namespace
} // namespace cirque::agent
