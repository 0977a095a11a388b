// SPDX-License-Identifier: Apache-2.0
// Services that are containers: reached where SERVICE_<NAME>_PORT says, gone at every ending, and an engine
// that fails is never the job's failure.
#include "tests/functional/support/oci.hh"
#include "tests/functional/support/port.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>

namespace cirque::test {
namespace {

// What a container of the test image runs: answers everybody on `port` with "hello".
std::string server(int port) {
    return fmt::format(
        "exec perl -MIO::Socket::INET -e '$|=1; my $s=IO::Socket::INET->new(Listen=>9,LocalPort=>{},"
        "ReuseAddr=>1) or die; print qq(listening\\n); $SIG{{TERM}}=sub{{print qq(got TERM\\n);exit 0}}; "
        "while(1){{my $c=$s->accept or next; my $l=<$c>; "
        "print $c qq(HTTP/1.0 200 OK\\r\\n\\r\\nhello from the container\\n); close $c}}'",
        port);
}

constexpr const char* askIt =
    "exec 3<>/dev/tcp/$SERVICE_DB_HOST/$SERVICE_DB_PORT; printf 'GET /\\n' >&3; cat <&3";

class ImageServices : public Oci {
  protected:
    // `extra` of service "db", whose container runs `script`.
    static std::string service(const std::string& script, const std::string& extra = "") {
        return fmt::format(R"("db":{{"image":"{}","exec":{}{}}})", Places::image, quoteJson(script), extra);
    }

    std::string plan(const std::string& services, const std::string& script,
                     const std::string& extra = "") const {
        return project_.planOf(
            {script}, fmt::format(R"("services":{{{}}}{}{})", services, extra.empty() ? "" : ",", extra));
    }

    static std::string place(const std::string& kind, const std::string& options = "{}") {
        return fmt::format(R"("executor":{{"kind":"{}","options":{}}})", kind, options);
    }

    // A PATH with links to these programs only.
    std::string pathOf(const std::string& programs) const {
        const Ran made = project_.shell(fmt::format(
            "mkdir -p ../bin && for p in {}; do ln -sf $(command -v $p) ../bin/$p; done", programs));
        EXPECT_EQ(made.status, 0) << made.all();
        return project_.root() + "/bin";
    }

    Ran log() const { return project_.cirque({"logs", project_.lastRun(), "main/db"}); }

    void expectServed(const std::string& placeOfJob, int port) const {
        const Ran ran =
            run(plan(service(server(port), fmt::format(R"(,"ports":[{}])", port)), askIt, placeOfJob));
        EXPECT_EQ(ran.status, 0) << ran.all();
        EXPECT_TRUE(ran.outHas("hello from the container")) << ran.all();
        EXPECT_EQ(log().out, "listening\ngot TERM\n");
        expectGone();
    }
};

TEST_F(ImageServices, AreReachedFromStepsOfThisMachine) {
    expectServed("", freePort());
}

// Its localhost is that of the job's container, whose steps have no other network.
TEST_F(ImageServices, AreReachedFromStepsInAContainer) {
    for (const char* mode : {"isolated", "shared"}) {
        expectServed(place("oci", options(fmt::format(R"(, "mode": "{}")", mode))), 5432);
    }
}

TEST_F(ImageServices, AreReachedFromStepsInASandboxWithTheNetwork) {
    expectServed(place("sandbox", R"({"network":true})"), freePort());
}

TEST_F(ImageServices, ASandboxWithoutANetworkIsRefusedBeforeTheRun) {
    const Ran ran = run(plan(service("sleep 600"), "echo RAN", place("sandbox")));
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("job 'main'") && ran.errHas("service 'db'") && ran.errHas("network = true"))
        << ran.all();
    EXPECT_FALSE(ran.outHas("RAN"));
}

TEST_F(ImageServices, AMachineWithoutAnEngineIsRefusedBeforeAnythingStarts) {
    project_.set("PATH", pathOf("bash git env cat mkdir rm sleep"));
    const Ran ran = run(plan(service("sleep 600"), "echo RAN"));
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("service 'db' of job 'main'") && ran.outHas("neither podman nor docker") &&
                ran.outHas("install podman"))
        << ran.all();
    EXPECT_FALSE(ran.outHas("RAN"));
}

TEST_F(ImageServices, AMachineWithoutAnEngineRunsTheOtherJobs) {
    project_.set("PATH", pathOf("bash git env cat mkdir rm sleep"));
    project_.write("two.json", fmt::format(R"({{"plan": 1, "name": "t", "jobs": {{
        "main": {{"services": {{{}}}, "steps": [{{"name": "s", "run": "true"}}]}},
        "other": {{"steps": [{{"name": "s", "run": "echo RAN"}}]}}}}}})",
                                           service("sleep 600")));
    const Ran ran = run("two.json", {"other"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("RAN")) << ran.all();
}

// The tools to ask it with are in the image; this machine need not have them.
TEST_F(ImageServices, AreReadyWhenACommandInsideSaysSo) {
    const Ran ran =
        run(plan(service("sleep 0.5; echo made > /only-inside; trap 'exit 0' TERM; sleep 600 & wait",
                         R"(,"ready":{"exec":"[ \"$(cat /only-inside)\" = made ] && test \"$WHO\" = db"},
                                         "env":{"WHO":"db"})"),
                 "test ! -e /only-inside; echo \"who=${WHO-none}\""));
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("who=none")) << ran.all();
    const Ran never = run(plan(service("trap 'exit 0' TERM; sleep 600 & wait",
                                       R"(,"ready":{"exec":["test","-e","/nowhere"],"timeout":2})"),
                               "echo RAN"));
    EXPECT_EQ(never.status, 1) << never.all();
    EXPECT_TRUE(never.outHas("was not ready within 2") && !never.outHas("RAN")) << never.all();
    expectGone();
}

// Of an image without bash, by its sh; and what the image itself would run is not said here.
TEST_F(ImageServices, AnImageNeedsNoBash) {
    const Ran ran = run(plan(
        fmt::format(R"("db":{{"image":"{}","exec":"echo sh is enough; trap 'exit 0' TERM; sleep 600 & wait",
                                             "ready":{{"log":"is enough"}}}})",
                    Places::noBashImage),
        "true"));
    EXPECT_EQ(ran.status, 0) << ran.all() << log().out;
    expectGone();
}

TEST_F(ImageServices, SecretsAreInNoCommandLineAndInNoLog) {
    project_.set("T", "hidden-value-123");
    const Ran ran = run(
        plan(service(
                 "printf 'seen=%s\\n' \"$TOKEN\" \"${#TOKEN} $PLAIN\"; trap 'exit 0' TERM; sleep 600 & wait",
                 R"(,"env":{"TOKEN":{"secret":"T"},"PLAIN":"$(id) `id` 'x'"},
                                         "ready":{"log":"seen=16 $(id) `id` 'x'"})"),
             "all=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '); v=hidden; "
             "[[ $all == *podman*run*--env=TOKEN* ]]; [[ $all != *\"$v-value\"* ]]; "
             "[ -z \"${TOKEN-}\" ]; echo CHECKED"),
        {"--secret", "T"});
    EXPECT_EQ(ran.status, 0) << ran.all() << log().out;
    EXPECT_TRUE(ran.outHas("CHECKED")) << ran.all();
    EXPECT_FALSE(ran.outHas("hidden-value") || log().outHas("hidden-value")) << ran.all();
    expectGone();
}

TEST_F(ImageServices, AnImageThatDoesNotExistIsNotTheJobsFailure) {
    const Ran ran = run(plan(R"("db":{"image":"localhost/no-such-image:7"})", "echo RAN"));
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.outHas("service 'db'") && ran.outHas("localhost/no-such-image:7") &&
                ran.outHas("cannot be fetched"))
        << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
    EXPECT_EQ(RunRecord(project_).jobs().at("main"), "infrastructure");
    expectGone();
}

TEST_F(ImageServices, OneThatEndsIsTheJobsFailureAndSaysHow) {
    const Ran before = run(plan(service("echo no disk; exit 3", R"(,"ready":{"exec":"false"})"), "echo RAN"));
    EXPECT_EQ(before.status, 1) << before.all();
    EXPECT_TRUE(before.outHas("service 'db' ended before it was ready (exit 3)") && before.outHas("no disk"))
        << before.all();
    EXPECT_FALSE(before.outHas("RAN")) << before.all();
    const Ran missing = run(plan(fmt::format(R"("db":{{"image":"{}","exec":["no-such-program"],
                                                "ready":{{"exec":["true"]}}}})",
                                             Places::image),
                                 "echo RAN"));
    EXPECT_EQ(missing.status, 1) << missing.all();
    EXPECT_TRUE(missing.outHas("no-such-program")) << missing.all();
    const Ran during = run(plan(service("echo up; sleep 1; exit 7", R"(,"ready":{"log":"up"})"),
                                "id=$CIRQUE_RUN_ID; until grep -q service.stopped " + project_.state() +
                                    "/runs/$id/journal.jsonl; do sleep 0.05; done; echo STEP-DONE"));
    EXPECT_EQ(during.status, 1) << during.all();
    EXPECT_TRUE(during.outHas("STEP-DONE") && during.outHas("service 'db' ended before the job did (exit 7)"))
        << during.all();
    expectGone();
}

TEST_F(ImageServices, RestartMakesANewContainerEachTime) {
    const Ran ran = run(plan(service("test ! -e /been-here; touch /been-here; echo fresh; exit 1",
                                     R"(,"restart":"on-failure","ready":{"exec":"false"})"),
                             "echo RAN"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_EQ(log().out, "fresh\nfresh\nfresh\nfresh\nfresh\nfresh\n");
    expectGone();
}

// While it is waited for, too: the place that can no longer be asked is lost, and nobody waits for the rest
// of the time.
TEST_F(ImageServices, APlaceThatIsLostWhileTheyStartIsNotTheJobsFailure) {
    Running running = project_.start(
        {"run",
         plan(service("echo up; trap 'exit 0' TERM; sleep 600 & wait", R"(,"ready":{"tcp":5432})"),
              "echo RAN", place("oci", options())),
         "--no-tui"});
    for (int tries = 300; tries > 0 && !running.outSoFar().contains("up"); --tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_EQ(
        places_.podman("kill $('" + places_.bin() + "/podman' ps --format '{{.Names}}' | grep job-main)")
            .status,
        0);
    const Ran ran = running.wait(40);
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_FALSE(ran.outHas("RAN")) << ran.all();
    expectGone();
}

// Nobody can tell how it ended: that is no verdict.
TEST_F(ImageServices, AContainerThatIsTakenAwayIsNotTheJobsFailure) {
    Running running = project_.start(
        {"run",
         plan(service("echo up; trap 'exit 0' TERM; sleep 600 & wait", R"(,"ready":{"log":"up"})"),
              "touch " + project_.dir() + "/alive; until [ -e " + project_.dir() +
                  "/go ]; do sleep 0.05; done"),
         "--no-tui"});
    project_.waitFor("alive");
    EXPECT_EQ(places_.podman("rm --all --force --time 0").status, 0);
    const Ran seen = project_.shell(fmt::format(
        "for i in $(seq 200); do grep -q service.stopped {}/runs/*/journal.jsonl && break; sleep 0.1; done",
        project_.state()));
    EXPECT_EQ(seen.status, 0);
    project_.write("go", "");
    const Ran ran = running.wait(60);
    EXPECT_EQ(ran.status, 3) << ran.all();
    expectGone();
}

TEST_F(ImageServices, ACancelStopsThemAsTheirImageWants) {
    const int port = freePort();
    Running running = project_.start({"run",
                                      plan(service(server(port), fmt::format(R"(,"ports":[{}])", port)),
                                           "touch " + project_.dir() + "/alive; sleep 600"),
                                      "--no-tui"});
    project_.waitFor("alive");
    running.signal(SIGINT);
    const Ran ran = running.wait(40);
    EXPECT_EQ(ran.status, 130) << ran.all();
    EXPECT_EQ(log().out, "listening\ngot TERM\n");
    expectGone();
}

TEST_F(ImageServices, ASecondCancelDoesNotWait) {
    Running running = project_.start(
        {"run",
         plan(service("trap '' TERM; echo up; while :; do sleep 0.1; done", R"(,"ready":{"log":"up"})"),
              "touch " + project_.dir() + "/alive; trap 'touch " + project_.dir() +
                  "/stopping; exit 1' TERM; sleep 600 & wait"),
         "--no-tui"});
    project_.waitFor("alive");
    running.signal(SIGINT);
    project_.waitFor("stopping");
    running.signal(SIGINT);
    const Ran ran = running.wait(9); // less than the grace that it would take
    EXPECT_EQ(ran.status, 130) << ran.all();
    expectGone();
}

// Whatever the place: the containers of a dead run are found by their labels.
TEST_F(ImageServices, TheNextRunRemovesWhatAKilledCirqueLeft) {
    project_.write("other.json",
                   R"({"plan":1,"name":"o","jobs":{"j":{"steps":[{"name":"s","run":"true"}]}}})");
    for (const std::string& where :
         {std::string(), place("oci", options()), place("sandbox", R"({"network":true})")}) {
        std::filesystem::remove(project_.dir() + "/alive");
        Running running = project_.start(
            {"run",
             plan(service("trap '' TERM; echo up; while :; do sleep 0.1; done", R"(,"ready":{"log":"up"})"),
                  "echo IN-STEP; sleep 600", where),
             "--no-tui"});
        for (int tries = 300; tries > 0 && !running.outSoFar().contains("IN-STEP"); --tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        running.signal(SIGKILL);
        EXPECT_EQ(running.wait().status, 137);
        EXPECT_NE(places_.containers(), "") << "a kill leaves it for the next run";
        const Ran next = project_.cirque({"run", "other.json", "--no-tui"});
        EXPECT_EQ(next.status, 0) << next.all();
        expectGone();
    }
}

TEST_F(ImageServices, APortThatIsTakenIsNotMistakenForReadiness) {
    const Port taken;
    const Ran ran = run(
        plan(service(server(taken.number()), fmt::format(R"(,"ports":[{}])", taken.number())), "echo RAN"));
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("another program listens on port") && !ran.outHas("RAN")) << ran.all();
}

} // namespace
} // namespace cirque::test
