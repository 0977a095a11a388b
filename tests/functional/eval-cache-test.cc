// SPDX-License-Identifier: Apache-2.0
// What is kept of an evaluation, what never is, and what a kept one must not change.
#include "tests/functional/support/kept-evaluations.hh"
#include "tests/functional/support/private-nix.hh"

#include <sys/stat.h>
#include <unistd.h>

#include <set>

namespace cirque::test {
namespace {

TEST_F(EvalCacheTest, ARunHoldsTheRootsItStandsOn) {
    project.write("ci.nix", "{ cirque, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a = { copyRepo = false; "
                            "steps = [ { bash = \"for d in " +
                                project.state() +
                                "/eval/*.roots; do flock -n $d true || echo IS-HELD; done\"; } ]; }; }");
    becomeKept();
    const Ran run = project.cirque({"run"});
    EXPECT_EQ(run.status, 0) << run.all();
    EXPECT_TRUE(run.outHas("IS-HELD")) << run.all();
}

TEST_F(EvalCacheTest, AnUnchangedWorkflowIsNotEvaluatedAgain) {
    project.write("ci.nix", simple);
    project.commitAll();
    expectKept();
    struct stat st{};
    ASSERT_EQ(::stat((project.state() + "/eval").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0700U);
}

TEST_F(EvalCacheTest, ARunSaysSoInItsEvents) {
    project.write("ci.nix", simple);
    const auto eventsOf = [&](const std::string& field) {
        const Ran ran = project.cirque({"run", "--json"});
        EXPECT_EQ(ran.status, 0) << ran.all();
        return ran.outHas(field);
    };
    EXPECT_TRUE(eventsOf("\"type\":\"evaluation.finished\""));
    EXPECT_TRUE(eventsOf("\"cached\":true"));
    const Ran run = project.cirque({"run", "--json"});
    const std::size_t hash = run.out.find("\"treeHash\":\"");
    ASSERT_NE(hash, std::string::npos) << run.out;
    project.write("other", "");
    EXPECT_FALSE(eventsOf(run.out.substr(hash, 76)));
    EXPECT_EQ(::unlink((project.dir() + "/other").c_str()), 0);
    EXPECT_TRUE(eventsOf(run.out.substr(hash, 76)));
}

TEST_F(EvalCacheTest, WithoutTheCacheNothingIsKeptOrFound) {
    project.write("ci.nix", simple);
    EXPECT_FALSE(check({"--no-eval-cache"}).cached);
    EXPECT_TRUE(entries().empty());
    EXPECT_FALSE(check().cached);
    EXPECT_FALSE(check({"--no-eval-cache"}).cached);
}

TEST_F(EvalCacheTest, WarningsAndTracesAreSaidEachTime) {
    project.write("ci.nix", "args: builtins.trace \"look here\" ((" + simple + ") args)");
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(project.cirque({"check"}).errHas("look here")) << i;
    }
    EXPECT_TRUE(check().cached);
}

TEST_F(EvalCacheTest, WhatFailsIsEvaluatedEachTime) {
    project.write("ci.nix", "throw \"no\"");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(project.cirque({"check"}).status, 2);
    }
    project.write("ci.nix", "{ cirque, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a.stepz = [ ]; }");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(project.cirque({"check"}).status, 2);
    }
    EXPECT_TRUE(entries().empty());
}

TEST_F(EvalCacheTest, TheTimeAndTheMachineNowAreNeverKept) {
    project.write("ci.nix", workflowOf("builtins.currentTime"));
    expectNotKept("currentTime");
    project.write("time.nix", "{ now = builtins.currentTime; }");
    project.write("ci.nix", workflowOf("(import ./time.nix).now"));
    expectNotKept("time.nix mentions currentTime");
    project.write("time.nix", "{ }");
    project.write("ci.nix", workflowOf("builtins.stringLength (builtins.readFile \"/proc/loadavg\")"));
    expectNotKept("/proc/loadavg");
}

TEST_F(EvalCacheTest, FilesOutsideTheTreeAndIgnoredOnesAreWatched) {
    const std::string outside = project.root() + "/outside";
    fs::create_directories(outside);
    const auto say = [&](const std::string& path, const std::string& text) {
        ASSERT_EQ(project.shell("printf '" + text + "' > " + path + "; sleep 0.05").status, 0);
    };
    say(outside + "/x.nix", "1");
    say(outside + "/set.nix", "{ a = 1; }");
    project.write(".gitignore", "build\n");
    project.write("build/out", "2");
    project.commitAll();
    ASSERT_EQ(project.shell("ln -s " + outside + "/x.nix link; sleep 0.05").status, 0);
    project.write("ci.nix",
                  workflowOf("[ (import " + outside +
                             "/x.nix) (builtins.readFile ./build/out) (import "
                             "./link) (builtins.pathExists ./build/more) (builtins.readDir ./build) ]"));
    expectKept();
    const std::vector<std::string> changes = {"echo 3 > " + outside + "/x.nix",
                                              "echo 4 > build/out",
                                              "echo 5 > build/more",
                                              "mkdir build/folder",
                                              "rmdir build/folder",
                                              "rm link; ln -s " + outside + "/set.nix link"};
    for (const std::string& change : changes) {
        EXPECT_TRUE(check().cached) << "before " << change;
        ASSERT_EQ(project.shell(change + "; sleep 0.05").status, 0);
        const Ran kept = project.cirque({"plan", "--json"});
        EXPECT_EQ(kept.out, project.cirque({"plan", "--json", "--no-eval-cache"}).out) << change;
    }
}

TEST_F(EvalCacheTest, AnEditWhileNixReadsIsNotKept) {
    // the workflow itself is slow enough for an edit in the middle
    project.write("data", "old");
    project.write("ci.nix",
                  workflowOf("builtins.seq (builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) "
                             "3000000)) (builtins.readFile ./data)"));
    const Running slow = project.start({"plan", "--json"});
    project.write("data", "new");
    Running waited = project.start({"plan", "--json"});
    std::ignore = waited.wait();
    std::ignore = slow.pid();
    EXPECT_TRUE(project.cirque({"plan", "--json"}).outHas("new"));
}

TEST_F(EvalCacheTest, DamagedEntriesAreEvaluatedAgain) {
    project.write("ci.nix", simple);
    expectKept();
    const Ran good = project.cirque({"plan", "--json"});
    ASSERT_EQ(entries().size(), 1U);
    for (const char* damage :
         {"truncate -s -1", "truncate -s 0", "truncate -s 30", "sed -i s/mkW/mkX/;sed -i s/w/v/"}) {
        ASSERT_EQ(project.shell(std::string(damage) + " " + entries().front()).status, 0);
        EXPECT_FALSE(check().cached) << damage;
        EXPECT_TRUE(check().cached) << damage;
        EXPECT_EQ(project.cirque({"plan", "--json"}).out, good.out) << damage;
    }
}

TEST_F(EvalCacheTest, DerivationsAreKeptFromTheCollectorAndMissedWhenGone) {
    usePrivateNix(project);
    warmUp();
    project.write("ci.nix", R"({ cirque, system, ... }: let
  tool = derivation { name = "tool"; inherit system; builder = "/bin/sh"; args = [ "-c" "echo hi > $out" ]; };
in cirque.mkWorkflow { name = "w"; jobs.a = { copyRepo = false; steps = [ { bash = "cat ${tool} ${./data}"; } ]; }; })");
    project.write("data", "text");
    project.commitAll();
    becomeKept();
    const Ran ran = project.cirque({"run"});
    ASSERT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(check().cached);
    const Ran collected = project.shell("nix-store --gc 2>&1");
    ASSERT_EQ(collected.status, 0) << collected.all();
    const Ran left = project.shell("ls $NIX_STORE_DIR");
    EXPECT_TRUE(left.outHas("-tool.drv\n") && left.outHas("-tool\n") && left.outHas("-data\n")) << left.out;
    EXPECT_TRUE(check().cached);
    ASSERT_EQ(project.shell("rm -r " + project.state() + "/eval/*.roots; nix-store --gc").status, 0);
    EXPECT_FALSE(project.shell("ls $NIX_STORE_DIR").outHas("-tool.drv\n"));
    EXPECT_FALSE(check().cached);
    EXPECT_EQ(project.cirque({"run"}).status, 0);
    becomeKept();
}

TEST_F(EvalCacheTest, PackagesOfALockedFlakeAreKeptAndWhatNixKeepsForATimeIsNot) {
    usePrivateNix(project);
    ASSERT_EQ(
        project
            .shell(
                "mkdir ../set; cd ../set; git init -q; echo '{ outputs = _: { legacyPackages = "
                "builtins.listToAttrs [ { name = builtins.currentSystem or \"x86_64-linux\"; value = { a = "
                "derivation { name = \"a\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; }; }; } ]; }; "
                "}' "
                "> flake.nix; git add -A; git -c user.name=a -c user.email=a@b commit -qm x")
            .status,
        0);
    project.write("flake.nix", "{ inputs.nixpkgs.url = \"git+file://" + project.root() +
                                   "/set\"; outputs = { nixpkgs, ... }: { }; }");
    project.write(
        "ci.nix",
        "{ cirque, pkgs, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a = { copyRepo = false; steps = "
        "[ { bash = \"cat ${pkgs.a}\"; } ]; }; }");
    project.commitAll();
    const Ran locked =
        project.shell("nix --extra-experimental-features 'nix-command flakes' flake lock && git add -A");
    ASSERT_EQ(locked.status, 0) << locked.all();
    becomeKept();
    EXPECT_EQ(project.cirque({"plan", "--json"}).out,
              project.cirque({"plan", "--json", "--no-eval-cache"}).out);

    ASSERT_EQ(project
                  .shell("mkdir t; echo 1 > t/f; tar cf ../t.tar t; git rm -qrf --cached flake.nix "
                         "flake.lock; rm -r t "
                         "flake.nix flake.lock")
                  .status,
              0);
    project.write("ci.nix", workflowOf("builtins.readFile (fetchTarball \"file://" + project.root() +
                                       "/t.tar\" + \"/f\")"));
    for (int i = 0; i < 3; ++i) {
        const Checked again = check();
        EXPECT_FALSE(again.cached);
        EXPECT_NE(again.notKept, "");
    }
}

TEST_F(EvalCacheTest, ManyAtOnceAgree) {
    project.write("ci.nix", simple);
    std::vector<Running> all;
    for (int i = 0; i < 8; ++i) {
        all.push_back(project.start({"plan", "--json"}));
    }
    std::set<std::string> said;
    for (Running& one : all) {
        const Ran ran = one.wait();
        EXPECT_EQ(ran.status, 0) << ran.all();
        said.insert(ran.out);
    }
    EXPECT_EQ(said.size(), 1U);
    EXPECT_EQ(entries().size(), 1U);
    EXPECT_TRUE(check().cached);
}

} // namespace
} // namespace cirque::test
