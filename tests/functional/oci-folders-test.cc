// SPDX-License-Identifier: Apache-2.0
// What containers see of the folders of other jobs, and of this machine through them.
#include "tests/functional/support/oci.hh"
#include "tests/functional/support/run-record.hh"

namespace cirque::test {
namespace {

// One job saved a file of the host as its artifact, green.
TEST_F(Oci, ALinkInPlaceOfTheJobsFolderLeadsNotToTheHost) {
    const Ran made = project_.shell(
        fmt::format("mkdir '{0}/host' && echo hush-hush-5521 > '{0}/host/key'", project_.root()));
    ASSERT_EQ(made.status, 0) << made.all();
    const std::string script = fmt::format("cd /; mv /cirque/jobs/main /cirque/jobs/gone; "
                                           "ln -s '{}/host' /cirque/jobs/main",
                                           project_.root());
    const Ran ran =
        run(plan({script}, options(R"(, "mode": "shared")"), R"("outputs": {"loot": {"path": "key"}})"));
    EXPECT_NE(ran.status, 0) << ran.all();
    const Ran grep = project_.shell(fmt::format("grep -rl hush-hush '{}' || true", project_.state()));
    EXPECT_EQ(grep.out, "") << grep.all();
    expectGone();
}

// Each looks around when all have their folders, and keeps its own until all have looked.
TEST_F(Oci, OnlyJobsWithTheSameOptionsSeeEachOthersFolders) {
    const std::string look =
        R"sh("all() { for i in $(seq 300); do test -e $1iso -a -e $1one -a -e $1two -a -e $1other && return; sleep 0.1; done; exit 7; }; touch /out/$J; all /out/; ls /cirque/jobs > /out/of-$J; all /out/of-")sh";
    const auto job = [&](const std::string& name, const std::string& more) {
        return fmt::format(
            R"("{0}": {{"env": {{"J": "{0}"}}, "executor": {{"kind": "oci", "options": {1}}},
               "steps": [{{"name": "1", "run": {2}}}]}})",
            name, options(more + outMount()), look);
    };
    project_.write("p.json",
                   fmt::format(R"({{"plan": 1, "name": "t", "jobs": {{{}, {}, {}, {}}}}})", job("iso", ""),
                               job("one", R"(, "mode": "shared")"), job("two", R"(, "mode": "shared")"),
                               job("other", R"(, "mode": "shared", "containerEnv": {"A": "1"})")));
    const Ran ran = run("p.json", {"--jobs", "4"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const auto seen = [this](const std::string& name) {
        return project_.shell("cat " + out("of-" + name)).out;
    };
    EXPECT_EQ(seen("iso"), "iso\n");
    EXPECT_EQ(seen("one"), "one\ntwo\n");
    EXPECT_EQ(seen("two"), "one\ntwo\n");
    EXPECT_EQ(seen("other"), "other\n");
    expectGone();
}

} // namespace
} // namespace cirque::test
