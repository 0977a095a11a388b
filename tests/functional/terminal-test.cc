// SPDX-License-Identifier: Apache-2.0
// The live view on a real pseudo-terminal: what stands there at the end, what keys do, and that the terminal
// is given back as it was.
#include "tests/functional/support/pty.hh"
#include "tests/unit/event/every-event.hh"

#include <fmt/format.h>

#include <csignal>
#include <map>

namespace cirque::test {
namespace {

constexpr const char* pipeline = R"({"plan":1,"name":"ci","jobs":{
"lint":{"copyRepo":false,"steps":[{"name":"style","run":"echo fine"}]},
"build":{"copyRepo":false,"needs":["lint"],"steps":[{"name":"configure","run":"echo conf"},{"name":"compile","run":"echo cc; echo ld"}]},
"test":{"copyRepo":false,"needs":["build"],"steps":[{"name":"unit","run":"printf 'one\\ntwo\\n\\033[31mthree\\033[0m \\033[2Jfailed\\n'; exit 3"}]},
"docs":{"copyRepo":false,"needs":["test"],"steps":[{"name":"write","run":"true"}]}}})";

std::string waiting(const Project& project, const std::string& job, const std::string& extra = "") {
    return "\"" + job + R"(":{"copyRepo":false,"steps":[{"name":"wait","run":)" +
           quoteJson("echo " + job + "-began; touch " + project.root() + "/" + job + "; until [ -e " +
                     project.root() + "/go ]; do sleep 0.02; done; echo done" + extra) +
           "}]}";
}

// Jobs "a" and "b", which wait for the file "go".
void writeTwo(const Project& project) {
    project.write("plan.json", R"({"plan":1,"name":"two","jobs":{)" + waiting(project, "a") + "," +
                                   waiting(project, "b") + "}}");
}

void go(const Project& project) {
    EXPECT_EQ(project.shell("touch " + project.root() + "/go").status, 0);
}

bool shows(const OnTerminal& run, const std::string& text) {
    return run.vt().text().find(text) != std::string::npos;
}

} // namespace

TEST(Terminal, TheFinalScreenIsAsTheGoldenFilesSay) {
    for (const std::size_t columns : {60, 120}) {
        Project project;
        project.set("TERM", "xterm-256color");
        project.write("plan.json", pipeline);
        OnTerminal run(project, {"run", "plan.json", "--jobs", "1"}, columns, 40);
        EXPECT_EQ(run.wait(), 1) << run.vt().text();
        EXPECT_EQ(run.vt().errors(), "") << run.bytes();
        EXPECT_FALSE(run.vt().sawAttributes()) << "NO_COLOR is set";
        EXPECT_TRUE(run.vt().cursorShown());
        expectGolden(fmt::format("{}/report/pty-{}.txt", CIRQUE_TEST_DATA, columns),
                     normalised(run.vt().text()));
    }
}

TEST(Terminal, ColoursComeUnlessTheyAreUnwanted) {
    Project project;
    project.set("TERM", "xterm-256color");
    project.set("NO_COLOR", std::nullopt);
    project.write("plan.json", pipeline);
    OnTerminal run(project, {"run", "plan.json"});
    EXPECT_EQ(run.wait(), 1);
    EXPECT_TRUE(run.vt().sawAttributes());
    EXPECT_EQ(run.vt().errors(), "");
}

TEST(Terminal, ADumbTerminalAndNoTuiGetPlainLines) {
    for (const bool dumb : {true, false}) {
        Project project;
        project.set("TERM", dumb ? "dumb" : "xterm");
        project.write("plan.json", pipeline);
        std::vector<std::string> arguments{"run", "plan.json"};
        if (!dumb) {
            arguments.emplace_back("--no-tui");
        }
        OnTerminal run(project, arguments);
        EXPECT_EQ(run.wait(), 1);
        EXPECT_TRUE(shows(run, "[lint/style] fine")) << run.vt().text();
        EXPECT_EQ(run.bytes().find("\x1b["), std::string::npos);
    }
}

TEST(Terminal, ShowsWhatRunsAndFollowsAResize) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    OnTerminal run(project, {"run", "plan.json", "--jobs", "2"}, 100, 20);
    run.waitFor("wait: a-began");
    run.waitFor("2 running");
    run.resize(64, 12);
    run.look(300);
    EXPECT_TRUE(shows(run, "2 running")) << run.vt().text();
    run.resize(150, 30);
    run.look(300);
    const std::string text = run.vt().text();
    const std::size_t counts = text.find("2 running");
    ASSERT_NE(counts, std::string::npos) << text;
    EXPECT_EQ(text.find("2 running", counts + 1), std::string::npos) << "debris of the block stayed\n"
                                                                     << text;
    go(project);
    EXPECT_EQ(run.wait(), 0) << run.vt().text();
    EXPECT_EQ(run.vt().errors(), "");
    EXPECT_FALSE(shows(run, "2 running")) << run.vt().text();
    EXPECT_TRUE(shows(run, "✓ two succeeded; 2 jobs")) << run.vt().text();
}

TEST(Terminal, TheTerminalIsGivenBackAsItWas) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    OnTerminal run(project, {"run", "plan.json"});
    const termios before = run.modes();
    run.waitFor("running");
    EXPECT_FALSE(sameModes(run.modes(), before)) << "keys would be echoed and come line by line";
    EXPECT_FALSE(run.vt().cursorShown());
    go(project);
    EXPECT_EQ(run.wait(), 0);
    EXPECT_TRUE(sameModes(run.modes(), before));
    EXPECT_TRUE(run.vt().cursorShown());
}

TEST(Terminal, CtrlCCancelsTheRunAndGivesTheTerminalBack) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    OnTerminal run(project, {"run", "plan.json", "--jobs", "2"});
    const termios before = run.modes();
    run.waitFor("2 running");
    run.type("\x03");
    EXPECT_EQ(run.wait(), 130) << run.vt().text();
    EXPECT_TRUE(sameModes(run.modes(), before));
    EXPECT_TRUE(run.vt().cursorShown());
    EXPECT_TRUE(shows(run, "⊘ two cancelled")) << run.vt().text();
    project.expectNoLeftovers();
}

// Signals that end a program at once, as a crash does.
TEST(Terminal, EvenACrashGivesTheTerminalBack) {
    for (const int number : {SIGQUIT, SIGSEGV, SIGABRT}) {
        Project project;
        project.set("TERM", "xterm");
        writeTwo(project);
        OnTerminal run(project, {"run", "plan.json"});
        const termios before = run.modes();
        run.waitFor("running");
        run.signal(number);
        EXPECT_EQ(run.wait(), 128 + number);
        EXPECT_TRUE(sameModes(run.modes(), before)) << number;
        EXPECT_TRUE(run.vt().cursorShown()) << number;
        go(project);
        project.expectNoLeftovers();
    }
}

TEST(Terminal, AJobIsCancelledByKeyAndTheOthersGoOn) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    OnTerminal run(project, {"run", "plan.json", "--jobs", "2"});
    run.waitFor("2 running");
    run.type("j");
    run.waitFor(">");
    run.type("c");
    run.waitFor("press c again to cancel a");
    run.type("c");
    run.waitFor("⊘ a cancelled");
    run.waitFor("1 running"); // the rest of the frame
    go(project);
    EXPECT_EQ(run.wait(), 1) << run.vt().text();
    EXPECT_TRUE(shows(run, "✓ b")) << run.vt().text();
}

TEST(Terminal, EnterShowsTheLogOfTheSelectedJob) {
    Project project;
    project.set("TERM", "xterm");
    project.write("plan.json",
                  R"({"plan":1,"name":"log","jobs":{"a":{"copyRepo":false,"steps":[{"name":"s","run":)" +
                      quoteJson("seq 500; until [ -e " + project.root() + "/go ]; do sleep 0.02; done") +
                      "}]}}}");
    OnTerminal run(project, {"run", "plan.json"}, 80, 30);
    run.waitFor("s: 500");
    run.type("j\r");
    run.waitFor("│ 500");
    run.type("g");
    run.waitFor("│ 1\n");
    EXPECT_FALSE(shows(run, "│ 500")) << run.vt().text();
    go(project);
    EXPECT_EQ(run.wait(), 0);
    EXPECT_EQ(run.vt().errors(), "");
}

TEST(Terminal, QLeavesTheViewAndTheRunGoesOnInPlainLines) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    OnTerminal run(project, {"run", "plan.json", "--jobs", "2"});
    const termios before = run.modes();
    run.waitFor("2 running");
    run.type("q");
    run.waitFor("the view was left");
    EXPECT_TRUE(sameModes(run.modes(), before)) << "typed text belongs to the shell again";
    EXPECT_TRUE(run.vt().cursorShown());
    go(project);
    EXPECT_EQ(run.wait(), 0) << run.vt().text();
    EXPECT_TRUE(shows(run, "[a/wait] done")) << run.vt().text();
    EXPECT_TRUE(shows(run, "✓ two succeeded; 2 jobs")) << "the end knows what happened before\n"
                                                       << run.vt().text();
}

// Nobody could continue a program that is alone in its session, so Ctrl-Z does nothing to it.
TEST(Terminal, CtrlZWithoutAShellDoesNotFreezeTheRun) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    OnTerminal run(project, {"run", "plan.json", "--jobs", "2"});
    run.waitFor("2 running");
    run.type("\x1a");
    run.look(300);
    EXPECT_TRUE(shows(run, "2 running")) << "the view is back\n" << run.vt().text();
    go(project);
    EXPECT_EQ(run.wait(), 0) << run.vt().text();
    EXPECT_EQ(run.vt().errors(), "");
}

// A shell with job control stops it and brings it back: the terminal is the shell's meanwhile.
TEST(Terminal, CtrlZGivesTheTerminalToTheShellAndFgBringsTheViewBack) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    project.write("session.sh",
                  std::string("set -m\n") + CIRQUE_PROGRAM +
                      " run plan.json --jobs 2\necho stopped; stty -a | grep -o ' -\\?icanon'\n"
                      "until [ -e resume ]; do sleep 0.02; done\nfg >/dev/null\necho ended $?\n");
    OnTerminal run(project, {"session.sh"}, 100, 30, "/bin/bash");
    run.waitFor("2 running");
    run.type("\x1a");
    run.waitFor("stopped");
    run.waitFor(" icanon");
    EXPECT_TRUE(run.vt().cursorShown());
    project.write("resume", "");
    run.waitFor("2 running");
    go(project);
    run.waitFor("ended 0");
    EXPECT_EQ(run.wait(), 0) << run.vt().text();
    EXPECT_EQ(run.vt().errors(), "");
}

// Ctrl-S stops a terminal. The run must not notice; what was missed is shown when it goes on.
TEST(Terminal, AStoppedTerminalDoesNotStopTheRun) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    OnTerminal run(project, {"run", "plan.json", "--jobs", "2"});
    run.waitFor("2 running");
    run.type("\x13");
    run.look(200);
    project.write("plan2.json", R"({"plan":1,"name":"x","jobs":{}})");
    go(project);
    const Ran ended = project.shell("for i in $(seq 400); do grep -q run.finished " + project.state() +
                                    "/runs/*/journal.jsonl && exit 0; sleep 0.05; done; exit 1");
    EXPECT_EQ(ended.status, 0) << "the run waited for the terminal";
    run.type("\x11");
    EXPECT_EQ(run.wait(), 0);
    EXPECT_TRUE(shows(run, "✓ two succeeded")) << run.vt().text();
    EXPECT_EQ(run.vt().errors(), "");
}

// Two jobs beside each other print a lot; each step is one block, whole and in order, and no line of a step
// is a command to the outer runner.
TEST(Views, InsideGitHubActionsEachStepIsOneBlock) {
    Project project;
    project.set("GITHUB_ACTIONS", "true");
    const std::string script =
        "for i in $(seq 3000); do echo $JOB_NAME-$i; done; echo ::add-mask::a; echo ::error::mine";
    const std::string job = R"({"copyRepo":false,"steps":[{"name":"s","run":)" + quoteJson(script) + "}]}";
    project.write("plan.json", R"({"plan":1,"name":"gh","jobs":{"a":)" + job + R"(,"b":)" + job + "}}");
    const Ran ran = project.cirque({"run", "plan.json", "--jobs", "2"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    bool stopped = false;
    std::string word;
    std::string inside;
    std::map<std::string, int> next;
    int repeated = 0;
    std::size_t start = 0;
    for (std::size_t end = ran.out.find('\n'); end != std::string::npos; end = ran.out.find('\n', start)) {
        const std::string line = ran.out.substr(start, end - start);
        start = end + 1;
        if (stopped) {
            stopped = line != "::" + word + "::";
            if (line.starts_with("a-") || line.starts_with("b-")) {
                const std::string name = line.substr(0, 1);
                ASSERT_EQ(inside, name) << line;
                ASSERT_EQ(line, fmt::format("{}-{}", name, ++next[name]));
            }
        } else if (line.starts_with("::stop-commands::")) {
            word = line.substr(17);
            stopped = true;
        } else if (line.starts_with("::group::")) {
            inside = line.substr(9, 1);
        } else if (line == "::error::mine") {
            ++repeated; // from the event that the step's line became
        } else {
            EXPECT_EQ(line, "::endgroup::");
            inside.clear();
        }
    }
    EXPECT_FALSE(stopped) << "the runner stays deaf for the steps after this one";
    EXPECT_EQ(next["a"], 3000);
    EXPECT_EQ(next["b"], 3000);
    EXPECT_EQ(repeated, 2);
}

TEST(Views, LogFormatsComeFromTheOptionTheEnvironmentAndTheWorkflow) {
    Project project;
    project.write("plan.json",
                  R"({"plan":1,"name":"w","logging":{"format":"simple"},"jobs":{"j":{"copyRepo":false,)"
                  R"("steps":[{"name":"s","run":"echo hello"}]}}})");
    EXPECT_TRUE(project.cirque({"run", "plan.json"}).outHas("→ s Starting\nhello\n✓ s Completed"));
    project.set("NIXACTIONS_LOG_FORMAT", "structured");
    EXPECT_TRUE(project.cirque({"run", "plan.json"}).outHas("[workflow:w] [job:j] [action:s] hello\n"));
    project.set("CIRQUE_LOG_FORMAT", "json");
    EXPECT_TRUE(
        project.cirque({"run", "plan.json"}).outHas(R"("action":"s","event":"output","message":"hello"})"));
    EXPECT_TRUE(project.cirque({"run", "plan.json", "--log-format", "simple"}).outHas("\nhello\n"));
    const Ran wrong = project.cirque({"run", "plan.json", "--log-format", "xml"});
    EXPECT_EQ(wrong.status, 2) << wrong.all();
    EXPECT_TRUE(wrong.errHas("--log-format: 'xml'")) << wrong.all();
    EXPECT_TRUE(project.cirque({"runs", "--json"}).outHas("\"runs\""))
        << "a refused run leaves nothing broken";
}

// The first run has nothing to go by; the second knows what the first took.
TEST(Terminal, SaysHowLongAJobUsuallyTakes) {
    Project project;
    project.set("TERM", "xterm");
    writeTwo(project);
    {
        OnTerminal first(project, {"run", "plan.json", "--jobs", "2"});
        first.waitFor("2 running");
        EXPECT_FALSE(shows(first, " of ~")) << first.vt().text();
        go(project);
        EXPECT_EQ(first.wait(), 0);
    }
    EXPECT_EQ(project.shell("rm " + project.root() + "/go").status, 0);
    OnTerminal second(project, {"run", "plan.json", "--jobs", "2"});
    second.waitFor("s of ~");
    go(project);
    EXPECT_EQ(second.wait(), 0);
}

} // namespace cirque::test
