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

TEST(FlakeRun, AWorkflowFileTakesTheReplacedInput) {
    Project other;
    other.write("flake.nix", "{ outputs = _: { word = \"other\"; }; }");
    other.commitAll();
    Project usual;
    usual.write("flake.nix", "{ outputs = _: { word = \"usual\"; }; }");
    usual.commitAll();
    const Flake flake("", "inputs.dep.url = \"git+file://" + usual.dir() + "\";");
    flake.write(
        "ci.nix",
        "{ cirque, inputs, system, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a.steps = [ { bash = "
        "\"echo ${inputs.dep.word} ${system}\"; } ]; }");
    const Ran lock =
        flake.shell("nix --extra-experimental-features 'nix-command flakes' flake lock && git add -A");
    ASSERT_EQ(lock.status, 0) << lock.all();
    for (const char* word : {"other", "usual", "other"}) { // also when it was evaluated before
        Texts words{"run"};
        if (std::string(word) == "other") {
            words.insert(words.end(), {"--override-input", "dep", "git+file://" + other.dir()});
        }
        const Ran ran = flake.cirque(words);
        EXPECT_EQ(ran.status, 0) << ran.all();
        EXPECT_TRUE(ran.outHas(std::string(word) + " x86_64-linux")) << ran.all();
    }
    const Ran there = flake.cirque({"plan", "--json", "--system", "aarch64-linux"});
    EXPECT_EQ(there.status, 0) << there.all();
    EXPECT_TRUE(there.outHas("aarch64-linux")) << there.all();
    flake.write("plan.json", there.out);
    EXPECT_EQ(flake.cirque({"run", "plan.json", "--system", "x86_64-linux"}).status, 2);
    EXPECT_EQ(flake.cirque({"run", "plan.json", "--override-input", "dep", "x"}).status, 2);
    const Project plain;
    plain.write(
        "ci.nix",
        "{ cirque, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a.steps = [ { bash = \"true\"; } ]; }");
    EXPECT_EQ(plain.cirque({"check", "--override-input", "dep", "x"}).status, 2);
}

// The substituter is an address that nobody may be asked at.
TEST(FlakeRun, OfflineAsksNobody) {
    const Flake flake(R"(checks.x86_64-linux.x = ok "x";)");
    const Ran server = flake.shell("sed -i 's,^substituters =.*,substituters = http://127.0.0.1:9,' " +
                                   flake.root() + "/nix/conf/nix.conf");
    ASSERT_EQ(server.status, 0);
    const Ran ran = flake.cirque({"run", "--offline"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_FALSE(ran.outHas("127.0.0.1")) << ran.all();
    EXPECT_FALSE(ran.errHas("127.0.0.1")) << ran.all();
    ASSERT_EQ(flake.shell("sed -i 's/ok \"x\"/ok \"y\"/' flake.nix").status, 0);
    const Ran online = flake.cirque({"run"});
    EXPECT_TRUE(online.outHas("127.0.0.1")) << "the test would not see a question\n" << online.all();
}

// What a cache has is fetched: the builder leaves a mark each time it runs.
TEST(FlakeRun, WhatABinaryCacheHasIsNotBuilt) {
    const Flake flake("");
    flake.rewrite("checks.x86_64-linux.x = d \"x\" \"echo >> " + flake.root() + "/built; echo > $out\";");
    EXPECT_EQ(flake.outcomes(0), (Outcomes{{"checks.x86_64-linux.x", "succeeded"}}));
    const Ran moved = flake.shell("cd .. && nix --extra-experimental-features nix-command copy --to "
                                  "file://$PWD/cache $PWD/nix/store/*-x && "
                                  "chmod -R u+w nix && rm -rf nix/store nix/var && printf 'substituters = "
                                  "file://%s/cache\\nrequire-sigs = false\\n' "
                                  "$PWD >> nix/conf/nix.conf");
    ASSERT_EQ(moved.status, 0) << moved.all();
    EXPECT_EQ(flake.outcomes(0), (Outcomes{{"checks.x86_64-linux.x", "succeeded"}}));
    EXPECT_EQ(flake.read("../built"), "\n") << "it was built again";
}

TEST(FlakeRun, AFlakeInAFolderOfTheTreeIsItsOwn) {
    const Flake flake(R"(checks.x86_64-linux.top = ok "top";)");
    const Ran moved =
        flake.shell("mkdir sub && sed 's/top/inner/g' flake.nix > sub/flake.nix && git add sub");
    ASSERT_EQ(moved.status, 0) << moved.all();
    for (const Texts& words : {Texts{"run", "./sub"}, Texts{"run", "-C", "sub"}, Texts{"run", "sub#inner"}}) {
        const Ran ran = flake.cirque(words);
        EXPECT_EQ(ran.status, 0) << ran.all();
        EXPECT_EQ(RunRecord(flake).jobs().count("checks.x86_64-linux.inner"), 1u) << ran.all();
    }
}

TEST(FlakeRun, WhatFailedIsRunAgainFromTheRecordedPlan) {
    const Flake flake(R"(
    checks.x86_64-linux.good = ok "good";
    checks.x86_64-linux.broken = throw "never";
    checks.x86_64-linux.flaky = d "flaky" "test -e MARK/mended || exit 3; echo > $out";)");
    std::string text = flake.read("flake.nix");
    text.replace(text.find("MARK"), 4, flake.root());
    flake.write("flake.nix", text);
    EXPECT_EQ(flake.cirque({"run"}).status, 1);
    ASSERT_EQ(flake.shell("touch ../mended").status, 0);
    const Ran again = flake.cirque({"rerun", flake.lastRun(), "--failed"});
    EXPECT_EQ(again.status, 1)
        << "an attribute that cannot be evaluated is not green because it was run again\n"
        << again.all();
    const Outcomes jobs = RunRecord(flake).jobs();
    EXPECT_EQ(jobs.at("checks.x86_64-linux.flaky"), "succeeded") << again.all();
    EXPECT_EQ(jobs.at("checks.x86_64-linux.broken"), "failed exit 1") << again.all();
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
