// SPDX-License-Identifier: Apache-2.0
// How a workflow file is called, what goes wrong in Nix, and where pkgs comes from.
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "nix/store/realise.hh"
#include "tests/functional/nix/nix-project.hh"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

namespace cirque::frontend {
namespace {

constexpr std::string_view job = "jobs.a.steps = [ { bash = \"x\"; } ]; ";

class Call : public NixProject {};

TEST_F(Call, PlainFunctionsAndEllipsesGetEverything) {
    EXPECT_EQ(planOf("args: args.cirque.mkWorkflow { name = args.system; " + std::string(job) + "}")
                      .name.find('-') != std::string::npos,
              true);
    EXPECT_EQ(
        planOf("{ cirque, ... }@args: args.nixactions.mkWorkflow { name = \"n\"; " + std::string(job) + "}")
            .name,
        "n");
}

TEST_F(Call, AFileMayBeAWorkflowWithoutAnyFunction) {
    const Error error = errorOf("{ name = \"x\"; jobs = { }; }");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.hint.find("cirque.mkWorkflow"), std::string::npos) << error.hint;
}

TEST_F(Call, AnUnknownArgumentIsNamed) {
    const Error error = errorOf("{ cirque, frobnicate, other ? 1 }: cirque.mkWorkflow { }");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.message.find("'frobnicate'"), std::string::npos) << error.message;
    EXPECT_EQ(error.message.find("'other'"), std::string::npos) << error.message;
}

TEST_F(Call, ADefaultedArgumentIsNeverOverridden) {
    const plan::Plan plan =
        planOf("{ cirque, system ? \"mine\", pkgs ? { a = \"own\"; }, ... }: cirque.mkWorkflow { name = "
               "\"${system} ${pkgs.a}\"; " +
               std::string(job) + "}");
    EXPECT_EQ(plan.name, "mine own");
}

TEST_F(Call, APackageSetChosenByHandReplacesADefault) {
    write("ci.nix", "{ cirque, pkgs ? { a = \"own\"; } }: cirque.mkWorkflow { name = pkgs.a; " +
                        std::string(job) + "}");
    write("set.nix", "{ system, config ? { } }: { a = \"given\"; }");
    WorkflowRequest asked = request();
    asked.pkgs = PackageSet::parse("set.nix", folder_ + "/tree");
    const Result<plan::Plan> plan = load(asked);
    ASSERT_TRUE(plan) << plan.error().text();
    EXPECT_EQ(plan->name, "given");
}

TEST_F(Call, ParametersReachTheFile) {
    write("ci.nix", "{ cirque, params }: cirque.mkWorkflow { name = params.target or \"none\"; " +
                        std::string(job) + "}");
    WorkflowRequest asked = request();
    asked.params = {{"target", "pro\"duction ${x}"}};
    const Result<plan::Plan> plan = load(asked);
    ASSERT_TRUE(plan) << plan.error().text();
    EXPECT_EQ(plan->name, "pro\"duction ${x}");
}

TEST_F(Call, OneOfSeveralWorkflowsIsChosenByName) {
    write("ci.nix", "{ cirque }: { lint = cirque.mkWorkflow { name = \"l\"; " + std::string(job) +
                        "}; test = cirque.mkWorkflow { name = \"t\"; " + std::string(job) +
                        "}; helper = 1; }");
    const Result<plan::Plan> unnamed = load(request());
    ASSERT_FALSE(unnamed);
    EXPECT_NE(unnamed.error().message.find("'lint', 'test'"), std::string::npos) << unnamed.error().message;
    WorkflowRequest asked = request();
    asked.name = "test";
    const Result<plan::Plan> named = load(asked);
    ASSERT_TRUE(named) << named.error().text();
    EXPECT_EQ(named->name, "t");
    asked.name = "tset";
    EXPECT_EQ(load(asked).error().code, ErrorCode::Evaluation);
}

TEST_F(Call, AThrowIsShownWithItsPlace) {
    const Error error = errorOf("{ cirque }:\n\n  throw \"no such target\"\n");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.message.find("no such target"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("ci.nix:"), std::string::npos) << error.message;
}

TEST_F(Call, NixsOwnMessageAndPlaceAreShown) {
    const Error error = errorOf("{ cirque }: cirque.mkWorkflow {\n  name = undefinedThing;\n}");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.message.find("undefined variable 'undefinedThing'"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("ci.nix:2:10"), std::string::npos) << error.message;
}

TEST_F(Call, AnErrorInsideTheLibraryIsShownWhereTheWorkflowCausedIt) {
    const Error error = errorOf("{ cirque }:\n\ncirque.mkWorkflow 3\n");
    EXPECT_NE(error.message.find("ci.nix:3:"), std::string::npos) << error.message;
    EXPECT_EQ(error.message.find("nix-lib"), std::string::npos) << error.message;
}

TEST_F(Call, BytesThatAreNotTextAreRefused) {
    const Error error =
        errorOf("{ cirque }: cirque.mkWorkflow { name = \"\xff\xfe\"; " + std::string(job) + "}");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.message.find("UTF-8"), std::string::npos) << error.message;
}

TEST_F(Call, InfiniteRecursionIsAnEvaluationError) {
    const Error error = errorOf("{ cirque }: let x = x; in cirque.mkWorkflow { name = x; }");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.message.find("infinite recursion"), std::string::npos) << error.message;
    EXPECT_EQ(errorOf("{ cirque }: let f = n: 1 + f n; in cirque.mkWorkflow { name = f 1; }").code,
              ErrorCode::Evaluation);
}

TEST_F(Call, TheCallersSecretsCannotBeRead) {
    EXPECT_EQ(
        planOf("{ cirque }: cirque.mkWorkflow { name = \"<${builtins.getEnv \"SECRET_OF_CALLER\"}>\"; " +
               std::string(job) + "}")
            .name,
        "<>");
}

TEST_F(Call, TracesOfTheWorkflowAreHandedOn) {
    write("ci.nix", "{ cirque }: cirque.mkWorkflow { name = builtins.trace \"look here\" \"n\"; " +
                        std::string(job) + "}");
    std::string notes;
    WorkflowRequest asked = request();
    asked.notes = [&](std::string_view text) { notes += text; };
    ASSERT_TRUE(load(asked));
    EXPECT_NE(notes.find("look here"), std::string::npos);
}

TEST_F(Call, AMissingFileIsNotFound) {
    WorkflowRequest asked = request();
    asked.file = path("nowhere.nix");
    EXPECT_EQ(load(asked).error().code, ErrorCode::NotFound);
}

TEST_F(Call, NamesWithQuotesSpacesAndDollarsAreJustCharacters) {
    write("a $(x) 'b'/c i.nix",
          "{ cirque }: cirque.mkWorkflow { name = \"$(touch x) \\\"q\\\"\"; " + std::string(job) + "}");
    WorkflowRequest asked = request();
    asked.file = path("a $(x) 'b'/c i.nix");
    const Result<plan::Plan> plan = load(asked);
    ASSERT_TRUE(plan) << plan.error().text();
    EXPECT_EQ(plan->name, "$(touch x) \"q\"");
}

class BrokenNix : public NixProject {
  protected:
    void SetUp() override {
        NixProject::SetUp();
        path_ = getenv("PATH");
    }

    void TearDown() override {
        setenv("PATH", path_.c_str(), 1);
        NixProject::TearDown();
    }

    // The program becomes this script, for this process.
    void replace(const std::string& program, std::string_view text) const {
        write("bin/" + program, text);
        chmod(path("bin/" + program).c_str(), 0755);
        setenv("PATH", (path("bin") + ":" + path_).c_str(), 1);
    }

    static io::Task<> raise(io::StopSource stop) {
        co_await io::yieldNow();
        stop.request(io::StopLevel::Immediate, io::StopReason::Cancelled);
    }

    std::string path_;
};

TEST_F(BrokenNix, AnAbsentNixSaysHowToInstallIt) {
    setenv("PATH", path("bin").c_str(), 1);
    const Error error = errorOf("{ cirque }: 1");
    EXPECT_EQ(error.code, ErrorCode::MissingTool);
    EXPECT_NE(error.hint.find("nixos.org/download"), std::string::npos) << error.hint;
}

TEST_F(BrokenNix, AKilledNixIsAnInfrastructureFailure) {
    replace("nix-instantiate", "#!/bin/sh\nkill -9 $$\n");
    EXPECT_EQ(errorOf("{ cirque }: 1").code, ErrorCode::Process);
}

TEST_F(BrokenNix, AFullDiskIsToldAsSuch) {
    replace("nix-instantiate",
            "#!/bin/sh\necho 'error: writing to file: No space left on device' >&2\nexit 1\n");
    EXPECT_EQ(errorOf("{ cirque }: 1").code, ErrorCode::DiskFull);
}

TEST_F(BrokenNix, AStopEndsNix) {
    replace("nix-instantiate", "#!/bin/sh\nexec sleep 600\n");
    write("ci.nix", "{ cirque }: 1");
    std::optional<Result<plan::Plan>> loaded;
    io::StopSource stop;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::TaskGroup group;
        co_await group.start();
        group.spawn(raise(stop));
        loaded = co_await loadWorkflow(request(), stop.token());
        co_await group.join();
    });
    ASSERT_FALSE(*loaded);
    EXPECT_EQ(loaded->error().code, ErrorCode::Process) << loaded->error().text();
}

TEST_F(BrokenNix, AStopEndsARealisation) {
    // TERM alone must do: the child would live for minutes
    replace("nix-store", "#!/bin/sh\necho begun >&2\nexec sleep 600\n");
    nix::Store store({.environment = environment_, .rootsFolder = {}});
    std::optional<Result<void>> realised;
    io::StopSource stop;
    io::Runtime runtime;
    const nix::Watch watch{
        .log = [&](std::string_view) { stop.request(io::StopLevel::Graceful, io::StopReason::Cancelled); }};
    const nix::Wanted wanted{.derivations = {{.drv = "/nix/store/x.drv", .outputs = {"out"}}}, .paths = {}};
    runtime.run([&]() -> io::Task<> { realised = co_await store.realise(wanted, watch, stop.token()); });
    ASSERT_FALSE(*realised);
    EXPECT_EQ(realised->error().code, ErrorCode::Process) << realised->error().text();
}

// Wrong: what is built waits for a daemon of Nix that keeps its output open, as ssh's shared connections do.
TEST_F(BrokenNix, WhatNixLeavesBehindKeepsNoBuildWaiting) {
    write("hold", "");
    replace("nix-store", "#!/bin/sh\nhold=\"$HOME/tree/hold\"\n"
                         "(for i in $(seq 250); do [ -e \"$hold\" ] || exit 0; sleep 0.1; done\n"
                         "echo > \"$HOME/tree/over\") &\n"
                         "echo a last word >&2\necho \"$HOME/store/x\"\n");
    nix::Store store({.environment = environment_, .rootsFolder = {}});
    std::optional<Result<nix::BuiltPaths>> built;
    std::string log;
    const nix::Watch watch{.log = [&](std::string_view bytes) { log += bytes; }};
    const nix::Derivation wanted{.drv = folder_ + "/store/x.drv", .outputs = {"out"}};
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> { built = co_await store.build(wanted, watch); });
    EXPECT_FALSE(std::filesystem::exists(path("over"))) << "it waited for the end of what was left behind";
    std::filesystem::remove(path("hold"));
    ASSERT_TRUE(*built) << built->error().text();
    EXPECT_EQ((*built)->outputs.at(0).second, folder_ + "/store/x") << "nothing that Nix said is lost";
    EXPECT_TRUE(log.contains("a last word\n")) << log;
}

TEST_F(BrokenNix, WhatIsPresentIsNotAskedForAgain) {
    replace("nix-store", "#!/bin/sh\necho asked >> \"$HOME/calls\"\n");
    nix::Store store({.environment = environment_, .rootsFolder = {}});
    io::Runtime runtime;
    const nix::Wanted wanted{.derivations = {{.drv = "/nix/store/x.drv", .outputs = {"out"}}}, .paths = {}};
    runtime.run([&]() -> io::Task<> {
        EXPECT_TRUE(co_await store.realise(wanted, nix::Watch{}));
        EXPECT_TRUE(co_await store.realise(wanted, nix::Watch{}));
    });
    EXPECT_EQ(io::readFile(folder_ + "/calls").value_or(""), "asked\n");
}

class Flake : public NixProject {
  protected:
    void lockNixpkgs(std::string_view locked) const {
        write("flake.nix", "{ outputs = _: { }; }");
        write("flake.lock",
              R"({"version":7,"root":"root","nodes":{"root":{"inputs":{"nixpkgs":"np"}},"np":{"locked":)" +
                  std::string(locked) + "}}}");
    }
};

TEST_F(Flake, TheLockedNixpkgsIsThePackageSet) {
    write("np/flake.nix",
          "{ outputs = { self }: { legacyPackages = builtins.mapAttrs (s: _: { which = \"locked for ${s}\"; "
          "lib.mark = \"its lib\"; }) { x86_64-linux = 1; aarch64-linux = 1; }; }; }");
    lockNixpkgs(R"({"type":"path","path":"./np"})");
    const plan::Plan plan = planOf(
        "{ cirque, pkgs, lib, inputs, system }: cirque.mkWorkflow { name = \"${pkgs.which} ${lib.mark} "
        "${toString (inputs ? nixpkgs)}\"; " +
        std::string(job) + "}");
    EXPECT_TRUE(plan.name.starts_with("locked for ")) << plan.name;
    EXPECT_TRUE(plan.name.ends_with(" its lib 1")) << plan.name;
}

TEST_F(Flake, AnUnreachableNixpkgsIsAnErrorAndNotTheHostSet) {
    lockNixpkgs(
        R"({"type":"tarball","url":"http://127.0.0.1:9/np.tar.gz","narHash":"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})");
    const Error error = errorOf("{ cirque, pkgs }: cirque.mkWorkflow { name = \"n\"; jobs.a.steps = [ { bash "
                                "= \"x\"; deps = [ pkgs.jq ]; } ]; }");
    EXPECT_EQ(error.code, ErrorCode::Unreachable) << error.message;
}

TEST_F(Flake, AFlakeWithoutNixpkgsLeavesTheHostSet) {
    write("flake.nix", "{ outputs = _: { }; }");
    write("flake.lock", R"({"version":7,"root":"root","nodes":{"root":{}}})");
    const plan::Plan plan = planOf("{ cirque, pkgs }: cirque.mkWorkflow { name = \"n\"; jobs.a.steps = [ { "
                                   "bash = \"x\"; deps = [ pkgs.jq ]; } ]; }");
    EXPECT_EQ(plan.hostTools.size(), 1u);
}

TEST_F(Flake, InputsFollowOneAnotherAndMayBePlainFolders) {
    write("flake.nix", "{ outputs = _: { }; }");
    write("flake.lock", R"({"version":7,"root":"root","nodes":{
      "root":{"inputs":{"nixpkgs":"np","dep":"dep","data":"data","again":["dep","base"]}},
      "np":{"locked":{"type":"path","path":"./np"}},
      "dep":{"inputs":{"base":["nixpkgs"]},"locked":{"type":"path","path":"./dep"}},
      "data":{"flake":false,"locked":{"type":"path","path":"./data"}}}})");
    write("np/flake.nix", "{ outputs = { self }: { mark = \"np\"; legacyPackages = { }; }; }");
    write("dep/flake.nix", "{ outputs = { self, base }: { mark = \"dep of ${base.mark}\"; }; }");
    write("data/text", "plain");
    const plan::Plan plan =
        planOf("{ cirque, inputs }: cirque.mkWorkflow { name = \"${inputs.dep.mark}, ${inputs.again.mark}, "
               "${builtins.readFile (inputs.data + \"/text\")}\"; " +
               std::string(job) + "}");
    EXPECT_EQ(plan.name, "dep of np, np, plain");
}

TEST_F(Flake, AnUnusedNixpkgsIsNotFetched) {
    lockNixpkgs(R"({"type":"tarball","url":"http://127.0.0.1:9/np.tar.gz"})");
    EXPECT_EQ(
        planOf("{ cirque, pkgs, inputs }: cirque.mkWorkflow { name = \"n\"; " + std::string(job) + "}").name,
        "n");
}

TEST_F(Flake, TheHostSetCanBeChosenByHand) {
    lockNixpkgs(R"({"type":"tarball","url":"http://127.0.0.1:9/np.tar.gz"})");
    write("ci.nix", "{ cirque, pkgs }: cirque.mkWorkflow { name = \"n\"; jobs.a.steps = [ { bash = \"x\"; "
                    "deps = [ pkgs.jq ]; } ]; }");
    WorkflowRequest asked = request();
    asked.pkgs = PackageSet::parse("host", "");
    const Result<plan::Plan> plan = load(asked);
    ASSERT_TRUE(plan) << plan.error().text();
    ASSERT_EQ(plan->hostTools.size(), 1u);
}

} // namespace
} // namespace cirque::frontend
