// SPDX-License-Identifier: Apache-2.0
// A project whose job runs in a sandbox, and the same in the place `local`.
#pragma once

#include "tests/functional/support/project.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace cirque::test {

namespace fs = std::filesystem;

inline constexpr const char* python = "python3 - <<'PYTHON' || true\n";

inline std::string inPython(const std::string& text) {
    return python + text + "\nPYTHON\n";
}

class Sandbox : public testing::Test {
  protected:
    Sandbox() {
        if (project.shell("command -v bwrap && command -v python3").status != 0) {
            skip_ = "bubblewrap or python3 is not installed";
        }
        project.write("tree-file", "of the tree\n");
        fs::create_directories(project.root() + "/home/.ssh");
        std::ofstream(project.root() + "/home/.ssh/id_ed25519") << "PRIVATE KEY\n";
    }

    void SetUp() override {
        if (!skip_.empty()) {
            GTEST_SKIP() << skip_;
        }
    }

    [[nodiscard]] Ran run(const std::string& kind, const std::string& script,
                          const std::string& options = "{}", const std::string& more = "") const {
        const std::string place = fmt::format(R"("executor":{{"kind":"{}","options":{}}})", kind, options);
        return project.cirque({"run", project.planOf({script}, place + more)});
    }

    // The attack, at both places.
    void attack(const std::string& script, const std::string& options = "{}") const {
        const Ran control = run("local", script);
        EXPECT_TRUE(control.outHas("BROKE-IN")) << "the attack shows nothing\n" << control.all();
        const Ran ran = run("sandbox", script, options);
        EXPECT_FALSE(ran.outHas("BROKE-IN")) << ran.all();
        EXPECT_TRUE(ran.outHas("[main/s1] started")) << "it was not tried\n" << ran.all();
    }

    Project project;

  private:
    std::string skip_;
};

using Root = Sandbox; // tests whose attack needs root to succeed in `local`

inline bool isRoot() {
    return ::geteuid() == 0;
}

// Controls that the test must not run on a living machine: only the sandbox's answer counts.
inline void expectRefused(const Ran& ran) {
    EXPECT_FALSE(ran.outHas("BROKE-IN")) << ran.all();
    EXPECT_TRUE(ran.outHas("TRIED")) << ran.all();
}

inline void waitForLine(const Running& running, const std::string& text) {
    for (int i = 0; i < 600 && running.outSoFar().find(text) == std::string::npos; ++i) {
        ::usleep(50'000);
    }
    EXPECT_NE(running.outSoFar().find(text), std::string::npos) << "after 30 s";
}

} // namespace cirque::test
