// SPDX-License-Identifier: Apache-2.0
#include "runner-fixture.hh"

namespace cirque::agent {
namespace {

class JobEnvTest : public RunnerTest {
  protected:
    // The steps one after the other; returns how each ended.
    std::vector<Outcome> steps(std::vector<StepRequest> requests) {
        std::vector<Outcome> outcomes;
        inJob([this, &outcomes, requests]() -> io::Task<> {
            for (const StepRequest& each : requests) {
                const StepEnd end = co_await runner->run(each, sink, {});
                outcomes.push_back(end.outcome);
            }
        });
        return outcomes;
    }

    std::vector<Outcome> scripts(const std::vector<std::string>& texts) {
        std::vector<StepRequest> requests;
        for (const std::string& text : texts) {
            requests.push_back(bash(text));
        }
        return steps(std::move(requests));
    }
};

TEST_F(JobEnvTest, ExistsFromTheStartOutsideTheWorkTree) {
    scripts({"[ -f \"$JOB_ENV\" ]; [ ! -s \"$JOB_ENV\" ]; case $JOB_ENV in \"$JOB_DIR\"/*) exit 1;; esac; "
             "echo ok"});
    EXPECT_EQ(sink->text, "ok\n");
}

TEST_F(JobEnvTest, WhatAStepWroteIsSetInLaterSteps) {
    const auto outcomes = scripts({"echo A=1 >> $JOB_ENV", "echo export B=2 >> $JOB_ENV; echo \"$A\"",
                                   "echo \"$A$B\"; bash -c 'echo $A$B'"});
    EXPECT_TRUE(outcomes[2].ok());
    EXPECT_EQ(sink->text, "1\n12\n12\n");
}

// Wrong: a PEM key is cut after its first line.
TEST_F(JobEnvTest, ValuesOverManyLinesAndWithQuotesStayWhole) {
    scripts({R"(printf 'KEY=%q\n' $'-----BEGIN\n a="b" \'c\' $(x)\n-----END\n' >> "$JOB_ENV")",
             "printf %s \"$KEY\""});
    EXPECT_EQ(sink->text, "-----BEGIN\n a=\"b\" 'c' $(x)\n-----END\n");
}

TEST_F(JobEnvTest, PathCanBeExtended) {
    const auto outcomes =
        scripts({"mkdir bin; printf '#!/bin/sh\\necho mine\\n' > bin/mine; chmod +x bin/mine; "
                 "echo 'export PATH=\"'$PWD'/bin:$PATH\"' >> \"$JOB_ENV\"",
                 "mine", "echo \"$PATH\""});
    EXPECT_TRUE(outcomes[1].ok());
    EXPECT_EQ(sink->text, fmt::format("mine\n{}/bin:/usr/bin:/bin\n", context.jobFolder));
}

TEST_F(JobEnvTest, BeatsTheJobsEnvAndLosesToTheStepsOwn) {
    below.push_back({{"A", "job"}, {"B", "job"}});
    steps({bash("printf 'A=file\\nB=file\\n' >> $JOB_ENV"), bash("echo $A $B", {{"B", "step"}}),
           bash("echo $A $B")});
    EXPECT_EQ(sink->text, "file step\nfile file\n");
}

// Wrong: the env of the step that wrote the file stays set in later steps, or an equal value in the file gets
// lost.
TEST_F(JobEnvTest, TheWritingStepsOwnEnvIsSeenButNotKept) {
    steps({bash("printf 'A=$SOURCE-x\\nSAME=1\\n' >> $JOB_ENV", {{"SOURCE", "s"}, {"SAME", "1"}}),
           bash("echo ${A-unset} ${SOURCE-unset} ${SAME-unset}")});
    EXPECT_EQ(sink->text, "s-x unset 1\n");
}

TEST_F(JobEnvTest, AFailureInTheFileFailsTheStepWithItsMessage) {
    const auto outcomes =
        scripts({"echo 'A=1' >> $JOB_ENV", "echo 'FOO=a no-such-command c' >> $JOB_ENV", "echo $A"});
    EXPECT_TRUE(outcomes[0].ok());
    EXPECT_EQ(outcomes[1].kind, OutcomeKind::Failed);
    EXPECT_EQ(outcomes[1].message,
              "$JOB_ENV cannot be read: JOB_ENV: line 2: no-such-command: command not found");
    EXPECT_TRUE(outcomes[2].ok());
    EXPECT_EQ(sink->text, "1\n");
}

TEST_F(JobEnvTest, ASyntaxErrorOrAnExitFailsTheStep) {
    EXPECT_FALSE(scripts({"echo 'A=\"' >> $JOB_ENV"})[0].ok());
    context.privateFolder += "2";
    ASSERT_TRUE(io::makeFolders(context.privateFolder, 0700));
    EXPECT_EQ(scripts({"echo 'exit 0' >> $JOB_ENV"})[0].message,
              "$JOB_ENV cannot be read: it ended its shell before it was read to the end");
}

TEST_F(JobEnvTest, ALastLineThatIsOnlyFalseIsNoFailure) {
    EXPECT_TRUE(scripts({"echo '[ -n \"$NO\" ] && A=1' >> $JOB_ENV"})[0].ok());
}

// Wrong: what the file prints is taken for variables.
TEST_F(JobEnvTest, OutputOfTheFileIsNotTakenForItsEnvironment) {
    EXPECT_TRUE(scripts({"echo 'echo X=1; A=2' >> $JOB_ENV", "echo ${X-unset} $A"})[0].ok());
    EXPECT_EQ(sink->text, "unset 2\n");
}

// Wrong: a secret that the file misquotes is shown in the failure's message.
TEST_F(JobEnvTest, TheMessageDoesNotTellSecrets) {
    StepRequest step = bash("echo \"FOO=a $TOKEN\" >> $JOB_ENV");
    step.below.push_back({{"TOKEN", "hunter22", true}});
    EXPECT_EQ(steps({step})[0].message, "$JOB_ENV cannot be read: JOB_ENV: line 1: ***: command not found");
}

TEST_F(JobEnvTest, TheFailuresOfTheStepAndOfTheFileStayApart) {
    EXPECT_EQ(scripts({"echo no-such-command >> $JOB_ENV; exit 5"})[0], Outcome::failedExit(5));
}

TEST_F(JobEnvTest, AReplacedFileFailsTheStepAndADeletedOneIsEmpty) {
    EXPECT_EQ(scripts({"rm $JOB_ENV; mkfifo $JOB_ENV"})[0].kind, OutcomeKind::Failed);
    context.privateFolder += "2";
    ASSERT_TRUE(io::makeFolders(context.privateFolder, 0700));
    const auto outcomes =
        scripts({"echo A=1 > $JOB_ENV", "rm $JOB_ENV", "[ -f $JOB_ENV ]; [ -z \"${A-}\" ]"});
    EXPECT_TRUE(outcomes[1].ok());
    EXPECT_TRUE(outcomes[2].ok());
}

TEST_F(JobEnvTest, ConditionsSeeItAndCannotChangeIt) {
    const auto outcomes = steps({bash("echo A=1 >> $JOB_ENV"), condition("echo A=2 >> $JOB_ENV; [ $A = 1 ]"),
                                 condition("[ $A = 1 ]")});
    EXPECT_TRUE(outcomes[1].ok());
    EXPECT_TRUE(outcomes[2].ok());
}

TEST_F(JobEnvTest, VariablesCanBeUnset) {
    below.push_back({{"A", "1"}});
    scripts({"echo unset A >> $JOB_ENV", "echo ${A-unset}"});
    EXPECT_EQ(sink->text, "unset\n");
}

} // namespace
} // namespace cirque::agent
