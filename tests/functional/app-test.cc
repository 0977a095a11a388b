// SPDX-License-Identifier: Apache-2.0
// This repository as a flake that others use: its library and templates without nixpkgs, and workflows as
// packages that `nix build` and `nix run` take, with the built program as their builder. Everything is
// offline.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/project.hh"

#include <cstdlib>

namespace cirque::test {
namespace {

constexpr const char* workflow = R"nix({ cirque, system, ... }:
let
  # built by Nix itself, so that no shell is needed: a folder with one link
  tool = derivation { name = "tool"; inherit system; builder = "builtin:buildenv"; derivations = "";
    manifest = builtins.toFile "text" "made by nix\n"; };
in
cirque.mkWorkflow {
  name = "my ci";
  jobs.first = {
    results = [ "word" ];
    steps = [
      { name = "uses"; bash = "cat ${tool}/manifest.nix note; pwd"; }
      { name = "file"; bash = "bash ${cirque.pkgs.writeText "s.sh" "echo from a generated file\n"}"; }
      { name = "built"; build = tool; }
      { name = "tell"; bash = ''echo word=yes >> "$CIRQUE_OUTPUT"''; }
    ];
  };
  jobs.second = { needs = [ "first" ]; steps = [ { name = "needs"; bash = "echo got $NEEDS_FIRST_WORD"; } ]; };
  jobs.third.steps = [ { name = "fails"; bash = "exit 7"; condition = ''[ "$BREAK" = yes ]''; } ];
})nix";

class App : public ::testing::Test {
  protected:
    void SetUp() override {
        usePrivateNix(project);
        project.set("PATH", project.root() + "/bin:" + std::getenv("PATH"));
        // flakes by options of each call; no word of the user's configuration
        project.write(
            "../bin/nix-flake",
            "#!/bin/sh\nexec nix --extra-experimental-features nix-command --extra-experimental-features "
            "flakes \"$@\"\n",
            0755);
        const Ran made = project.shell(
            "set -e; for d in cirque program; do mkdir -p ../$d; git init -q ../$d; done\n"
            "cp -R " CIRQUE_SOURCE "/flake.nix " CIRQUE_SOURCE "/nix " CIRQUE_SOURCE
            "/CMakeLists.txt ../cirque/\n"
            "mkdir -p ../program/bin ../program/libexec/cirque; cp " CIRQUE_PROGRAM " ../program/bin/cirque\n"
            "cp " CIRQUE_PROGRAM "-leader ../program/libexec/cirque/\n"
            "for d in cirque program; do git -C ../$d add -A; git -C ../$d -c user.name=t -c user.email=t@t "
            "commit -qm x; "
            "done\n");
        ASSERT_EQ(made.status, 0) << made.all();
    }

    // A flake that uses this repository, in dir(); `package` is what it says about the program.
    void writeFlake(const std::string& package = "package = program;") const {
        const std::string system = shellText("nix-instantiate --eval -E builtins.currentSystem");
        project.write("ci.nix", workflow);
        project.write("note", "a file of the folder\n");
        project.write("flake.nix",
                      "{ inputs.cirque.url = \"git+file://" + project.root() +
                          "/cirque\"; inputs.program = { url = \"git+file://" + project.root() +
                          "/program\"; flake = false; };\n"
                          "outputs = { self, cirque, program }: let system = " +
                          system + "; lib = cirque.lib.make { inherit system; " + package +
                          " }; in {\n"
                          "  cirque.${system}.ci = import ./ci.nix { cirque = lib; inherit system; };\n"
                          "  packages.${system}.ci = self.cirque.${system}.ci; }; }\n");
        const Ran locked = project.shell("git init -q && git add -A && nix-flake flake lock && git add -A");
        ASSERT_EQ(locked.status, 0) << locked.all();
        EXPECT_EQ(project.read("flake.lock").find("nixpkgs"), std::string::npos)
            << "nothing is locked for our sake";
    }

    std::string shellText(const std::string& script) const {
        std::string out = project.shell(script).out;
        return out.substr(0, out.find_last_not_of('\n') + 1);
    }

    Project project;
};

TEST_F(App, AWorkflowIsBuiltAndRunsInTheCallersFolder) {
    writeFlake();
    const Ran built = project.shell("nix-flake build .#ci --no-update-lock-file");
    ASSERT_EQ(built.status, 0) << built.all();
    const Ran ran =
        project.shell("mkdir -p ../other && cd ../other && echo 'a file of another folder' > note && "
                      "\"$OLDPWD\"/result/bin/my-ci");
    EXPECT_EQ(ran.status, 0) << ran.all();
    for (const char* text : {"made by nix", "a file of another folder", "from a generated file", "got yes",
                             "[third/fails] skipped", "3 jobs"}) {
        EXPECT_TRUE(ran.outHas(text)) << text << "\n" << ran.all();
    }
    const Ran closure = project.shell("nix-store -qR ./result");
    for (const char* part : {"-tool\n", "-tool.drv\n", "-source\n"}) {
        EXPECT_TRUE(closure.outHas(part)) << "nix copy would leave behind *" << part << closure.all();
    }
}

TEST_F(App, NixRunTakesJobsAndOptionsAndGivesTheVerdict) {
    writeFlake();
    const Ran one = project.shell("nix-flake run .#ci -- third");
    EXPECT_EQ(one.status, 0) << one.all();
    EXPECT_FALSE(one.outHas("[first] started")) << one.all();
    const Ran red = project.shell("nix-flake run .#ci -- --env BREAK=yes third");
    EXPECT_EQ(red.status, 1) << red.all();
    EXPECT_TRUE(red.outHas("[third/fails] failed: exit 7")) << red.all();
    const Ran wrong = project.shell("nix-flake run .#ci -- --nonsense");
    EXPECT_EQ(wrong.status, 2) << wrong.all();
    const Ran direct = project.cirque({"run", ".#ci"});
    EXPECT_EQ(direct.status, 0) << "the same workflow without building it\n" << direct.all();
}

TEST_F(App, WithoutAProgramTheErrorSaysWhatIsMissingAndRunningNeedsNone) {
    writeFlake("");
    const Ran built = project.shell("nix-flake build .#ci --no-update-lock-file");
    EXPECT_NE(built.status, 0) << built.all();
    EXPECT_TRUE(built.errHas("knows no cirque program")) << built.all();
    const Ran ran = project.cirque({"run", ".#ci"});
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST_F(App, AWrongWorkflowIsNotBuilt) {
    writeFlake();
    project.write("ci.nix",
                  "{ cirque, ... }: cirque.mkWorkflow { name = \"w\"; jobs.a = { need = [ ]; steps = [ { "
                  "name = \"s\"; bash = \"true\"; } ]; }; }");
    const Ran built = project.shell("nix-flake build .#ci --no-update-lock-file");
    EXPECT_NE(built.status, 0) << built.all();
    EXPECT_TRUE(built.errHas("unknown key 'need'")) << built.all();
}

TEST_F(App, TheTemplatesAreThoseOfInit) {
    const std::string flake = "git+file://" + project.root() + "/cirque";
    const Ran names =
        project.shell("nix-flake eval --json '" + flake + "#templates' --apply builtins.attrNames");
    EXPECT_EQ(names.out.substr(0, names.out.find('\n')),
              R"(["cpp","default","flake","go","node","python","rust","shell"])")
        << names.all();
    const Ran made = project.shell("mkdir t && cd t && nix-flake flake init -t '" + flake + "#shell' && ls");
    EXPECT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(made.outHas("ci.nix")) << made.all();
    EXPECT_EQ(project.cirque({"run", "-C", "t"}).status, 0);
}

TEST_F(App, TheBuilderIsNotForHands) {
    for (const char* name : {"__app", "__app-run"}) {
        const Ran ran = project.cirque({name});
        EXPECT_EQ(ran.status, 2) << ran.all();
        EXPECT_TRUE(ran.errHas("not to be called by hand")) << ran.all();
    }
}

} // namespace
} // namespace cirque::test
