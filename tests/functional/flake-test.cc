// SPDX-License-Identifier: Apache-2.0
// Any flake: its attributes become jobs, with the real Nix and the real git, in a store of the test's own.
#include "tests/functional/support/flake.hh"

#include <algorithm>
#include <csignal>

namespace cirque::test {
namespace {

TEST(FlakeRun, ChecksPackagesAndShellsOfThisSystemAreBuilt) {
    const Flake flake(R"(
    checks.x86_64-linux.fmt = ok "fmt";
    packages.x86_64-linux.default = ok "program";
    packages.aarch64-linux.default = throw "of another system";
    devShells.x86_64-linux.default = d "shell" "echo not meant to be built; exit 1" // { inputDerivation = ok "inputs"; };
    legacyPackages.x86_64-linux.old = throw "not listed";)");
    EXPECT_EQ(flake.outcomes(0), (Outcomes{{"checks." + path("fmt"), "succeeded"},
                                           {"packages." + path("default"), "succeeded"},
                                           {"devShells." + path("default"), "succeeded"}}));
    EXPECT_EQ(flake.outcomes(0), (Outcomes{{"checks." + path("fmt"), "cached"},
                                           {"packages." + path("default"), "cached"},
                                           {"devShells." + path("default"), "cached"}}))
        << "what is in the store is not built again";
}

TEST(FlakeRun, AFailingCheckIsNamedAndTheRunIsNotGreen) {
    const Flake flake(R"(
    checks.x86_64-linux.good = ok "good";
    checks.x86_64-linux.bad = d "bad" "echo the reason; exit 3";)");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("1 of 2 jobs failed: checks.x86_64-linux.bad")) << ran.all();
    EXPECT_TRUE(ran.outHas("the reason")) << ran.all();
}

TEST(FlakeRun, OneAttributesErrorIsItsOwn) {
    const Flake flake(R"(
    checks.x86_64-linux.a = ok "a";
    checks.x86_64-linux.b = throw "no b today";
    checks.x86_64-linux.c = { x = ok "x"; };
    checks.x86_64-linux.d = 1 + "one";
    checks.x86_64-linux.e = abort "enough";
    checks.x86_64-linux.f = ok "f";
    packages = throw "no packages at all";)");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    const Outcomes jobs = RunRecord(flake).jobs();
    EXPECT_EQ(jobs.size(), 7u) << ran.all();
    for (const char* name : {"a", "f"}) {
        EXPECT_EQ(jobs.at("checks." + path(name)), "succeeded") << ran.all();
    }
    for (const char* name : {"b", "c", "d", "e"}) {
        EXPECT_EQ(jobs.at("checks." + path(name)), "failed") << ran.all();
    }
    EXPECT_EQ(jobs.at("packages.x86_64-linux"), "failed") << ran.all();
    EXPECT_TRUE(ran.outHas("[checks.x86_64-linux.b] failed: no b today")) << ran.all();
    EXPECT_TRUE(ran.outHas("checks.x86_64-linux.c is an attribute set, not a derivation")) << ran.all();
    EXPECT_TRUE(ran.outHas("(flake.nix:")) << "places are those of the tree\n" << ran.all();
}

TEST(FlakeCheck, WhatNixSaysNeitherSteersTheTerminalNorCommandsARunner) {
    const Flake flake(R"(
    checks.x86_64-linux.a = throw "no\n::error::mine ##[error]x ${builtins.fromJSON "\"\\u001b]0;t\\u0007\""}";)");
    const Ran ran = flake.cirque({"check"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.outHas("\n>        ::error::mine ## [error]x")) << ran.all();
    EXPECT_FALSE(ran.outHas("##[")) << ran.all();
    EXPECT_FALSE(ran.outHas("\x1b]")) << ran.all();
}

TEST(FlakeRun, AnEvaluationThatTracesALotKeepsItsMessage) {
    const Flake flake(R"(
    checks.x86_64-linux.chatty = let text = builtins.concatStringsSep "" (builtins.genList (_: "x") 1000); in
      builtins.seq (builtins.foldl' (n: i: builtins.trace "${if i < 1200 then text else ""} ${toString i}" (n + 1)) 0
        (builtins.genList (i: i) 3200))
        (throw "the reason at last");)");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 1);
    EXPECT_TRUE(ran.outHas("[checks.x86_64-linux.chatty] failed: the reason at last"));
}

TEST(FlakeRun, WhatOnlyLooksLikeADerivationIsItsOwnFailure) {
    const Flake flake(R"(
    checks.x86_64-linux.fine = ok "fine";
    checks.x86_64-linux.odd = ok "odd" // { outputs = [ 1 ]; };)");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("checks.x86_64-linux.odd is not a whole derivation")) << ran.all();
    EXPECT_EQ(RunRecord(flake).jobs().at("checks." + path("fine")), "succeeded") << ran.all();
}

TEST(FlakeRun, NamesWithQuotesAndDotsAreToldApart) {
    const Flake flake(R"--(
    checks.x86_64-linux = { "a.b\".\"c.d" = ok "one"; "a.b".type = "no derivation"; };)--");
    const Ran ran = flake.cirque({"run", R"(.#checks.x86_64-linux."a.b\".\"c.d")"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(RunRecord(flake).jobs(), (Outcomes{{R"(checks.x86_64-linux."a.b\".\"c.d")", "succeeded"}}));
}

TEST(FlakeRun, WhatASecondAttributeSharesWithAFailedOneIsNotGreen) {
    const Flake flake(R"(
    checks.x86_64-linux.one = d "same" "exit 3";
    checks.x86_64-linux.two = d "same" "exit 3";
    checks.x86_64-linux.three = d "fine" "echo > $out";
    checks.x86_64-linux.four = d "fine" "echo > $out";)");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    Texts outcomes;
    for (const auto& [name, outcome] : RunRecord(flake).jobs()) {
        outcomes.push_back(outcome);
    }
    std::ranges::sort(outcomes);
    EXPECT_EQ(outcomes, (Texts{"cached", "failed", "skipped need-failed", "succeeded"})) << ran.all();
}

TEST(FlakeRun, NamesAndGlobsSelect) {
    const Flake flake(R"(
    checks.x86_64-linux = { fmt = ok "fmt"; lint-c = ok "lint-c"; lint-nix = ok "lint-nix"; };
    packages.x86_64-linux.hello = ok "hello";)");
    EXPECT_EQ(flake.outcomes(0, {".#checks.lint-*"}).size(), 2u);
    EXPECT_EQ(flake.outcomes(0, {".#hello", ".#checks.x86_64-linux.fmt"}).size(), 2u);
    EXPECT_EQ(flake.outcomes(0, {"fmt"}), (Outcomes{{"checks.x86_64-linux.fmt", "cached"}}));
    const Ran none = flake.cirque({"run", ".#nothing"});
    EXPECT_EQ(none.status, 2) << none.all();
    EXPECT_TRUE(none.errHas("no attribute 'nothing'")) << none.all();
}

TEST(FlakeRun, AFlakeThatOffersNothingIsNotGreen) {
    const Flake flake("lib.x = 1;");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("nothing to build for x86_64-linux")) << ran.all();
    EXPECT_EQ(flake.lastRun(), "") << "no run was begun";
}

TEST(FlakeRun, ABrokenFlakeIsAnErrorWithNixsMessage) {
    const Flake flake("checks = ");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("syntax error")) << ran.all();
}

TEST(FlakeRun, TheTreeIsSeenAsGitSeesIt) {
    const Flake flake(R"(checks.x86_64-linux.x = ok (builtins.readFile ./name.txt);)");
    flake.write("name.txt", "tracked");
    flake.write("secret.env", "TOKEN=1");
    const Ran untracked = flake.cirque({"check"});
    EXPECT_EQ(untracked.status, 2) << "a file that git does not know is not there\n" << untracked.all();
    const Ran added = flake.shell("git add name.txt");
    ASSERT_EQ(added.status, 0);
    const Ran dirty = flake.cirque({"check"});
    EXPECT_EQ(dirty.status, 0) << dirty.all();
    EXPECT_TRUE(dirty.outHas("-tracked.drv")) << dirty.all();
    const Ran found = flake.shell("ls " + flake.root() + "/nix/store/*/secret.env");
    EXPECT_NE(found.status, 0) << "an untracked file reached the store: " << found.out;
}

TEST(FlakeRun, AFolderWithoutGitIsRefusedWithWhatToDo) {
    const Flake flake(R"(checks.x86_64-linux.x = ok "x";)");
    ASSERT_EQ(flake.shell("rm -rf .git").status, 0);
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("git init")) << ran.all();
}

TEST(FlakeRun, AFlakeFileThatGitDoesNotKnowSaysToAddIt) {
    const Flake flake(R"(checks.x86_64-linux.x = ok "x";)");
    ASSERT_EQ(flake.shell("git rm -q --cached flake.nix && touch x && git add x && git commit -qm x").status,
              0);
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("git add flake.nix")) << ran.all();
}

TEST(FlakeRun, DerivationsAreThoseThatNixItselfGives) {
    const Flake flake(R"(
    checks.x86_64-linux.self = ok "rev-${self.rev or self.dirtyRev or "dirty"}-${self.shortRev or "none"}-${self.lastModifiedDate}-${toString (self ? submodules)}";)");
    for (const char* change : {":", "echo '# changed' >> flake.nix"}) {
        ASSERT_EQ(flake.shell(change).status, 0);
        const Ran own = flake.cirque({"check", "--json"});
        ASSERT_EQ(own.status, 0) << own.all();
        const Ran nix = flake.shell("nix --extra-experimental-features 'nix-command flakes' eval --raw "
                                    ".#checks.x86_64-linux.self.drvPath");
        ASSERT_EQ(nix.status, 0) << nix.all();
        EXPECT_TRUE(own.outHas("\"" + nix.out + "\"")) << nix.all() << own.all();
    }
}

TEST(FlakeRun, InputsComeFromTheLockFileAndItIsNeverWritten) {
    Project dependency;
    dependency.write("flake.nix", "{ outputs = _: { word = \"locked\"; }; }");
    dependency.commitAll();
    const std::string inputs = "inputs.dep.url = \"git+file://" + dependency.dir() + "\";";
    const Flake flake(R"(checks.x86_64-linux.x = ok inputs.dep.word;)", inputs);
    const Ran unlocked = flake.cirque({"run"});
    EXPECT_EQ(unlocked.status, 2) << unlocked.all();
    EXPECT_TRUE(unlocked.errHas("nix flake lock")) << unlocked.all();
    EXPECT_FALSE(flake.exists("flake.lock"));
    const Ran lock = flake.shell(
        "nix --extra-experimental-features 'nix-command flakes' flake lock && git add flake.lock");
    ASSERT_EQ(lock.status, 0) << lock.all();
    const std::string before = flake.read("flake.lock");
    dependency.write("flake.nix", "{ outputs = _: { word = \"newer\"; }; }");
    dependency.commitAll();
    const Ran locked = flake.cirque({"check"});
    EXPECT_EQ(locked.status, 0) << locked.all();
    EXPECT_TRUE(locked.outHas("-locked.drv")) << locked.all();
    EXPECT_EQ(flake.read("flake.lock"), before);
}

TEST(FlakeRun, AFlakesConfigurationIsNotTaken) {
    const Flake flake(R"(checks.x86_64-linux.x = ok "x";)",
                      "nixConfig.post-build-hook = \"/nowhere\"; nixConfig.allow-dirty = false;");
    ASSERT_EQ(flake.shell("echo '#' >> flake.nix").status, 0);
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST(FlakeRun, NothingOfTheCallersEnvironmentReachesAFlake) {
    Flake flake(
        R"(checks.x86_64-linux.x = ok "env-${builtins.getEnv "TOKEN"}-${toString (builtins ? currentSystem)}";)");
    flake.set("TOKEN", "secret");
    const Ran ran = flake.cirque({"check"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("-env--.drv")) << ran.all();
}

TEST(FlakeRun, AnEvaluationThatNeedsTooMuchMemoryIsBlamedAlone) {
    Flake flake(R"(
    checks.x86_64-linux.a = ok "a";
    checks.x86_64-linux.big = ok (toString (builtins.length (builtins.genList (i: "${toString i}-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") 100000000)));
    checks.x86_64-linux.c = ok "c";)");
    flake.set("CIRQUE_EVAL_MEMORY", "96M");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(RunRecord(flake).jobs(), (Outcomes{{"checks." + path("a"), "succeeded"},
                                                 {"checks." + path("big"), "failed"},
                                                 {"checks." + path("c"), "succeeded"}}))
        << ran.all();
    EXPECT_TRUE(ran.outHas("96 MiB")) << ran.all();
    EXPECT_TRUE(ran.outHas("CIRQUE_EVAL_MEMORY=")) << ran.all();
}

// The builder that `bad` waits for is a child of its evaluator, and kills it.
TEST(FlakeRun, AnEvaluatorThatIsKilledIsBlamedOnTheAttributeAtHand) {
    const Flake flake(R"(
    checks.x86_64-linux.a = ok "a";
    checks.x86_64-linux.bad = ok (import (d "assassin" "kill -9 $PPID; echo 1 > $out"));
    checks.x86_64-linux.c = ok "c";
    checks.x86_64-linux.d = ok "d";)");
    const Ran ran = flake.cirque({"run"});
    EXPECT_EQ(RunRecord(flake).jobs(), (Outcomes{{"checks." + path("a"), "succeeded"},
                                                 {"checks." + path("bad"), "infrastructure"},
                                                 {"checks." + path("c"), "succeeded"},
                                                 {"checks." + path("d"), "succeeded"}}))
        << ran.all();
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas(
        "while evaluating checks.x86_64-linux.bad, alone: nix-instantiate was ended by signal SIGKILL"))
        << ran.all();
}

TEST(FlakeRun, AFlakeCannotWriteRecordsOfItsOwn) {
    const Flake flake(R"(
    checks.x86_64-linux.a = builtins.trace "cirque-done:{\"index\":1,\"value\":{\"drv\":\"/nix/store/x.drv\"}}" (ok "a");
    checks.x86_64-linux.b = throw "not hidden";)");
    EXPECT_EQ(flake.outcomes(1),
              (Outcomes{{"checks." + path("a"), "succeeded"}, {"checks." + path("b"), "failed"}}));
}

TEST(FlakeRun, AnInterruptDuringTheListingBeginsNoRun) {
    const Flake flake(
        R"(checks.x86_64-linux = import (d "endless" "echo > ROOT/slow; while :; do /usr/bin/sleep 0.1; done");)");
    std::string text = flake.read("flake.nix");
    text.replace(text.find("ROOT"), 4, flake.root());
    flake.write("flake.nix", text);
    Running running = flake.start({"run"});
    flake.waitFor(flake.root() + "/slow");
    running.signal(SIGINT);
    const Ran ran = running.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_EQ(flake.lastRun(), "");
    flake.expectNoLeftovers();
}

TEST(FlakeRun, EndlessRecursionIsItsAttributesFailure) {
    const Flake flake(R"(
    checks.x86_64-linux.loop = let f = x: 1 + f (x + 1); in ok (toString (f 1));
    checks.x86_64-linux.fine = ok "fine";)");
    EXPECT_EQ(flake.outcomes(1),
              (Outcomes{{"checks." + path("fine"), "succeeded"}, {"checks." + path("loop"), "failed"}}));
}

TEST(FlakeCheck, EveryAttributeIsListedWithItsDerivationOrItsError) {
    const Flake flake(R"(
    checks.x86_64-linux.good = ok "good";
    checks.x86_64-linux.bad = throw "why not";)");
    const Ran text = flake.cirque({"check"});
    EXPECT_EQ(text.status, 2) << text.all();
    EXPECT_TRUE(text.outHas("2 attributes, 1 cannot be evaluated")) << text.all();
    EXPECT_TRUE(text.outHas("checks.x86_64-linux.bad: error: why not")) << text.all();
    const Ran plan = flake.cirque({"plan", "--json", ".#good"});
    EXPECT_EQ(plan.status, 0) << plan.all();
    flake.write("plan.json", plan.out);
    const Ran ran = flake.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(RunRecord(flake).jobs(), (Outcomes{{"checks." + path("good"), "succeeded"}}));
    const Ran bad = flake.cirque({"plan", "--json", ".#bad"});
    EXPECT_EQ(bad.status, 2) << bad.all();
    flake.write("plan.json", bad.out);
    EXPECT_EQ(flake.cirque({"run", "plan.json"}).status, 1)
        << "a plan of a broken attribute must not be green";
}

// `late` builds while it is evaluated, and that build ends only when `early` was built; so a run that builds
// nothing before all is evaluated would wait for itself.
TEST(FlakeRun, BuildingBeginsBeforeTheListingEnds) {
    const Flake flake(R"(
    checks.x86_64-linux.aaa = d "early" "echo > ROOT/early; echo > $out";
    checks.x86_64-linux.late = ok (import (d "imported" "i=0; while ! test -e ROOT/early; do /usr/bin/sleep 0.1; i=$((i + 1)); if test $i -gt 300; then exit 1; fi; done; echo '\"late\"' > $out"));)");
    flake.write("flake.nix", [&] {
        std::string text = flake.read("flake.nix");
        for (std::size_t at = text.find("ROOT"); at != std::string::npos; at = text.find("ROOT")) {
            text.replace(at, 4, flake.root());
        }
        return text;
    }());
    EXPECT_EQ(flake.outcomes(0),
              (Outcomes{{"checks." + path("aaa"), "succeeded"}, {"checks." + path("late"), "succeeded"}}));
}

TEST(FlakeRun, AnInterruptEndsTheEvaluators) {
    const Flake flake(R"(
    checks.x86_64-linux.quick = d "quick" "echo > ROOT/quick; echo > $out";
    checks.x86_64-linux.slow = ok (import (d "endless" "echo > ROOT/slow; while :; do /usr/bin/sleep 0.1; done"));)");
    std::string text = flake.read("flake.nix");
    for (std::size_t at = text.find("ROOT"); at != std::string::npos; at = text.find("ROOT")) {
        text.replace(at, 4, flake.root());
    }
    flake.write("flake.nix", text);
    Running running = flake.start({"run"});
    flake.waitFor(flake.root() + "/slow");
    flake.waitFor(flake.root() + "/quick");
    running.signal(SIGINT);
    const Ran ran = running.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    flake.expectNoLeftovers();
}

TEST(FlakeRun, WhatTheEvaluationCameToIsAnEventOfTheRun) {
    const Flake flake(R"(
    checks.x86_64-linux.a = ok "a";
    checks.x86_64-linux.b = throw "b";)");
    const Ran ran = flake.cirque({"run", "--json"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    const std::size_t at = ran.out.find(R"("type":"evaluation.finished")");
    ASSERT_NE(at, std::string::npos) << ran.all();
    const std::string event = ran.out.substr(at, ran.out.find('\n', at) - at);
    EXPECT_NE(event.find(R"("attributes":2)"), std::string::npos) << event;
    EXPECT_NE(event.find(R"("failed":1)"), std::string::npos) << event;
}

TEST(FlakeRun, TheRecordedPlanHoldsEveryAttribute) {
    const Flake flake(R"(
    checks.x86_64-linux.a = ok "a";
    checks.x86_64-linux.b = throw "b";)");
    EXPECT_EQ(flake.cirque({"run"}).status, 1);
    const Ran again = flake.cirque({"run", flake.state() + "/runs/" + flake.lastRun() + "/plan.json"});
    EXPECT_EQ(again.status, 1) << again.all();
    EXPECT_EQ(RunRecord(flake).jobs(),
              (Outcomes{{"checks." + path("a"), "cached"}, {"checks." + path("b"), "failed exit 1"}}));
}

} // namespace
} // namespace cirque::test
