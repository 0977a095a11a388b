// SPDX-License-Identifier: Apache-2.0
// Packages in workflows: tools of the place, generated files, real derivations, and making them exist.
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "nix/store/realise.hh"
#include "tests/functional/nix/nix-project.hh"

#include <filesystem>

namespace cirque::frontend {
namespace {

class Packages : public NixProject {
  protected:
    [[nodiscard]] const plan::Step& step(std::string_view text) {
        plan_ =
            planOf("{ cirque, pkgs, lib }:\nlet tool = derivation { name = \"tool-1.0\"; pname = \"tool\"; "
                   "system = builtins.currentSystem; builder = \"/bin/sh\"; args = [ \"-c\" \"echo built "
                   ">&2; echo x > $out; exit 0\" ]; };\n"
                   "  broken = derivation { name = \"broken\"; system = builtins.currentSystem; builder = "
                   "\"/bin/sh\"; "
                   "args = [ \"-c\" \"echo it hurts >&2; exit 3\" ]; };\n in "
                   "cirque.mkWorkflow { name = \"w\"; jobs.a.steps = [ (" +
                   std::string(text) + ") ]; }");
        static const plan::Step none;
        return plan_.jobs.empty() || plan_.jobs[0].steps.empty() ? none : plan_.jobs[0].steps[0];
    }

    Result<void> realise(const plan::Closure& closure, std::string& log) const {
        nix::Wanted wanted;
        for (const plan::Derivation& derivation : closure.derivations) {
            wanted.derivations.push_back({.drv = derivation.drv, .outputs = derivation.outputs});
        }
        wanted.paths = closure.paths;
        nix::Store store({.environment = environment_, .rootsFolder = folder_ + "/roots"});
        std::optional<Result<void>> result;
        io::Runtime runtime;
        const nix::Watch watch{.log = [&](std::string_view bytes) { log += bytes; }};
        runtime.run([&]() -> io::Task<> { result = co_await store.realise(wanted, watch); });
        return std::move(*result);
    }

    static std::string script(const plan::Step& step) { return std::get<plan::BashRun>(step.action).script; }

    plan::Plan plan_;
};

TEST_F(Packages, ToolsOfThePlaceAreTokensTheirProgramsInThePlan) {
    const plan::Step& found =
        step(R"({ bash = "${pkgs.ripgrep}/bin/rg x"; deps = [ pkgs.nodejs pkgs.python3Packages.pytest ]; })");
    ASSERT_EQ(plan_.hostTools.size(), 3u);
    ASSERT_EQ(found.path.size(), 2u);
    EXPECT_EQ(found.closure.hostTools.size(), 3u) << "the one in the script counts too";
    EXPECT_TRUE(found.closure.derivations.empty() && found.closure.paths.empty());
    for (const plan::HostTool& tool : plan_.hostTools) {
        if (tool.name == "ripgrep") {
            EXPECT_EQ(tool.programs, std::vector<std::string>{"rg"});
            EXPECT_EQ(script(found), tool.token + "/bin/rg x");
        }
    }
    EXPECT_EQ(storePaths(), 0u) << "placeholders need no store";
}

TEST_F(Packages, AToolUsedOnlyInTheJobsEnvironmentIsInEveryClosure) {
    const plan::Plan plan =
        planOf(R"({ cirque, pkgs }: cirque.mkWorkflow { name = "w"; env.A = "${pkgs.jq}/bin/jq";
      jobs.a = { env.B = "${pkgs.curl}"; steps = [ { bash = "x"; } { bash = "y"; } ]; }; })");
    ASSERT_EQ(plan.jobs.size(), 1u);
    EXPECT_EQ(plan.jobs[0].steps[1].closure.hostTools.size(), 2u);
}

TEST_F(Packages, AnUnknownPackageOfTheHostSetSaysWhatToDo) {
    const Error error = errorOf(
        R"({ cirque, pkgs }: cirque.mkWorkflow { name = "w"; jobs.a.steps = [ { bash = "x"; deps = [ pkgs.frobnicator ]; } ]; })");
    EXPECT_EQ(error.code, ErrorCode::Evaluation);
    EXPECT_NE(error.message.find("frobnicator"), std::string::npos) << error.message;
    EXPECT_NE(error.hint.find("--pkgs"), std::string::npos) << error.hint;
}

TEST_F(Packages, BuildersNeedARealPackageSetAndSaySo) {
    for (const std::string use :
         {"pkgs.runCommand \"x\" { } \"\"", "pkgs.stdenv.mkDerivation { }", "pkgs.mkShell { }"}) {
        const Error error =
            errorOf("{ cirque, pkgs }: cirque.mkWorkflow { name = \"w\"; jobs.a.steps = [ { bash = \"${" +
                    use + "}\"; } ]; }");
        EXPECT_NE(error.message.find("--pkgs"), std::string::npos) << error.message;
    }
}

TEST_F(Packages, AScriptOfThePlanTravelsInsideItWithWhatItRefersTo) {
    const plan::Step& found = step(R"(pkgs.writeShellApplication {
      name = "greet"; runtimeInputs = [ pkgs.jq ];
      text = "cat ${pkgs.writeText "words.txt" "a\tb\n\"ü\" \\ $x"}"; })");
    const auto* run = std::get_if<plan::ArgvRun>(&found.action);
    ASSERT_NE(run, nullptr);
    EXPECT_TRUE(run->argv.at(0).ends_with("-cirque-file-greet/bin/greet")) << run->argv[0];
    ASSERT_EQ(plan_.files.size(), 2u) << "the file named in the script's text belongs to the plan as well";
    EXPECT_EQ(found.closure.files.size(), 2u);
    EXPECT_EQ(found.closure.hostTools.size(), 1u);
    const plan::GeneratedFile& words = plan_.files[0].name == "words.txt" ? plan_.files[0] : plan_.files[1];
    const plan::GeneratedFile& greet = plan_.files[0].name == "words.txt" ? plan_.files[1] : plan_.files[0];
    EXPECT_EQ(words.text, "a\tb\n\"ü\" \\ $x");
    EXPECT_FALSE(words.executable);
    EXPECT_EQ(greet.program, "greet");
    EXPECT_TRUE(greet.executable);
    EXPECT_NE(greet.text.find("cat " + words.token), std::string::npos) << greet.text;
    EXPECT_EQ(storePaths(), 0u) << "generated files need no store";
}

TEST_F(Packages, ARealDerivationIsWrittenListedAndRealised) {
    const plan::Step& found = step(R"({ bash = "cat ${tool}"; deps = [ tool pkgs.jq ]; })");
    ASSERT_EQ(found.closure.derivations.size(), 1u);
    const plan::Derivation derivation = found.closure.derivations[0];
    EXPECT_TRUE(std::filesystem::exists(derivation.drv))
        << "the evaluation that counts must write .drv files";
    EXPECT_EQ(derivation.outputs, std::vector<std::string>{"out"});
    EXPECT_TRUE(found.path.at(0).ends_with("-tool-1.0/bin")) << found.path[0];
    const std::string output = found.path[0].substr(0, found.path[0].size() - 4);
    EXPECT_FALSE(std::filesystem::exists(output));
    std::string log;
    const Result<void> realised = realise(found.closure, log);
    ASSERT_TRUE(realised) << realised.error().text();
    EXPECT_TRUE(std::filesystem::exists(output));
    EXPECT_NE(log.find("built"), std::string::npos) << log;
    const std::filesystem::directory_iterator roots(folder_ + "/roots");
    EXPECT_TRUE(roots != std::filesystem::directory_iterator() && roots->is_symlink())
        << "a garbage collector could take it away";
}

TEST_F(Packages, AFailingBuilderIsABuildFailureWithItsOutput) {
    const plan::Step& found = step(R"({ bash = "cat ${broken}"; })");
    std::string log;
    const Result<void> realised = realise(found.closure, log);
    ASSERT_FALSE(realised);
    EXPECT_EQ(realised.error().code, ErrorCode::Build) << realised.error().text();
    EXPECT_NE(log.find("it hurts"), std::string::npos) << log;
}

TEST_F(Packages, AVanishedDerivationIsNotABuildFailure) {
    plan::Closure closure;
    closure.derivations.push_back({folder_ + "/store/00000000000000000000000000000000-gone.drv", {"out"}});
    std::string log;
    const Result<void> realised = realise(closure, log);
    ASSERT_FALSE(realised);
    EXPECT_EQ(realised.error().code, ErrorCode::Process) << realised.error().text();
}

TEST_F(Packages, AFileOfTheTreeInAScriptIsCopiedToTheStore) {
    write("data.txt", "content");
    const plan::Step& found = step(R"({ bash = "cat ${./data.txt}"; })");
    ASSERT_EQ(found.closure.paths.size(), 1u);
    EXPECT_EQ(io::readFile(found.closure.paths[0]).value_or(""), "content");
}

TEST_F(Packages, ABuildStepNamesItsDerivationButDoesNotNeedItBuilt) {
    const plan::Step& found = step(R"({ name = "b"; build = tool; })");
    const auto* build = std::get_if<plan::BuildRun>(&found.action);
    ASSERT_NE(build, nullptr);
    EXPECT_TRUE(std::filesystem::exists(build->derivation.drv));
    EXPECT_TRUE(found.closure.derivations.empty());
}

TEST_F(Packages, AGeneratedFileCanBeTheFileOfAProvider) {
    const plan::Plan plan = planOf(R"({ cirque, pkgs }: cirque.mkWorkflow { name = "w";
      jobs.a = { envFrom = [ (cirque.envProviders.file { path = pkgs.writeText "e" "A=1"; }) ]; steps = [ { bash = "x"; } ]; }; })");
    ASSERT_EQ(plan.files.size(), 1u);
    EXPECT_EQ(plan.jobs.at(0).envFrom.at(0).path, plan.files[0].token);
}

TEST_F(Packages, MachinesAndServicesNameDerivations) {
    const plan::Plan plan = planOf(R"({ cirque }:
    let tool = derivation { name = "tool"; system = builtins.currentSystem; builder = "/bin/sh"; }; in
    cirque.mkWorkflow { name = "w"; jobs.a = { machine = { nixos = tool; memory = "4G"; }; services.db = { package = tool; env.A = 1; };
      steps = [ { bash = "x"; } ]; }; })");
    const std::string drv(plan.jobs.at(0).machine->at("nixos").at("drv").get_string());
    EXPECT_TRUE(std::filesystem::exists(drv)) << drv;
    ASSERT_EQ(plan.jobs[0].services.size(), 1U);
    const plan::Service& service = plan.jobs[0].services[0];
    ASSERT_TRUE(service.package);
    EXPECT_EQ(service.package->drv, drv);
    const auto* run = std::get_if<plan::ArgvRun>(&service.program.action);
    ASSERT_NE(run, nullptr);
    EXPECT_TRUE(run->argv.at(0).ends_with("-tool/bin/tool")) << run->argv[0];
    EXPECT_EQ(service.program.closure.derivations.size(), 1U) << "it must be there before the service starts";
}

TEST_F(Packages, ADerivationAsStepRunsItsMainProgram) {
    const plan::Step& found = step("tool");
    const auto* run = std::get_if<plan::ArgvRun>(&found.action);
    ASSERT_NE(run, nullptr);
    EXPECT_TRUE(run->argv.at(0).ends_with("-tool-1.0/bin/tool")) << run->argv[0];
    EXPECT_EQ(found.closure.derivations.size(), 1u);
}

} // namespace
} // namespace cirque::frontend
