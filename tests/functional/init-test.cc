// SPDX-License-Identifier: Apache-2.0
// `cirque init`, as a stranger uses it: what it writes is run for real, broken, and mended.
#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/project.hh"

#include <cstdlib>

namespace cirque::test {
namespace {

struct Case {
    const char* name;
    const char* tool;   // a command that proves that the toolchain works
    const char* file;   // the one that is broken
    const char* wrong;  // a sed command that breaks it
    const char* reason; // what the terminal then says
};

void PrintTo(const Case& given, std::ostream* out) {
    *out << given.name;
}

class Init : public ::testing::TestWithParam<Case> {};

// Toolchains that rustup keeps in a home folder are not found from a test's own home.
std::vector<std::string> runArguments(const std::string& which) {
    const char* home = std::getenv("HOME");
    if (which == "rust" && home != nullptr) {
        return {"run", "--env", std::string("RUSTUP_HOME=") + home + "/.rustup"};
    }
    return {"run"};
}

TEST_P(Init, TheTemplateIsGreenThenRedForABrokenTestThenGreenAgain) {
    const Case& given = GetParam();
    const Project project;
    const char* home = std::getenv("HOME");
    const std::string rustup = std::string("RUSTUP_HOME=") + (home != nullptr ? home : "") + "/.rustup ";
    if (project.shell(rustup + given.tool).status != 0) {
        GTEST_SKIP() << "SKIPPED: the template " << given.name << " was not run: no '" << given.tool
                     << "' on this machine";
    }
    const Ran made = project.cirque({"init", "--template", given.name});
    ASSERT_EQ(made.status, 0) << made.all();
    EXPECT_TRUE(made.outHas("wrote ci.nix") && made.outHas("cirque run")) << made.all();

    constexpr int patience = 300;
    const Ran green = project.cirque(runArguments(given.name), patience);
    EXPECT_EQ(green.status, 0) << green.all();
    for (const char* job : {"[lint] succeeded", "[build] succeeded", "[test] succeeded"}) {
        EXPECT_TRUE(green.outHas(job)) << job << "\n" << green.all();
    }

    const std::string before = project.read(given.file);
    ASSERT_EQ(project.shell(std::string("sed -i '") + given.wrong + "' " + given.file).status, 0);
    ASSERT_NE(project.read(given.file), before) << "nothing was broken";
    const Ran red = project.cirque(runArguments(given.name), patience);
    EXPECT_EQ(red.status, 1) << red.all();
    const std::size_t ending = red.out.find("\n[test/unit] failed");
    ASSERT_NE(ending, std::string::npos) << red.all();
    EXPECT_NE(red.out.find(given.reason, ending), std::string::npos)
        << "the end of the run does not say '" << given.reason << "'\n"
        << red.all();

    project.write(given.file, before);
    EXPECT_EQ(project.cirque(runArguments(given.name), patience).status, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Templates, Init,
    ::testing::Values(
        Case{"shell", "bash --version", "greet.sh", "s/echo \"hello/echo \"hallo/",
             "expected 'hello, world' but got 'hallo, world'"},
        Case{"cpp", "cmake --version && g++ --version && make --version", "src/greeting.cc", "s/hello/hallo/",
             "expected 'hello, world' but got 'hallo, world'"},
        Case{"node", "node --version", "src/greeting.js", "s/hello/hallo/", "hallo, "},
        Case{"python", "python3 --version", "src/hello/__init__.py", "s/hello/hallo/", "FAILED (failures=2)"},
        Case{"rust", "cargo --version && cc --version", "src/lib.rs", "s/format!(\"hello/format!(\"hallo/",
             "test result: FAILED"},
        Case{"go", "go version", "greeting/greeting.go", "s/\"hello/\"hallo/", "wanted \"hello, "},
        Case{"flake", "nix-instantiate --version", "lib.nix", "s/: \"hello/: \"hallo/",
             "expected 'hello, world' but got 'hallo, world'"}),
    [](const auto& info) { return info.param.name; });

TEST(InitCommand, ChoosesByTheFilesPresentAndWritesOnlyTheWorkflowThere) {
    const std::vector<std::pair<std::string, std::string>> signs{
        {"Cargo.toml", "rust"},    {"package.json", "node"}, {"pyproject.toml", "python"}, {"go.mod", "go"},
        {"CMakeLists.txt", "cpp"}, {"flake.nix", "flake"},   {"notes.txt", "shell"},
    };
    for (const auto& [sign, name] : signs) {
        const Project project;
        project.write(sign, "{ }");
        const Ran ran = project.cirque({"init"});
        EXPECT_EQ(ran.status, 0) << ran.all();
        EXPECT_TRUE(ran.outHas("template " + name + " (because")) << sign << "\n" << ran.all();
        EXPECT_EQ(project.shell("ls -A").out, project.shell("printf '%s\\n' ci.nix " + sign + " | sort").out);
        const Ran checked = project.cirque({"check"});
        EXPECT_EQ(checked.status, 0) << name << "\n" << checked.all();
    }
}

TEST(InitCommand, AProjectWithoutTestsIsNotGreen) {
    for (const char* name : {"shell", "python"}) {
        const Project project;
        project.write("main.sh", "echo hi\n");
        project.write("pyproject.toml", "[project]\nname = \"x\"\n");
        ASSERT_EQ(project.cirque({"init", "-t", name}).status, 0);
        const Ran ran = project.cirque({"run"});
        EXPECT_EQ(ran.status, 1) << ran.all();
        EXPECT_TRUE(ran.outHas("no tests: ")) << ran.all();
    }
}

TEST(InitCommand, AFlakeThatWasThereIsCheckedAsAWhole) {
    Project project;
    usePrivateNix(project);
    project.write("flake.nix", "{ outputs = { self }: { lib.one = 1; }; }");
    project.commitAll();
    ASSERT_EQ(project.cirque({"init"}).status, 0);
    const std::vector<std::string> run{"run", "--inherit-env"}; // the store of this test
    const Ran green = project.cirque(run);
    EXPECT_EQ(green.status, 0) << green.all();
    EXPECT_TRUE(green.outHas("[lint] succeeded") && green.outHas("[test] succeeded")) << green.all();
    project.write(
        "flake.nix",
        "{ outputs = { self }: { packages.x86_64-linux.default = throw \"broken on purpose\"; }; }");
    const Ran red = project.cirque(run);
    EXPECT_EQ(red.status, 1) << red.all();
    EXPECT_TRUE(red.outHas("broken on purpose")) << red.all();
    project.write("flake.nix", "{ outputs = ");
    EXPECT_EQ(project.cirque(run).status, 1) << "a syntax error";
}

TEST(InitCommand, AFlakesWorkflowIsNotWrittenWhereNoFlakeIs) {
    const Project project;
    project.write("main.c", "");
    const Ran ran = project.cirque({"init", "-t", "flake"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("is for an empty folder or one with flake.nix")) << ran.all();
    EXPECT_FALSE(project.exists("ci.nix"));
}

TEST(InitCommand, NeverOverwrites) {
    const Project project;
    project.write("ci.nix", "mine");
    const Ran again = project.cirque({"init"});
    EXPECT_EQ(again.status, 2) << again.all();
    EXPECT_TRUE(again.errHas("has a workflow already: ci.nix")) << again.all();
    EXPECT_EQ(project.read("ci.nix"), "mine");

    const Project other;
    other.write(".gitignore", "mine");
    const Ran ran = other.cirque({"init", "-t", "python"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("kept  .gitignore")) << ran.all();
    EXPECT_EQ(other.read(".gitignore"), "mine");
}

TEST(InitCommand, MakesTheFolderAndSaysWhereToGo) {
    const Project project;
    const Ran ran = project.cirque({"init", "-t", "shell", "new/place"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("cd " + project.dir() + "/new/place")) << ran.all();
    EXPECT_EQ(project.cirque({"run", "new/place"}).status, 0);
}

TEST(InitCommand, NamesWhatTheMachineLacksAndItsPackage) {
    Project project;
    project.set("PATH", "/nowhere");
    const Ran ran = project.cirque({"init", "-t", "go"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("this machine has no go; on Debian: apt install golang-go")) << ran.all();
}

TEST(InitCommand, AnUnknownTemplateIsNamedWithTheNearest) {
    const Project project;
    const Ran ran = project.cirque({"init", "-t", "pyton"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("no template 'pyton'") && ran.errHas("did you mean 'python'?")) << ran.all();
    EXPECT_EQ(project.shell("ls -A").out, "");
    const Ran list = project.cirque({"init", "--list"});
    EXPECT_TRUE(list.outHas("python") && list.outHas("chosen by pyproject.toml")) << list.all();
}

} // namespace
} // namespace cirque::test
