// SPDX-License-Identifier: Apache-2.0
#include "runner-fixture.hh"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cirque::agent {
namespace {

using StepRunnerTest = RunnerTest;

TEST_F(StepRunnerTest, StdoutAndStderrAreOneStreamInTheirTrueOrder) {
    EXPECT_TRUE(run("for i in 1 2 3; do echo out$i; echo err$i >&2; done").outcome.ok());
    EXPECT_EQ(sink->text, "out1\nerr1\nout2\nerr2\nout3\nerr3\n");
}

// Wrong: the peer drops a last line that has no newline.
TEST_F(StepRunnerTest, TheLastUnterminatedLineIsKept) {
    run("echo one; printf two");
    EXPECT_EQ(sink->text, "one\ntwo");
}

TEST_F(StepRunnerTest, BinaryOutputIsByteExact) {
    std::string bytes;
    for (int i = 0; i < 4096; ++i) {
        bytes += static_cast<char>(i * 7 + i / 256);
    }
    ASSERT_TRUE(io::writeFileAtomic(context.jobFolder + "/bytes", bytes));
    run("cat bytes");
    EXPECT_EQ(sink->text, bytes);
}

TEST_F(StepRunnerTest, TheExitStatusIsTheMainProcesss) {
    EXPECT_EQ(run("exit 7").outcome, Outcome::failedExit(7));
    EXPECT_EQ(run(argv({"true"})).outcome, Outcome::succeeded());
}

TEST_F(StepRunnerTest, ASignalThatEndsTheStepIsTold) {
    EXPECT_EQ(run("kill -SEGV $$").outcome, Outcome::failedSignal(SIGSEGV));
}

TEST_F(StepRunnerTest, ScriptsAreStrict) {
    EXPECT_EQ(run("false; echo reached").outcome, Outcome::failedExit(1));
    EXPECT_EQ(run("false | true; echo reached").outcome, Outcome::failedExit(1));
    EXPECT_FALSE(run("echo \"$NO_SUCH_VARIABLE\"; echo reached").outcome.ok());
    EXPECT_EQ(sink->text.find("reached"), std::string::npos);
}

// Wrong: an unset variable or a false command in a condition ends the job (the peer's conditions do that).
TEST_F(StepRunnerTest, ConditionsAreNotStrictAndAnUnsetVariableIsEmpty) {
    EXPECT_TRUE(run(condition("false; false | true; [ \"$NO_SUCH_VARIABLE\" = '' ]")).outcome.ok());
    EXPECT_EQ(run(condition("[ a = b ] || [ a = c ]")).outcome, Outcome::failedExit(1));
    EXPECT_EQ(run(condition("nonsense-command")).outcome, Outcome::failedExit(127));
    EXPECT_TRUE(run(condition("[ 'a b' = 'a b' ] &&\n[ -z \"${CIRQUE_OUTPUT-}\" ]")).outcome.ok());
}

TEST_F(StepRunnerTest, PwdIsTheJobsFolder) {
    run("pwd; echo \"$PWD\"; echo \"$JOB_DIR\"");
    EXPECT_EQ(sink->text, fmt::format("{0}\n{0}\n{0}\n", context.jobFolder));
    EXPECT_NE(sink->text.find("/jobs/"), std::string::npos);
}

TEST_F(StepRunnerTest, WorkdirIsBelowTheJobsFolder) {
    ASSERT_TRUE(io::makeFolders(context.jobFolder + "/sub dir"));
    StepRequest step = bash("echo \"$PWD|$JOB_DIR\"");
    step.step.workdir = "sub dir";
    EXPECT_TRUE(run(step).outcome.ok());
    EXPECT_EQ(sink->text, fmt::format("{0}/sub dir|{0}\n", context.jobFolder));
    step.step.workdir = "missing";
    const Outcome outcome = run(step).outcome;
    EXPECT_EQ(outcome.kind, OutcomeKind::Failed);
    EXPECT_EQ(outcome.message, "the step's workdir 'missing' is no folder of the job");
}

// Wrong: a step's env or retry settings leak into later steps (the peer's do).
TEST_F(StepRunnerTest, AStepsEnvAndExportsDoNotReachLaterSteps) {
    inJob([this]() -> io::Task<> {
        const Variables env{{"LEVEL", "debug"}};
        const StepRequest first = bash("export FROM_SHELL=1; [ \"$LEVEL\" = debug ]", env);
        co_await runner->run(first, sink, {});
        const StepEnd end =
            co_await runner->run(bash("echo \"${LEVEL-unset} ${FROM_SHELL-unset}\""), sink, {});
        EXPECT_TRUE(end.outcome.ok());
    });
    EXPECT_EQ(sink->text, "unset unset\n");
}

TEST_F(StepRunnerTest, NothingOfThisProcesssEnvironmentReachesTheStep) {
    ASSERT_EQ(::setenv("CIRQUE_TEST_LEAK", "1", 1), 0);
    run("echo \"${CIRQUE_TEST_LEAK-unset}\"");
    EXPECT_EQ(sink->text, "unset\n");
}

// Wrong: a name or value is executed, split or cut.
TEST_F(StepRunnerTest, QuotesDollarsSlashesAndSpacesAreJustCharacters) {
    const std::string value = "$(touch injected) `touch injected` '\"; touch injected; \\ \n end";
    StepRequest step = bash("printf %s \"$V\"", {{"V", value}});
    step.name = "a/b '$(touch injected)' \"x\"";
    EXPECT_TRUE(run(step).outcome.ok());
    EXPECT_EQ(sink->text, value);
    sink->text.clear();
    EXPECT_TRUE(run(argv({"printf", "[%s]", value, "", "a b"})).outcome.ok());
    EXPECT_EQ(sink->text, "[" + value + "][][a b]");
    EXPECT_NE(::access((context.jobFolder + "/injected").c_str(), F_OK), 0);
}

TEST_F(StepRunnerTest, OutputsAreCollected) {
    const StepEnd end =
        run("echo version=1.2 >> \"$CIRQUE_OUTPUT\"; printf 'text<<E\\na\\nb\\nE\\n' >> $CIRQUE_OUTPUT");
    EXPECT_TRUE(end.outcome.ok());
    EXPECT_EQ(end.outputs, (Outputs{{"version", "1.2"}, {"text", "a\nb"}}));
}

TEST_F(StepRunnerTest, ABrokenOutputFileFailsTheStep) {
    const Outcome outcome = run("echo nonsense >> \"$CIRQUE_OUTPUT\"").outcome;
    EXPECT_EQ(outcome.kind, OutcomeKind::Failed);
    EXPECT_EQ(outcome.message, "$CIRQUE_OUTPUT, line 1: there is neither '=' nor '<<'");
    EXPECT_EQ(run("echo nonsense >> \"$CIRQUE_OUTPUT\"; exit 3").outcome, Outcome::failedExit(3));
}

TEST_F(StepRunnerTest, TheSummaryIsTakenUnderBothNamesAndFailsNothing) {
    const StepEnd end =
        run("echo '# One' >> \"$CIRQUE_SUMMARY\"; echo two >> \"$GITHUB_STEP_SUMMARY\"; exit 3");
    EXPECT_EQ(end.outcome, Outcome::failedExit(3));
    EXPECT_EQ(end.summary, "# One\ntwo\n");
    EXPECT_EQ(run("[ ! -e \"$CIRQUE_SUMMARY\" ]").summary, "") << "each step has a file of its own";
    const StepEnd large = run("head -c 1048577 /dev/zero > \"$CIRQUE_SUMMARY\"");
    EXPECT_TRUE(large.outcome.ok());
    EXPECT_EQ(large.summary, "");
    EXPECT_NE(large.summaryProblem.find("more than 1048576 bytes"), std::string::npos);
    const StepEnd link = run("ln -s /etc/passwd \"$CIRQUE_SUMMARY\"");
    EXPECT_EQ(link.summary, "");
    EXPECT_NE(link.summaryProblem, "");
}

// Wrong: Cirque reads what a link points to, or hangs on a FIFO.
TEST_F(StepRunnerTest, AReplacedOutputFileFailsTheStep) {
    EXPECT_EQ(run("ln -sf /etc/passwd \"$CIRQUE_OUTPUT\"").outcome.kind, OutcomeKind::Failed);
    EXPECT_EQ(run("rm \"$CIRQUE_OUTPUT\"; mkfifo \"$CIRQUE_OUTPUT\"").outcome.kind, OutcomeKind::Failed);
}

TEST_F(StepRunnerTest, AMissingProgramIsTheStepsFailureWithStatus127) {
    const Outcome outcome = run(argv({"no-such-program"})).outcome;
    EXPECT_EQ(outcome.kind, OutcomeKind::Failed);
    EXPECT_EQ(outcome.exit, 127);
    EXPECT_EQ(outcome.message, "there is no program 'no-such-program' on the step's PATH");
    EXPECT_EQ(run(argv({"./nothing"})).outcome.exit, 127);
}

TEST_F(StepRunnerTest, AProgramThatIsNotExecutableIsStatus126) {
    ASSERT_TRUE(io::writeFileAtomic(context.jobFolder + "/data", "x"));
    const Outcome outcome = run(argv({"./data"})).outcome;
    EXPECT_EQ(outcome.exit, 126);
    EXPECT_EQ(outcome.message, "cannot run './data': Permission denied");
}

// Wrong: a place without bash or without the leader makes the user's code look broken.
TEST_F(StepRunnerTest, AMissingBashOrLeaderIsInfrastructure) {
    context.bash = "";
    EXPECT_EQ(run("true").outcome.kind, OutcomeKind::Infrastructure);
    context.bash = "/no/such/bash";
    EXPECT_EQ(run("true").outcome.kind, OutcomeKind::Infrastructure);
    context.bash = "/bin/bash";
    context.leader = "/no/such/leader";
    EXPECT_EQ(run("true").outcome.kind, OutcomeKind::Infrastructure);
}

TEST_F(StepRunnerTest, AVariableTooLargeForTheSystemIsNamed) {
    const Outcome outcome = run(bash("true", {{"BIG", std::string(200000, 'x')}})).outcome;
    EXPECT_EQ(outcome.exit, 126);
    EXPECT_EQ(outcome.message,
              "the variable BIG holds 200000 bytes; the system passes at most 131067 in one");
    EXPECT_TRUE(run(bash("true", {{"BIG", std::string(131067, 'x')}})).outcome.ok());
}

TEST_F(StepRunnerTest, ALongScriptRuns) {
    EXPECT_TRUE(run("x='" + std::string(300000, 'x') + "'; echo ${#x}").outcome.ok());
    EXPECT_EQ(sink->text, "300000\n");
}

TEST_F(StepRunnerTest, HostToolsAndGeneratedFilesReplaceTheirTokens) {
    const auto plan = std::make_shared<plan::Plan>();
    plan->hostTools = {{"@t:coreutils@", "coreutils", {"cat", "no-such-tool"}}};
    plan->files = {{"@f:hello@", "hello", "#!/bin/bash\necho \"hello $1\"\n", true, "hello"}};
    context.plan = plan;
    StepRequest step =
        bash("hello world; @t:coreutils@/bin/cat <<< \"$V\"; no-such-tool || echo $?", {{"V", "@f:hello@"}});
    step.step.path = {"@f:hello@", "@t:coreutils@"};
    EXPECT_TRUE(run(step).outcome.ok());
    EXPECT_TRUE(sink->text.starts_with("hello world\n" + context.toolsFolder)) << sink->text;
    EXPECT_NE(sink->text.find("cirque: no-such-tool (of coreutils) is not on the PATH"), std::string::npos);
    EXPECT_TRUE(sink->text.ends_with("\n127\n")) << sink->text;
    plan::Job job;
    job.steps.resize(2);
    job.steps[0].closure.hostTools = job.steps[1].closure.hostTools = {"@t:coreutils@"};
    inJob([this, job]() -> io::Task<> {
        EXPECT_EQ(runner->missingTools(toolTokens(job)).size(), 1U);
        co_return;
    });
}

// Builds happen where the run is coordinated: a place that took one for done would be a false green.
TEST_F(StepRunnerTest, ABuildStepIsRefused) {
    plan::Step step;
    step.action = plan::BuildRun{{"/nix/store/x.drv", {"out", "dev"}}};
    EXPECT_EQ(run(request(step)).outcome.kind, OutcomeKind::Infrastructure);
}

// Wrong: a chatty step makes Cirque grow, or waits for it at every line.
TEST_F(StepRunnerTest, MuchOutputKeepsMemoryFlat) {
    sink->discard = true;
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    EXPECT_TRUE(run("head -c 50000000 /dev/zero").outcome.ok());
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    EXPECT_EQ(sink->total, 50000000U);
    EXPECT_LE(sink->largest, 256U << 10U);
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 8 << 10);
}

// Wrong: a full disk loses the log and the step goes on, or hangs on its full pipe.
TEST_F(StepRunnerTest, ASinkThatRefusesEndsTheStepAsInfrastructure) {
    sink->refuse = true;
    const Outcome outcome = run("while :; do echo x; done").outcome;
    EXPECT_EQ(outcome.kind, OutcomeKind::Infrastructure);
    EXPECT_EQ(outcome.message, "no space left");
}

// Wrong: scripts and outputs of a step stay in memory until the job ends.
TEST_F(StepRunnerTest, AStepsOutputFileGoesWithTheStepAndTheFolderIsPrivate) {
    inJob([this]() -> io::Task<> {
        co_await runner->run(bash("echo a=1 >> $CIRQUE_OUTPUT"), sink, {});
        co_await runner->run(bash("ls \"${JOB_ENV%/*}\"; stat -c %a \"$JOB_ENV\""), sink, {});
    });
    EXPECT_EQ(sink->text, "1-a_step.sh\n2-a_step.sh\nJOB_ENV\n600\n");
}

} // namespace
} // namespace cirque::agent
