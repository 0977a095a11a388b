// SPDX-License-Identifier: Apache-2.0
#include "doctor/finding.hh"

#include <gtest/gtest.h>

#include <array>

namespace cirque::doctor {
namespace {

const std::array fine{Finding{"git", Health::Ok, "git 2", "", ""},
                      Finding{"build", Health::Warning, "no", "nothing is built", "do this"}};
const std::array broken{Finding{"git", Health::Problem, "gone\033[2J", "no snapshot", "apt install git"}};

TEST(Findings, AWarningDoesNotKeepCirqueFromRunningAndAProblemDoes) {
    EXPECT_TRUE(canRun(fine));
    EXPECT_FALSE(canRun(broken));
    EXPECT_TRUE(canRun({}));
}

TEST(Findings, TextSaysTheMeaningAndTheRemedyAndCounts) {
    EXPECT_EQ(toText(fine, false), "ok       git            git 2\n"
                                   "warning  build          no\n"
                                   "                        nothing is built\n"
                                   "                        do this\n"
                                   "\ncirque can run here: 0 problems, 1 warning\n");
    const std::string bad = toText(broken, true);
    EXPECT_NE(bad.find("\033[31mproblem"), std::string::npos) << bad;
    EXPECT_NE(bad.find("cirque cannot run here"), std::string::npos) << bad;
    EXPECT_EQ(bad.find("\033[2J"), std::string::npos) << "what a program printed must not move the cursor";
}

TEST(Findings, JsonHasAnObjectAtItsRoot) {
    EXPECT_EQ(
        toLine(toJson(broken)),
        R"({"version":1,"canRun":false,"findings":[{"check":"git","health":"problem","fact":"gone\u001b[2J",)"
        R"("meaning":"no snapshot","remedy":"apt install git"}]})");
}

} // namespace
} // namespace cirque::doctor
