// SPDX-License-Identifier: Apache-2.0
// Workflows written in Nix, through the command line and down to what their steps printed: the peer's own
// files unmodified, every spelling, and the messages a person gets.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <filesystem>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;
using Outcomes = std::map<std::string, std::string>;

// A folder with a ci.nix: no flake, no git.
class Folder : public Project {
  public:
    explicit Folder(const std::string& workflow) {
        usePrivateNix(*this);
        write("ci.nix", workflow);
    }

    [[nodiscard]] Ran run(Texts more = {}) const {
        more.insert(more.begin(), "run");
        return cirque(std::move(more));
    }
};

TEST(Dsl, ThePeersReadmeRunsInAFolderWithNothingElse) {
    Project project;
    usePrivateNix(project);
    fs::copy(CIRQUE_SOURCE "/tests/functional/readme", project.dir(), fs::copy_options::recursive);
    const Ran ran = project.cirque({"run"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    for (const char* line : {"echo npm", "flake", "git"}) {
        EXPECT_FALSE(ran.errHas(line)) << ran.all();
    }
    EXPECT_TRUE(ran.outHas("] npm run lint\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("] npm test\n")) << ran.all();
    EXPECT_TRUE(ran.outHas("] npm run build\n")) << "the job without an executor\n" << ran.all();
    const RunRecord record(project);
    EXPECT_EQ(record.jobs(),
              (Outcomes{{"build", "succeeded"}, {"lint", "succeeded"}, {"test", "succeeded"}}));
    EXPECT_TRUE(record.inOrder("lint", "test") && record.inOrder("test", "build"));
}

TEST(Dsl, AnExecutorMayBeAnArgumentWithADefault) {
    const Folder folder(R"nix({ pkgs, nixactions, executor ? nixactions.executors.local }:
nixactions.mkWorkflow {
  name = "simple workflow";
  jobs = {
    value = { inherit executor; steps = [ { bash = "test -e ci.nix; echo as a value"; } ]; };
    called = {
      executor = executor { copyRepo = false; name = "own"; };
      steps = [ { bash = ''test ! -e ci.nix; echo called''; } ];
    };
  };
})nix");
    const Ran ran = folder.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("] as a value\n") && ran.outHas("] called\n")) << ran.all();
    EXPECT_EQ(RunRecord(folder).run().at("name").as_string(), "simple workflow");
}

struct Spelling {
    std::string name, steps, condition, tolerated, from;
};

class Spellings : public testing::TestWithParam<Spelling> {};

constexpr const char* spellings = R"nix({{ nixactions, ... }}: nixactions.mkWorkflow {{
  name = "spellings";
  {4} = [ (nixactions.envProviders.static {{ LEVEL = "workflow"; }}) ];
  jobs = {{
    off = {{ {2} = "false"; {1} = [ {{ bash = "exit 9"; }} ]; }};
    fails = {{
      {3} = true;
      {1} = [
        {{ name = "bad"; bash = "exit 3"; }}
        {{ name = "plain"; bash = "exit 9"; }}
        {{ name = "after"; bash = "true"; {2} = "failure()"; }}
        {{ name = "off"; bash = "exit 9"; {2} = "test x = y"; }}
        {{ name = "end"; bash = "true"; {2} = "always()"; }}
      ];
    }};
    after = {{ needs = [ "fails" ]; {1} = [ {{ name = "s"; bash = ''test "$LEVEL" = workflow''; }} ]; }};
    own = {{
      {4} = [ (nixactions.envProviders.static {{ LEVEL = "the job"; }}) (nixactions.envProviders.required [ "LEVEL" ]) ];
      {1} = [ {{ name = "s"; bash = ''test "$LEVEL" = "the job"''; }} ];
    }};
    lacks = {{ {3} = true; {4} = [ (nixactions.envProviders.required [ "NOWHERE" ]) ]; {1} = [ {{ bash = "true"; }} ]; }};
  }};
}})nix";

TEST_P(Spellings, MeanTheSameWhenTheyRun) {
    const Spelling& key = GetParam();
    const Folder folder(fmt::format(spellings, key.name, key.steps, key.condition, key.tolerated, key.from));
    const Ran ran = folder.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    const RunRecord record(folder);
    EXPECT_EQ(record.jobs(), (Outcomes{{"after", "succeeded"},
                                       {"fails", "failed exit 3 tolerated"},
                                       {"lacks", "failed tolerated"},
                                       {"off", "skipped own-condition"},
                                       {"own", "succeeded"}}));
    EXPECT_EQ(record.steps("fails"),
              (Texts{"bad: failed exit 3", "plain: skipped need-failed", "after: succeeded",
                     "off: skipped need-failed", "end: succeeded"}));
}

INSTANTIATE_TEST_SUITE_P(
    Dsl, Spellings,
    testing::Values(Spelling{"present", "steps", "condition", "continueOnError", "envFrom"},
                    Spelling{"old", "actions", "\"if\"", "continue-on-error", "envProviders"}),
    [](const auto& chosen) { return chosen.param.name; });

TEST(Dsl, KeysWithoutAnEffectAreAccepted) {
    const Folder folder(R"nix({ pkgs, lib, nixactions, ... }: nixactions.mkWorkflow {
  name = "accepted";
  logging = { format = "structured"; level = "info"; };
  extensions = [ (w: w // { env = w.env // { ADDED = "by an extension"; }; }) ];
  timeout = "10m";
  retry = null;
  jobs = {
    left-out = lib.optionalAttrs false { steps = [ ]; };
    make = {
      executor = nixactions.executors.local;
      passthru.matrix = { };
      outputs.one = "one/";
      timeout = 60;
      steps = [
        nixactions.actions.checkout
        { bash = ''mkdir one sub; echo 1 > one/file''; env.N = 1; deps = [ pkgs.coreutils ]; }
        { name = "below"; workdir = "sub"; bash = ''case "$PWD" in */jobs/make/sub) ;; *) pwd; exit 1 ;; esac''; timeout = "1m"; }
      ];
    };
    use = {
      needs = [ "make" ];
      retry = { max_attempts = 2; min_time = 0; };
      inputs = [ "one" { name = "one"; path = "two"; } ];
      steps = [
        {
          name = "expects";
          bash = ''
            cmp one/file two/one/file
            test -n "$WORKFLOW_ID"; test "$WORKFLOW_NAME" = accepted; test "$ADDED" = "by an extension"
            case "$PWD" in */jobs/use*) ;; *) exit 1 ;; esac
            echo 'KEPT="a b"' >> "$JOB_ENV"
          '';
        }
        { name = "strict"; bash = ''test "$KEPT" = "a b"; [[ -o errexit && -o nounset && -o pipefail ]]''; }
      ];
    };
  };
})nix");
    const Ran ran = folder.run();
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(RunRecord(folder).jobs(), (Outcomes{{"make", "succeeded"}, {"use", "succeeded"}}));
}

TEST(Dsl, OneOfSeveralWorkflowsIsChosenByItsName) {
    const Folder folder(R"nix({ cirque }: {
  lint = cirque.mkWorkflow { name = "lint"; jobs.a.steps = [ { bash = "echo ONLY LINT"; } ]; };
  test = cirque.mkWorkflow { name = "test"; jobs.a.steps = [ { bash = "echo ONLY TEST"; } ]; };
})nix");
    const Ran lint = folder.run({"ci.nix#lint"});
    EXPECT_EQ(lint.status, 0) << lint.all();
    EXPECT_TRUE(lint.outHas("ONLY LINT") && !lint.outHas("ONLY TEST")) << lint.all();
    EXPECT_TRUE(folder.run({"ci.nix#test"}).outHas("ONLY TEST"));
    const Ran none = folder.run();
    EXPECT_EQ(none.status, 2) << none.all();
    EXPECT_TRUE(none.errHas("'lint', 'test'")) << none.all();
    const Ran wrong = folder.run({"ci.nix#lnit"});
    EXPECT_EQ(wrong.status, 2) << wrong.all();
    EXPECT_TRUE(wrong.errHas("'lnit'") && wrong.errHas("'lint', 'test'")) << wrong.all();
}

TEST(Dsl, AnUnknownArgumentIsNamed) {
    const Folder folder("{ cirque, pkgs, frobnicate }: cirque.mkWorkflow { name = \"w\"; jobs = { }; }");
    const Ran ran = folder.run();
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("'frobnicate'") && ran.errHas("nixactions")) << ran.all();
}

TEST(Dsl, AnErrorInAMatrixJobPointsIntoItsTemplate) {
    const Folder folder(R"nix({ cirque }: cirque.mkWorkflow {
  name = "w";
  jobs = cirque.mkMatrixJobs {
    name = "m";
    matrix.v = [ 1 ];
    jobTemplate = { v }: {
      need = [ ];
      steps = [ { bash = "echo ${toString v}"; timout = 1; } ];
    };
  };
})nix");
    for (const char* command : {"check", "run"}) {
        const Ran ran = folder.cirque({command});
        EXPECT_EQ(ran.status, 2) << ran.all();
        EXPECT_TRUE(ran.errHas("ci.nix:7:7: ") && ran.errHas("'needs'")) << ran.all();
        EXPECT_TRUE(ran.errHas("ci.nix:8:48: ") && ran.errHas("'timeout'")) << ran.all();
        EXPECT_TRUE(ran.errHas("m-v-1")) << ran.all();
    }
    EXPECT_EQ(folder.lastRun(), "") << "nothing may have run";
}

TEST(Dsl, APlaceThatThisVersionHasNotIsRefusedByName) {
    const Folder folder(R"nix({ cirque }: cirque.mkWorkflow {
  name = "w";
  jobs.here.steps = [ { bash = "echo RAN"; } ];
  jobs.there = { executor = cirque.executors.k8s { namespace = "ci"; }; steps = [ { bash = "true"; } ]; };
})nix");
    const Ran ran = folder.run();
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("oci") && ran.errHas("there")) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
}

// Each name the library offers stands on its page: a word in backquotes, alone or with what it takes.
TEST(Dsl, ThePageOfTheLibraryNamesEverythingItOffers) {
    const Folder folder("{ cirque }: null");
    const Ran ran = folder.shell(fmt::format(R"sh(nix-instantiate --eval --strict --json -E '
        let lib = import {0}/nix/lib {{ system = "x86_64-linux"; }};
            groups = [ "executors" "envProviders" "actions" "retry" "logging" ];
        in builtins.attrNames lib ++ builtins.concatMap (g: builtins.attrNames lib.${{g}}) groups' |
        tr -d '[]"' | tr , '\n' >names
        grep -c . names
        while read -r name; do
          grep -qE "\`([a-zA-Z]*\.)?$name([ \`\"]|$)" {0}/docs/reference/dsl.md || echo "MISSING $name"
        done <names)sh",
                                             CIRQUE_SOURCE));
    EXPECT_GE(std::atoi(ran.out.c_str()), 30) << ran.all();
    EXPECT_FALSE(ran.outHas("MISSING")) << ran.all();
}

} // namespace
} // namespace cirque::test
