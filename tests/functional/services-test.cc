// SPDX-License-Identifier: Apache-2.0
// Services beside the steps: up before the first step or the job fails and says why, ended in reverse order
// at every ending. A step that runs against a dead or a foreign service would be a false green.
#include "tests/functional/support/port.hh"
#include "tests/functional/support/project.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <csignal>

namespace cirque::test {
namespace {

// A plan of one job "j" with these services and steps, each `"name": {...}` or `{...}`.
std::string planOf(const std::string& services, const std::string& steps, const std::string& extra = "") {
    return fmt::format(
        R"({{"plan":1,"name":"t","jobs":{{"j":{{"copyRepo":false,"services":{{{}}},"steps":[{}]{}}}}}}})",
        services, steps, extra);
}

std::string step(const std::string& script, const std::string& extra = "") {
    return fmt::format(R"({{"name":"s","run":{}{}}})", quoteJson(script), extra);
}

std::string service(const std::string& name, const std::string& script, const std::string& extra = "") {
    return fmt::format(R"("{}":{{"exec":{}{}}})", name, quoteJson(script), extra);
}

Ran run(const Project& project, const std::string& plan, std::vector<std::string> options = {}) {
    project.write("p.json", plan);
    options.insert(options.begin(), {"run", "p.json"});
    return project.cirque(options);
}

std::string web(int port) {
    return fmt::format("sleep 0.2; exec python3 -u -m http.server {} --bind 127.0.0.1", port);
}

TEST(Services, AreReadyByEachKindBeforeTheFirstStep) {
    const Project project;
    const int http = freePort();
    const int tcp = freePort();
    const int plain = freePort();
    const Ran ran = run(
        project,
        planOf(
            service("a-http", web(http), fmt::format(R"(,"ready":{{"http":"http://localhost:{}/"}})", http)) +
                "," + service("b-tcp", web(tcp), fmt::format(R"(,"ready":{{"tcp":{}}})", tcp)) + "," +
                service("c-ports", web(plain), fmt::format(R"(,"ports":{{"web":{}}})", plain)) + "," +
                service("d-log", "sleep 0.3; printf 'I am '; sleep 0.2; echo up, really; exec sleep 600",
                        R"(,"ready":{"log":"I am up"})") +
                "," +
                service("e-exec", "sleep 0.3; touch up; exec sleep 600", R"(,"ready":{"exec":"test -e up"})"),
            step(fmt::format(
                "test -e up && for p in {} {} $SERVICE_C_PORTS_PORT_WEB; do exec 3<>/dev/tcp/127.0.0.1/$p; "
                "done; echo ALL-UP",
                http, tcp))));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("ALL-UP")) << ran.all();
    project.expectNoLeftovers();
}

TEST(Services, OneThatEndsBeforeItIsReadyFailsTheJobAndItsLogIsShown) {
    const Project project;
    const Ran ran = run(project, planOf(service("db", "echo no such database >&2; exit 3",
                                                fmt::format(R"(,"ready":{{"tcp":{}}})", freePort())),
                                        step("echo NEVER")));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("NEVER")) << ran.all();
    EXPECT_TRUE(ran.outHas("service 'db' ended before it was ready (exit 3)")) << ran.all();
    EXPECT_TRUE(ran.outHas("    no such database")) << "the end of its log\n" << ran.all();
    EXPECT_EQ(project.cirque({"logs", project.lastRun(), "j/db"}).out, "no such database\n");
    EXPECT_EQ(RunRecord(project).jobs().at("j"), "failed");
    EXPECT_EQ(project.cirque({"logs", project.lastRun(), "j/db"}).out, "no such database\n")
        << "once more, from the summary that is kept";
    project.expectNoLeftovers();
}

// A program that is not there is the workflow's mistake, not the system's.
TEST(Services, OneWhoseProgramIsMissingFailsTheJob) {
    const Project project;
    const Ran ran = run(project, planOf(R"("db":{"exec":["no-such-program-here"]})", step("echo NEVER")));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("NEVER")) << ran.all();
    EXPECT_TRUE(ran.outHas("service 'db'") && ran.outHas("no-such-program-here")) << ran.all();
}

TEST(Services, OneThatIsNeverReadyFailsTheJobAfterItsTimeout) {
    const Project project;
    const Ran ran = run(project, planOf(service("db", "echo still starting; exec sleep 600",
                                                R"(,"ready":{"exec":"echo not yet; exit 2","timeout":1})"),
                                        step("echo NEVER")));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("NEVER")) << ran.all();
    EXPECT_TRUE(ran.outHas("was not ready within 1") && ran.outHas("exit 2: not yet")) << ran.all();
    EXPECT_TRUE(ran.outHas("    still starting")) << ran.all();
    project.expectNoLeftovers();
}

// What answers there is not the service.
// The first look makes what the second one finds; an interval longer than the timeout must not hide it, nor
// be waited for.
TEST(Services, OneThatIsReadyAtTheLastMomentIsReady) {
    const Project project;
    const std::string ready =
        R"(,"ready":{"exec":"test -e up || { touch up; exit 1; }","timeout":"300ms","interval":"100s"})";
    const Ran ran = run(project, planOf(service("db", "exec sleep 600", ready), step("echo it is up")));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("it is up")) << ran.all();
    const Ran logs = project.cirque({"logs", project.lastRun()});
    EXPECT_EQ(logs.status, 0) << "a service that printed nothing has no log: " << logs.all();
    EXPECT_EQ(project.cirque({"logs", project.lastRun(), "--json"}).status, 0);
}

TEST(Services, APortThatIsTakenIsNotMistakenForReadiness) {
    const Project project;
    const Port taken;
    const Ran ran = run(project, planOf(service("db", "echo STARTED; exec sleep 600",
                                                fmt::format(R"(,"ports":[{}])", taken.number())),
                                        step("echo NEVER")));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("NEVER") || ran.outHas("STARTED")) << ran.all();
    EXPECT_TRUE(ran.outHas(fmt::format("another program listens on port {} already", taken.number())))
        << ran.all();
}

// Two services that write into one file as they end; the second leaves a daemon too.
std::string recorders(const Project& project) {
    const std::string script = "trap 'echo {0} >> {1}/order; exit 0' TERM; echo ready; "
                               "setsid sleep 600 & disown; while :; do sleep 0.05; done";
    const std::string ready = R"(,"ready":{"log":"ready"})";
    return service("a", fmt::format(fmt::runtime(script), "a", project.dir()), ready) + "," +
           service("b", fmt::format(fmt::runtime(script), "b", project.dir()), ready);
}

void expectReverseOrder(const Project& project) {
    EXPECT_EQ(project.read("order"), "b\na\n");
    project.expectNoLeftovers();
}

TEST(Services, StopInReverseOrderAfterSuccess) {
    const Project project;
    EXPECT_EQ(run(project, planOf(recorders(project), step("true"))).status, 0);
    expectReverseOrder(project);
}

TEST(Services, StopInReverseOrderAfterAFailure) {
    const Project project;
    EXPECT_EQ(run(project, planOf(recorders(project), step("exit 4"))).status, 1);
    expectReverseOrder(project);
}

TEST(Services, StopInReverseOrderAtADeadline) {
    const Project project;
    const Ran ran = run(project, planOf(recorders(project), step("sleep 600"), R"(,"deadline":2)"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    expectReverseOrder(project);
}

TEST(Services, StopInReverseOrderAfterATimeout) {
    const Project project;
    const Ran ran = run(project, planOf(recorders(project), step("sleep 600", R"(,"timeout":1)")));
    EXPECT_EQ(ran.status, 1) << ran.all();
    expectReverseOrder(project);
}

// Cleanup steps may need them: they end after those.
TEST(Services, StopInReverseOrderWhenTheRunIsCancelledAfterTheCleanupSteps) {
    const Project project;
    project.write("p.json", planOf(recorders(project),
                                   step("touch " + project.dir() + "/alive; sleep 600") + "," +
                                       step("test ! -e " + project.dir() + "/order && echo STILL-UP",
                                            R"x(,"condition":"always()")x")));
    Running running = project.start({"run", "p.json"});
    project.waitFor("alive");
    running.signal(SIGINT);
    const Ran ran = running.wait();
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_TRUE(ran.outHas("STILL-UP")) << ran.all();
    expectReverseOrder(project);
}

TEST(Services, ACancelWhileTheyStartEndsThem) {
    const Project project;
    project.write("p.json", planOf(service("db", "touch " + project.dir() + "/alive; exec sleep 600",
                                           R"(,"ready":{"exec":"false"})"),
                                   step("echo NEVER")));
    Running running = project.start({"run", "p.json"});
    project.waitFor("alive");
    running.signal(SIGTERM);
    const Ran ran = running.wait();
    EXPECT_EQ(ran.status, 143) << ran.all();
    EXPECT_FALSE(ran.outHas("NEVER")) << ran.all();
    project.expectNoLeftovers();
}

TEST(Services, NothingIsLeftAfterAKillOfCirque) {
    const Project project;
    project.write("p.json",
                  planOf(service("db", "trap '' TERM; setsid sleep 600 & disown; echo up; sleep 600",
                                 R"(,"ready":{"log":"up"})"),
                         step("touch " + project.dir() + "/alive; sleep 600")));
    Running running = project.start({"run", "p.json"});
    project.waitFor("alive");
    running.signal(SIGKILL);
    EXPECT_EQ(running.wait().status, 137);
    project.expectNoLeftovers();
}

// One that puts itself into the background, as pg_ctl does, is up as long as its daemon lives.
TEST(Services, ADaemonisedServiceRunsAndDiesWithTheJob) {
    const Project project;
    const Ran ran = run(project, planOf(service("db", "setsid sleep 600 & echo $! > pid; disown; echo forked",
                                                R"(,"ready":{"log":"forked"})"),
                                        step("sleep 0.3; kill -0 $(cat pid) && echo ALIVE")));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("ALIVE")) << ran.all();
    project.expectNoLeftovers();
}

// Bash of a step: lets the service end and waits until that is known.
std::string untilItEnded(const Project& project) {
    return fmt::format(
        "touch die; until grep -q service.stopped {}/runs/*/journal.jsonl; do sleep 0.02; done",
        project.state());
}

// Steps that did not notice that their database died prove nothing.
TEST(Services, OneThatFailsWhileTheStepsRunFailsTheJob) {
    const Project project;
    const Ran ran =
        run(project, planOf(service("db", "echo up; while [ ! -e die ]; do sleep 0.05; done; exit 7",
                                    R"(,"ready":{"log":"up"})"),
                            step(untilItEnded(project) + "; echo STEP-DONE")));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("STEP-DONE")) << ran.all();
    EXPECT_TRUE(ran.outHas("service 'db' ended before the job did (exit 7)")) << ran.all();
    EXPECT_EQ(RunRecord(project).jobs().at("j"), "failed");
}

TEST(Services, OneThatEndsWellWhileTheStepsRunIsToldAndFailsNothing) {
    const Project project;
    const Ran ran = run(project, planOf(service("db", "echo up; while [ ! -e die ]; do sleep 0.05; done",
                                                R"(,"ready":{"log":"up"})"),
                                        step(untilItEnded(project))));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("service 'db' ended before the job did (exit 0)")) << ran.all();
}

TEST(Services, RestartOnFailureStartsAgainAndGivesUpAfterFive) {
    const Project project;
    const std::string count = "echo x >> starts; echo up; ";
    const Ran ran = run(
        project, planOf(service("db", count + "[ $(wc -l < starts) -ge 3 ] || exit 1; exec sleep 600",
                                R"(,"restart":"on-failure","ready":{"exec":"[ $(wc -l < starts) -ge 3 ]"})"),
                        step("wc -l < starts")));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[j/s] 3")) << ran.all();
    const Ran worse = run(
        project, planOf(service("db", count + "exit 1", R"(,"restart":"always","ready":{"exec":"false"})"),
                        step("echo NEVER")));
    EXPECT_EQ(worse.status, 1) << worse.all();
    EXPECT_TRUE(worse.outHas("service 'db' ended before it was ready (exit 1)")) << worse.all();
    EXPECT_EQ(project.cirque({"logs", project.lastRun(), "j/db"}).out, "up\nup\nup\nup\nup\nup\n");
}

TEST(Services, TheirLogsAreKeptAndRedacted) {
    Project project;
    project.set("T", "hidden-value-123");
    const Ran ran = run(project,
                        planOf(service("db", "echo token=$TOKEN; echo up; exec sleep 600",
                                       R"(,"env":{"TOKEN":{"secret":"T"}},"ready":{"log":"up"})"),
                               step("echo step=${TOKEN-unset}")),
                        {"--secret", "T"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("[j/s] step=unset")) << "a service's variables are its own\n" << ran.all();
    EXPECT_FALSE(ran.outHas("hidden-value")) << ran.all();
    const Ran logs = project.cirque({"logs", project.lastRun(), "j/services.db"});
    EXPECT_TRUE(logs.outHas("token=") && logs.outHas("up\n")) << logs.all();
    EXPECT_EQ(project.shell("grep -r hidden-value \"$CIRQUE_STATE_DIR\" | wc -l").out, "0\n");
}

// A crash that the last request set off may come to light only when the job is over.
TEST(Services, OneThatCrashesAsItEndsFailsTheJob) {
    const Project project;
    const Ran ran =
        run(project, planOf(service("db", "trap 'kill -SEGV $$' TERM; echo up; while :; do sleep 0.05; done",
                                    R"(,"ready":{"log":"up"})"),
                            step("true")));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("service 'db' ended before the job did (killed by SIGSEGV)")) << ran.all();
    const Ran killed =
        run(project, planOf(service("db", "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done",
                                    R"(,"ready":{"log":"up"})"),
                            step("true")));
    EXPECT_EQ(killed.status, 0) << "how it ends when it is told to is its own affair\n" << killed.all();
}

// What is cut off for a message is cut off after the secrets are hidden: half of one is not known as one.
TEST(Services, NoPartOfASecretIsInAMessage) {
    Project project;
    const std::string secret(200, 's');
    project.set("T", secret);
    const std::string env = R"(,"env":{"TOKEN":{"secret":"T"}})";
    for (const int before : {0, 300, 450, 550}) {
        const Ran ready = run(
            project,
            planOf(
                service(
                    "db", "exec sleep 600",
                    env +
                        fmt::format(
                            R"(,"ready":{{"exec":"printf '%{}s' ''; printf %s $TOKEN; printf '%{}s' ''; exit 1",
                               "timeout":"300ms"}})",
                            before, 600 - before)),
                step("true")),
            {"--secret", "T"});
        EXPECT_EQ(ready.status, 1) << ready.all();
        EXPECT_FALSE(ready.outHas("sssss")) << before << ready.all();
    }
    for (const int before : {850, 950, 990}) {
        const Ran ran =
            run(project,
                planOf("", step(fmt::format("printf '%{}s%s=(\\n' x $TOKEN | tr ' ' x >> $JOB_ENV", before),
                                env)),
                {"--secret", "T"});
        EXPECT_EQ(ran.status, 1) << ran.all();
        EXPECT_FALSE(ran.outHas("sssss")) << before << ran.all();
    }
}

TEST(Services, AJobThatItsConditionSkipsStartsNone) {
    const Project project;
    const Ran ran = run(project, planOf(service("db", "touch " + project.dir() + "/started; exec sleep 600"),
                                        step("true"), R"(,"condition":{"bash":"false"})"));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_FALSE(project.exists("started"));
}

// What a service writes as it ends (coverage, a dump) belongs to the job's artifacts.
TEST(Services, HaveEndedBeforeArtifactsAreSaved) {
    const Project project;
    const Ran ran =
        run(project, planOf(service("web",
                                    "trap 'echo covered > cover; exit 0' TERM; echo up; while :; do "
                                    "sleep 0.05; done",
                                    R"(,"ready":{"log":"up"})"),
                            step("true"), R"(,"outputs":{"cover":"cover"})"));
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST(Services, WhatIsNotRunIsRefusedByName) {
    const Project project;
    const Ran ran =
        run(project, planOf(R"("db":{"image":"postgres:16","ports":[{"container":1}],"volumes":["data"]})",
                            step("true")));
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("services.db.ports") && ran.errHas("services.db.volumes")) << ran.all();
}

} // namespace
} // namespace cirque::test
