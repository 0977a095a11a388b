// SPDX-License-Identifier: Apache-2.0
// What a person may choose about a flake: other inputs, another system, one of its workflows.
#include "tests/functional/support/flake.hh"

namespace cirque::test {
namespace {

TEST(FlakeRun, AnInputCanBeReplacedForOnce) {
    Project other;
    other.write("flake.nix", "{ outputs = _: { word = \"other\"; }; }");
    other.commitAll();
    Project usual;
    usual.write("flake.nix", "{ outputs = _: { word = \"usual\"; }; }");
    usual.commitAll();
    const Flake flake("checks.x86_64-linux.x = ok inputs.dep.word;",
                      "inputs.dep.url = \"git+file://" + usual.dir() + "\";");
    const Ran lock = flake.shell(
        "nix --extra-experimental-features 'nix-command flakes' flake lock && git add flake.lock");
    ASSERT_EQ(lock.status, 0) << lock.all();
    const std::string before = flake.read("flake.lock");
    for (const char* change : {":", "echo '#' >> flake.nix"}) {
        ASSERT_EQ(other.shell(change).status, 0);
        const Ran replaced = flake.cirque({"check", "--override-input", "dep", "git+file://" + other.dir()});
        EXPECT_EQ(replaced.status, 0) << replaced.all();
        EXPECT_TRUE(replaced.outHas("-other.drv")) << replaced.all();
    }
    EXPECT_EQ(flake.read("flake.lock"), before);
    const Ran unknown = flake.cirque({"check", "--override-input", "depp", "git+file://" + other.dir()});
    EXPECT_EQ(unknown.status, 2) << unknown.all();
    EXPECT_TRUE(unknown.errHas("no input 'depp'")) << unknown.all();
    const Ran half = flake.cirque({"check", "--override-input", "dep"});
    EXPECT_EQ(half.status, 2) << half.all();
}

TEST(FlakeRun, AnotherSystemIsEvaluatedWhenItIsAskedFor) {
    const Flake flake(R"(
    checks.x86_64-linux.x = ok "here";
    checks.aarch64-linux.x = ok "there";)");
    const Ran there = flake.cirque({"check", "--system", "aarch64-linux"});
    EXPECT_EQ(there.status, 0) << there.all();
    EXPECT_TRUE(there.outHas("checks.aarch64-linux.x: ")) << there.all();
    EXPECT_FALSE(there.outHas("x86_64-linux")) << there.all();
}

constexpr const char* workflows = R"(
    cirque.x86_64-linux = let
      cirque = import ./library { inherit system; };
      say = name: cirque.mkWorkflow {
        inherit name;
        jobs.one.steps = [ { name = "say"; bash = "echo from ${name}"; } ];
        jobs.two.steps = [ { name = "say"; bash = "echo second"; } ];
      };
    in { release = say "release"; NAME = say "usual"; };
    packages.x86_64-linux.release = throw "the workflow is meant";)";

class FlakeWorkflow : public Flake {
  public:
    explicit FlakeWorkflow(const std::string& name) : Flake("") {
        std::string outputs = workflows;
        outputs.replace(outputs.find("NAME"), 4, name);
        rewrite(outputs);
        const Ran copied = shell(std::string("cp -r ") + CIRQUE_SOURCE + "/nix/lib library && git add -A");
        EXPECT_EQ(copied.status, 0) << copied.all();
    }
};

TEST(FlakeWorkflows, TheOneCalledDefaultRunsWithoutAName) {
    const FlakeWorkflow flake("default");
    EXPECT_EQ(flake.outcomes(0), (Outcomes{{"one", "succeeded"}, {"two", "succeeded"}}));
    const Ran named = flake.cirque({"run", ".#release", "one"});
    EXPECT_EQ(named.status, 0) << named.all();
    EXPECT_TRUE(named.outHas("from release")) << named.all();
    EXPECT_EQ(RunRecord(flake).jobs().at("two"), "skipped not-selected");
    EXPECT_EQ(flake.cirque({"run", "two"}).status, 0);
}

TEST(FlakeWorkflows, SeveralWithoutADefaultAreListed) {
    const FlakeWorkflow flake("other");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("several workflows: other, release")) << ran.all();
}

TEST(FlakeWorkflows, AMistakeInOneIsToldAsInAWorkflowFile) {
    const FlakeWorkflow flake("default");
    ASSERT_EQ(flake.shell("sed -i 's/jobs.two.steps/jobs.two.stepps/' flake.nix").status, 0);
    const Ran ran = flake.cirque({"check"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("stepps")) << ran.all();
    EXPECT_TRUE(ran.errHas("flake.nix:")) << ran.all();
}

TEST(FlakeWorkflows, AWorkflowFileBesideAFlakeKeepsItsNames) {
    const Flake flake(R"(checks.x86_64-linux.fmt = ok "fmt";)");
    flake.write(
        "ci.nix",
        "{ cirque, ... }: { release = cirque.mkWorkflow { name = \"release\"; jobs.pack.steps = [ { bash = "
        "\"true\"; } ]; }; }");
    EXPECT_EQ(flake.outcomes(0, {".#release"}), (Outcomes{{"pack", "succeeded"}}));
    EXPECT_EQ(flake.outcomes(0), (Outcomes{{"pack", "succeeded"}})) << "the file comes first";
    EXPECT_EQ(flake.outcomes(0, {".#fmt"}), (Outcomes{{"checks.x86_64-linux.fmt", "succeeded"}}));
}

} // namespace
} // namespace cirque::test
