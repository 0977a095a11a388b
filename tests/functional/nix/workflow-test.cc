// SPDX-License-Identifier: Apache-2.0
// Workflow files through the real Nix: what is written, what is refused, and what a person is told.
#include "plan/parse.hh"
#include "tests/functional/nix/nix-project.hh"

namespace cirque::frontend {
namespace {

const plan::Step& onlyStep(const plan::Plan& plan) {
    return plan.jobs.at(0).steps.at(0);
}

std::string script(const plan::Step& step) {
    const auto* bash = std::get_if<plan::BashRun>(&step.action);
    return bash == nullptr ? "" : bash->script;
}

class Workflow : public NixProject {};

TEST_F(Workflow, HelloIsAPlanForThisMachineAndWritesNothingToTheStore) {
    const plan::Plan plan = planOf(R"({ cirque, ... }: cirque.mkWorkflow {
      name = "hello";
      jobs.greet.steps = [ { name = "say"; bash = "echo hello"; } ];
    })");
    ASSERT_EQ(plan.jobs.size(), 1u);
    EXPECT_EQ(plan.name, "hello");
    EXPECT_EQ(plan.jobs[0].executor.kind, "local");
    EXPECT_TRUE(plan.jobs[0].system.ends_with("-linux")) << plan.jobs[0].system;
    EXPECT_EQ(script(onlyStep(plan)), "echo hello");
    EXPECT_EQ(storePaths(), 0u);
}

TEST_F(Workflow, ThePeersReadmeLoadsUnmodified) {
    const plan::Plan plan = planOf(R"(# ci.nix
{ pkgs, nixactions }:
nixactions.mkWorkflow {
name = "ci";
jobs = {
# Runs immediately (Level 0)
lint = {
executor = nixactions.executors.local;
steps = [
{ bash = "npm run lint"; }
];
};
# Runs after lint succeeds (Level 1)
test = {
needs = [ "lint" ];
executor = nixactions.executors.local;
steps = [
{ bash = "npm test"; }
];
};
# Runs after test succeeds (Level 2)
build = {
needs = [ "test" ];
steps = [
{ bash = "npm run build"; }
];
};
};
})");
    ASSERT_EQ(plan.jobs.size(), 3u);
    const plan::Job* build = plan.findJob("build");
    ASSERT_NE(build, nullptr);
    EXPECT_EQ(build->executor.kind, "local") << "a job without an executor runs on this machine";
    EXPECT_EQ(build->needs, std::vector<std::string>{"test"});
}

TEST_F(Workflow, EveryOldSpellingMeansTheSame) {
    const plan::Plan plan = planOf(R"nix({ nixactions }: nixactions.mkWorkflow {
      name = "w";
      envFrom = [ (nixactions.envProviders.static { A = 1; }) ];
      logging = { format = "simple"; level = "info"; };
      jobs.old = {
        actions = [ { bash = "true"; "if" = "always()"; workdir = "sub"; retry = { max_attempts = 2; }; timeout = "5m"; } ];
        "if" = "failure()";
        continue-on-error = true;
        envProviders = [ (nixactions.envProviders.required [ "A" ]) ];
        passthru.matrix = { };
      };
      jobs.new = {
        steps = [ { run = "true"; condition = "always()"; timeout = 300; } ];
        condition = "failure()";
        continueOnError = true;
        envFrom = [ (nixactions.envProviders.file { path = ./deploy/.env; required = true; secrets = true; }) ];
      };
    })nix");
    ASSERT_EQ(plan.jobs.size(), 2u);
    for (const plan::Job& job : plan.jobs) {
        EXPECT_EQ(job.condition.when, plan::When::Failure) << job.name;
        EXPECT_TRUE(job.continueOnError) << job.name;
        EXPECT_EQ(job.steps.at(0).condition.when, plan::When::Always) << job.name;
        EXPECT_EQ(job.steps.at(0).timeout.value, Millis(300'000)) << job.name;
        ASSERT_EQ(job.envFrom.size(), 1u) << job.name;
    }
    EXPECT_EQ(plan.findJob("old")->envFrom[0].names, std::vector<std::string>{"A"});
    const plan::EnvProvider& file = plan.findJob("new")->envFrom[0];
    EXPECT_EQ(file.path, "deploy/.env") << "a path literal stays a path below the tree and is not copied";
    EXPECT_TRUE(file.required && file.secrets);
    EXPECT_EQ(plan.logFormat, "simple");
}

TEST_F(Workflow, BothSpellingsAtOnceAreRefused) {
    const Error error = errorOf(R"({ cirque }: cirque.mkWorkflow {
      name = "w"; jobs.a = { steps = [ { bash = "x"; } ]; actions = [ { bash = "y"; } ]; };
    })");
    EXPECT_EQ(error.code, ErrorCode::InvalidPlan);
    EXPECT_NE(error.message.find("actions"), std::string::npos) << error.message;
}

TEST_F(Workflow, UnknownKeysAreNamedWithTheirPlaceAndTheNearestKey) {
    const Error error = errorOf(R"({ cirque }: cirque.mkWorkflow {
  name = "w";
  jobs.a.steps = [ { bash = "x"; } ];
  jobs.b = {
    need = [ "a" ];
    steps = [ { bash = "x"; timout = 3; } ];
  };
})");
    EXPECT_EQ(error.code, ErrorCode::InvalidPlan);
    EXPECT_NE(error.message.find("ci.nix:5:5: "), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("'needs'"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("ci.nix:6:29: "), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("'timeout'"), std::string::npos)
        << "every problem is told at once:" << error.message;
    EXPECT_EQ(error.message.find(folder_), std::string::npos)
        << "places are relative to the tree: " << error.message;
}

TEST_F(Workflow, AJobWithoutStepsIsAnErrorButAnEmptyOneIsLeftOut) {
    const Error error = errorOf(R"({ cirque, lib }: cirque.mkWorkflow {
      name = "w";
      jobs.gone = lib.optionalAttrs false { steps = [ ]; };
      jobs.bad = { needs = [ ]; };
    })");
    EXPECT_EQ(error.code, ErrorCode::InvalidPlan);
    EXPECT_NE(error.message.find("jobs.bad"), std::string::npos) << error.message;
    EXPECT_EQ(error.message.find("gone"), std::string::npos) << error.message;
}

TEST_F(Workflow, EnvironmentValuesAreText) {
    const plan::Plan plan = planOf(R"({ cirque }: cirque.mkWorkflow {
      name = "w";
      params.who = { default = "world"; };
      env = { NUMBER = 7; YES = true; NO = false; LIST = [ 1 2 ]; };
      jobs.first = { results = [ "version" ]; steps = [ { bash = "x"; } ]; };
      jobs.second = {
        needs = [ "first" ];
        env = { TOKEN = cirque.secret "T"; VERSION = cirque.result "first" "version"; WHO = cirque.param "who"; };
        steps = [ { bash = "x"; env.STEP = cirque.secret "S"; } ];
      };
    })");
    const std::vector<std::string> texts{plan.env[1].value.text, plan.env[2].value.text,
                                         plan.env[3].value.text, plan.env[0].value.text};
    EXPECT_EQ(texts, (std::vector<std::string>{"false", "7", "true", "1 2"}));
    const plan::Env& env = plan.findJob("second")->env;
    ASSERT_EQ(env.size(), 3u);
    EXPECT_EQ(env[0].value, (plan::Value{plan::Value::Kind::Secret, "T", ""}));
    EXPECT_EQ(env[1].value, (plan::Value{plan::Value::Kind::Result, "version", "first"}));
    EXPECT_EQ(env[2].value, (plan::Value{plan::Value::Kind::Param, "who", ""}));
    EXPECT_EQ(plan.findJob("second")->steps[0].env.at(0).value.kind, plan::Value::Kind::Secret);
}

TEST_F(Workflow, AReferenceInAScriptIsRefusedWithItsPlaceAndTheWayOut) {
    const Error error = errorOf(R"({ cirque }: cirque.mkWorkflow {
  name = "w";
  jobs.a.steps = [
    { bash = "curl -H ${cirque.secret "TOKEN"}"; }
  ];
})");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.message.find("put it in env"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("ci.nix:4:"), std::string::npos) << error.message;
}

TEST_F(Workflow, MatrixJobsAreExpandedWithSortedKeys) {
    const plan::Plan plan = planOf(R"({ cirque }: cirque.mkWorkflow {
      name = "w";
      jobs = cirque.mkMatrixJobs {
        name = "test";
        matrix = { os = [ "linux" "mac" ]; node = [ 18 20 ]; };
        jobTemplate = { os, node }: { steps = [ { bash = "echo ${os} ${toString node}"; } ]; };
      } // {
        list = { results = [ "systems" ]; steps = [ { bash = "x"; } ]; };
        dynamic = {
          needs = [ "list" ];
          matrix = { system = cirque.result "list" "systems"; mode = [ "debug" "release" ]; };
          steps = [ { bash = "x"; } ];
        };
      };
    })");
    ASSERT_EQ(plan.jobs.size(), 6u);
    const plan::Job* member = plan.findJob("test-node-18-os-mac");
    ASSERT_NE(member, nullptr);
    EXPECT_EQ(member->matrix.values,
              (std::vector<std::pair<std::string, std::string>>{{"node", "18"}, {"os", "mac"}}));
    const plan::Job* dynamic = plan.findJob("dynamic");
    ASSERT_EQ(dynamic->matrix.axes.size(), 2u);
    EXPECT_EQ(dynamic->matrix.axes[0].values, (std::vector<std::string>{"debug", "release"}));
    ASSERT_TRUE(dynamic->matrix.axes[1].from);
    EXPECT_EQ(dynamic->matrix.axes[1].from->text, "systems");
}

TEST_F(Workflow, ProblemsInAMatrixJobHaveAPlaceInTheTemplate) {
    const Error error = errorOf(R"({ cirque }: cirque.mkWorkflow {
  name = "w";
  jobs = cirque.mkMatrixJobs {
    name = "m"; matrix.v = [ 1 ];
    jobTemplate = _: { steps = [ { bash = "x"; } ];
      need = [ ]; };
  };
})");
    EXPECT_NE(error.message.find("ci.nix:6:7: "), std::string::npos) << error.message;
}

TEST_F(Workflow, ExtensionsRunLeftToRight) {
    const plan::Plan plan = planOf(R"({ cirque, lib }: cirque.mkWorkflow {
      name = "w";
      jobs.a.steps = [ { bash = "x"; } ];
      extensions = [
        (w: w // { env = w.env // { V = "first"; }; })
        (w: w // { env = w.env // { V = w.env.V + " second"; }; jobs = lib.mapAttrs (_: j: j // { continueOnError = true; }) w.jobs; })
      ];
    })");
    ASSERT_EQ(plan.env.size(), 1u);
    EXPECT_EQ(plan.env[0].value.text, "first second");
    EXPECT_TRUE(plan.jobs.at(0).continueOnError);
}

TEST_F(Workflow, ExecutorsKeepTheirOptionsAndSetCopyRepo) {
    const plan::Plan plan = planOf(R"({ cirque }:
    let own = cirque.mkExecutor { name = "mine"; copyRepo = false; connect = "exec \"$@\""; }; in
    cirque.mkWorkflow {
      name = "w";
      jobs.a = { executor = cirque.executors.local { copyRepo = false; name = "n"; }; steps = [ { bash = "x"; } ]; };
      jobs.b = { executor = cirque.executors.oci { image = "node:20"; }; steps = [ { bash = "x"; } ]; };
      jobs.c = { executor = own; steps = [ { bash = "x"; } ]; };
      jobs.d = { executor = cirque.executors.microvm; steps = [ { bash = "x"; } ]; };
    })");
    EXPECT_FALSE(plan.findJob("a")->copyRepo);
    EXPECT_EQ(plan.findJob("b")->executor.kind, "oci");
    EXPECT_EQ(plan.findJob("b")->executor.options.at("image"), Json("node:20"));
    EXPECT_EQ(plan.findJob("c")->executor.kind, "custom");
    EXPECT_FALSE(plan.findJob("c")->copyRepo);
    EXPECT_EQ(plan.findJob("d")->executor.kind, "microvm");
}

// A step that is a package and a service had none of them.
TEST_F(Workflow, ExtraPackagesAreInEveryStepAndService) {
    const plan::Plan plan = planOf(R"({ cirque }: let
      d = name: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; };
    in cirque.mkWorkflow {
      name = "w";
      jobs.a = {
        executor = cirque.executors.sandbox { extraPackages = [ (d "extra") ]; };
        steps = [ (d "itself") { bash = "x"; deps = [ (d "own") ]; } ];
        services.one = { exec = "x"; deps = [ (d "own") ]; };
        services.two.package = d "server";
      };
    })");
    const plan::Job& job = plan.jobs.at(0);
    const auto last = [](const std::vector<std::string>& path) {
        return path.empty() ? std::string() : path.back();
    };
    for (const plan::Step& step : job.steps) {
        EXPECT_TRUE(last(step.path).ends_with("-extra/bin")) << step.name;
        EXPECT_FALSE(step.closure.derivations.empty()) << step.name;
    }
    ASSERT_EQ(job.services.size(), 2u);
    for (const plan::Service& service : job.services) {
        EXPECT_TRUE(last(service.program.path).ends_with("-extra/bin")) << service.name();
    }
}

TEST_F(Workflow, TheReadyMadeStepsAreValid) {
    const plan::Plan plan = planOf(R"({ cirque }: cirque.mkWorkflow {
      name = "w";
      jobs.a.steps = with cirque.actions; [ checkout setupNode (setupNode { version = "20"; }) setupPython
        (setupPython { version = "3.11"; }) setupRust (nixShell [ "curl" "jq" ]) npmInstall npmTest npmBuild npmLint ];
    })");
    ASSERT_EQ(plan.jobs.size(), 1u);
    EXPECT_EQ(plan.jobs[0].steps.size(), 11u);
}

TEST_F(Workflow, TheLibHasWhatWorkflowsOfNixpkgsUse) {
    const plan::Plan plan = planOf(R"({ cirque, lib }: cirque.mkWorkflow {
      name = toString (builtins.filter (name: !(lib.hasAttrByPath (lib.splitString "." name) lib)) (lib.splitString " "
        ("assertMsg attrNames attrValues attrsets.mergeAttrsList concatMap concatMapStringsSep concatStringsSep count "
        + "elemAt escapeShellArg filter filterAttrs flatten foldl' genAttrs genList hasInfix hasPrefix hasSuffix head "
        + "listToAttrs mapAttrs mapAttrs' mapAttrsToList max optional optionalAttrs optionalString pipe range "
        + "removePrefix removeSuffix sort tail toInt unique optionals nameValuePair recursiveUpdate")))
        + " ${lib.escapeShellArg "a b"} ${lib.escapeShellArg "safe/word"} ${toString (lib.toInt "-007")}";
      jobs.a.steps = [ { bash = "x"; } ];
    })");
    EXPECT_EQ(plan.name, " 'a b' safe/word -7") << "names that are missing come first";
}

TEST_F(Workflow, InfoSaysWhatGitSaysAndNullWithoutGit) {
    EXPECT_EQ(
        planOf(
            R"({ cirque, info }: cirque.mkWorkflow { name = "w"; env.R = info.branch == null && info.rev == null;
      jobs.a.steps = [ { bash = "x"; } ]; })")
            .env.at(0)
            .value.text,
        "true");
    write(".git/HEAD", "ref: refs/heads/topic/x\n");
    write(".git/packed-refs", "# pack-refs\n0123456789abcdef0123456789abcdef01234567 refs/heads/topic/x\n");
    EXPECT_EQ(
        planOf(R"({ cirque, info }: cirque.mkWorkflow { name = "w"; env.R = "${info.branch} ${info.shortRev}";
      jobs.a.steps = [ { bash = "x"; } ]; })")
            .env.at(0)
            .value.text,
        "topic/x 0123456");
}

TEST_F(Workflow, OfEightHundredLayeredJobsEachNeedsItsWholeLayer) {
    const plan::Plan plan = planOf(R"({ cirque, lib }: cirque.mkWorkflow {
      name = "layers";
      jobs = lib.listToAttrs (lib.concatMap (l: map (w: {
        name = "j${toString l}-${toString w}";
        value = {
          needs = lib.optionals (l > 0) (map (v: "j${toString (l - 1)}-${toString v}") (lib.range 0 3));
          steps = [ { bash = ":"; } ];
        };
      }) (lib.range 0 3)) (lib.range 0 199));
    })");
    ASSERT_EQ(plan.jobs.size(), 800u);
    EXPECT_EQ(plan.findJob("j199-3")->needs.size(), 4u);
}

} // namespace
} // namespace cirque::frontend
