// SPDX-License-Identifier: Apache-2.0
// Containers that are asked for in a way that cannot work, and images that would spoil a verdict.
#include "tests/functional/support/oci.hh"
#include "tests/functional/support/run-record.hh"

namespace cirque::test {
namespace {

using Jobs = std::map<std::string, std::string>;

// bash runs BASH_ENV's file before each script: an image that ends there would make every step a success.
TEST_F(Oci, AnImagesBashEnvEndsNoStep) {
    std::filesystem::create_directories(project_.root() + "/out");
    (void)project_.shell(fmt::format("echo 'exit 0' > '{}/out/evil'", project_.root()));
    const Ran ran =
        run(plan({"exit 3"}, options(R"(, "containerEnv": {"BASH_ENV": "/out/evil"})" + outMount())));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(project_).jobs(), (Jobs{{"main", "failed exit 3"}})) << ran.all();
    const Ran noexec = run(plan({"exit 3"}, options(R"(, "containerEnv": {"SHELLOPTS": "noexec"})")));
    EXPECT_EQ(noexec.status, 1) << noexec.all();
}

TEST_F(Oci, WhatTheToolRefusesIsSaidInItsWords) {
    for (const char* mode : {"isolated", "shared"}) {
        const std::string more = fmt::format(R"(, "mode": "{}", "user": "nosuchuser")", mode);
        const Ran ran = run(plan({"true"}, options(more)));
        EXPECT_EQ(ran.status, 3) << ran.all();
        EXPECT_NE(ran.all().find("nosuchuser"), std::string::npos) << ran.all();
        EXPECT_EQ(ran.all().find("removed from outside"), std::string::npos) << ran.all();
        expectGone();
    }
}

TEST_F(Oci, LimitsThatAreNoneAndMountsOverItsOwnFilesAreAWrongWorkflow) {
    for (const char* wrong : {R"(, "cpus": 0)", R"(, "cpus": "-1")", R"(, "cpus": "two")",
                              R"(, "memory": "lots")", R"(, "memory": "-5m")", R"(, "memory": 0)",
                              R"(, "extraMounts": [{"source": "/srv", "target": "/cirque/jobs"}])",
                              R"(, "extraMounts": [{"source": "/srv", "target": "/cirque"}])"}) {
        const Ran ran = run(plan({"true"}, options(wrong)));
        EXPECT_EQ(ran.status, 2) << wrong << ran.all();
    }
    EXPECT_EQ(run(plan({"true"}, options(R"(, "memory": "1.5g", "cpus": 0.5)"))).status, 0);
}

// The RUNs of a Dockerfile had the caller's proxies with their passwords, any network, and any image.
TEST_F(Oci, ABuildIsKeptAsItsContainerIs) {
    project_.set("https_proxy", "http://me:hush-9921@127.0.0.1:9");
    project_.write(
        "Dockerfile",
        fmt::format("FROM {}\nRUN env; echo \"nets: $(ls /sys/class/net | tr '\\n' .)\"\n", Places::image));
    project_.write("Missing", "FROM 127.0.0.1:1/not/there:1\n");
    project_.write("Here", fmt::format("FROM {}\n", Places::image));
    project_.commitAll();
    const auto built = [this](const std::string& options) {
        return run(plan({"true"}, fmt::format(R"({{"network": "none", {}}})", options)));
    };
    const Ran ran = built(R"("dockerfile": "Dockerfile")");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(ran.all().find("hush-9921"), std::string::npos) << ran.all();
    EXPECT_TRUE(ran.outHas("nets: lo.\n")) << ran.all();
    EXPECT_TRUE(built(R"("dockerfile": "Missing")").outHas("connection refused"));
    const Ran never = built(R"("dockerfile": "Missing", "pull": "never")");
    EXPECT_EQ(never.status, 3) << never.all();
    EXPECT_FALSE(never.outHas("connection refused")) << never.all();
    const Ran always = built(R"("dockerfile": "Here", "pull": "always")");
    EXPECT_EQ(always.status, 3) << always.all();
}

} // namespace
} // namespace cirque::test
