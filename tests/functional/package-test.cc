// SPDX-License-Identifier: Apache-2.0
// The Debian package: unpacked somewhere, what is in it works from there. `./dev stranger` installs it for
// real.
#include "tests/functional/support/project.hh"

#include <sstream>

namespace cirque::test {
namespace {

class Package : public ::testing::Test {
  protected:
    void SetUp() override {
        if (project.shell("command -v dpkg-deb cpack").status != 0) {
            GTEST_SKIP() << "SKIPPED: no package was made: no dpkg-deb or no cpack on this machine";
        }
        const Ran made = project.shell("cpack --config " CIRQUE_BUILD "/CPackConfig.cmake -B \"$PWD\" && "
                                       "dpkg-deb -x cirque_*.deb tree");
        ASSERT_EQ(made.status, 0) << made.all();
    }

    Project project;
};

TEST_F(Package, WhatIsInItRunsAProjectOfItsOwn) {
    const Ran ran =
        project.shell("PATH=$PWD/tree/usr/bin:$PATH; mkdir p && cd p && cirque init && cirque run");
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("ci succeeded")) << ran.all();
    EXPECT_TRUE(project.exists("tree/usr/libexec/cirque/cirque-leader"));
    EXPECT_TRUE(project.exists("tree/usr/libexec/cirque/cirque-agent"));
    EXPECT_FALSE(project.exists("tree/usr/bin/cirque-leader"));
}

TEST_F(Package, EveryCommandHasItsManPageAndEveryShellItsCompletion) {
    std::istringstream lines(project.cirque({"__complete", ""}).out);
    int pages = 0;
    for (std::string line; std::getline(lines, line);) {
        const std::string name = line.substr(0, line.find('\t'));
        if (name != "help" && name != "version") {
            EXPECT_TRUE(project.exists("tree/usr/share/man/man1/cirque-" + name + ".1.gz")) << name;
            ++pages;
        }
    }
    EXPECT_GE(pages, 8);
    for (const char* path :
         {"man/man1/cirque.1.gz", "bash-completion/completions/cirque", "zsh/vendor-completions/_cirque",
          "fish/vendor_completions.d/cirque.fish", "doc/cirque/copyright", "doc/cirque/README.md",
          "doc/cirque/docs/guide/workflows.md", "doc/cirque/examples/hello/ci.nix"}) {
        EXPECT_TRUE(project.exists(std::string("tree/usr/share/") + path)) << path;
    }
}

TEST_F(Package, ItAsksForBashGitAndANixAndHasNoScripts) {
    const Ran depends = project.shell("dpkg-deb -f cirque_*.deb Depends");
    EXPECT_EQ(depends.out, "bash (>= 4), git, nix-bin | nix\n");
    const Ran control = project.shell("dpkg-deb -e cirque_*.deb control && ls control");
    EXPECT_EQ(control.out, "control\nmd5sums\n");
}

} // namespace
} // namespace cirque::test
