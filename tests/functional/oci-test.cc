// SPDX-License-Identifier: Apache-2.0
// Jobs in containers: what they run in, and what comes of them.
#include "tests/functional/support/oci.hh"

#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

namespace cirque::test {
namespace {

using Jobs = std::map<std::string, std::string>;

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

// No registry, no dockerTools: an empty root, the store and what the job names.
TEST_F(Oci, WithoutAnImageTheJobsClosureIsAllThereIs) {
    usePrivateNix(project_);
    project_.write("shell.sh", R"sh(PATH=/usr/bin:/bin
mkdir -p $out/bin $out/lib $out/libexec
cp $(command -v busybox) $out/bin/busybox
cp $(command -v bash) $out/libexec/bash
cp $(ldd $(command -v bash) | grep -o '/[^ ]*') $out/lib
printf '#!%s/bin/busybox sh\nexec %s/lib/ld-linux-*.so.* --library-path %s/lib %s/libexec/bash "$@"\n' $out $out $out $out > $out/bin/bash
chmod 755 $out/bin/bash
)sh");
    const auto workflow = [this](const std::string& packages) {
        project_.write("ci.nix", fmt::format(R"nix({{ cirque, ... }}: let
            shell = derivation {{ name = "shell"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ ./shell.sh ]; }};
          in cirque.mkWorkflow {{
            name = "own";
            jobs.main = {{
              executor = cirque.executors.oci {{ network = "none"; {} }};
              steps = [ {{ bash = "busybox ls /; busybox cat /etc/passwd; echo \"$BASH_VERSION in $HOME\""; }} ];
            }};
          }})nix",
                                             packages));
    };
    workflow("extraPackages = [ shell ];");
    const Ran ran = project_.cirque({"run", "--no-tui"}, 90);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("root:x:0:0:root:/root")) << ran.all();
    EXPECT_TRUE(ran.outHas(" in /root")) << ran.all();
    EXPECT_FALSE(ran.outHas("] lib64")) << ran.all();
    workflow("");
    const Ran none = project_.cirque({"run", "--no-tui"}, 90);
    EXPECT_EQ(none.status, 3) << none.all();
    EXPECT_TRUE(none.outHas("extraPackages")) << none.all();
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

} // namespace
} // namespace cirque::test
