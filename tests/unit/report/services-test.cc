// SPDX-License-Identifier: Apache-2.0
// What each view shows of services. A job that waits for one, or fails by one, must say so everywhere.
#include "base/columns.hh"
#include "base/text.hh"
#include "report/explain/explain.hh"
#include "report/finish/finish.hh"
#include "report/graph/graph.hh"
#include "report/timeline/waterfall.hh"
#include "report/trace/trace.hh"
#include "tests/unit/report/services-sample.hh"
#include "tests/unit/report/timeline-sample.hh"
#include "tests/unit/report/tui-run.hh"

#include <gtest/gtest.h>

namespace cirque::report {
namespace {

using namespace event;
using test::ServicesRun;
using test::TuiRun;

history::Timeline timeline() {
    test::Gather gather;
    ServicesRun(gather).play();
    return std::move(gather.builder).take(false);
}

std::string golden(const std::string& name) {
    return CIRQUE_TEST_DATA "/report/services-" + name;
}

struct Fed : Listener {
    RunModel model;
    std::string screen;

    void onEvent(const Event& event) override {
        model.add(event);
        if (const auto* body = std::get_if<RunFinished>(&event.body)) {
            screen = finalScreen(model, event, *body, {false, 100});
        }
    }

    void onLog(const TryRef& ref, std::string_view bytes) override { model.log(ref, bytes); }
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

const TryRef app{"j", 1, -2, 1};
const TryRef db{"j", 1, -3, 1};

// A job with two services that is about to start them.
void begin(TuiRun& run) {
    run.tell(RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1});
    run.tell(JobsAdded{{{"j", {}, {"s"}, {"app", "db"}}}, ""});
    run.tell(JobStarted{"j", 1, "local", ""});
    run.tell(ServiceStarted{app, "app", 1});
    run.tell(ServiceStarted{db, "db", 1});
}

std::string shownBy(TuiRun& run) {
    run.frame();
    return run.vt.text();
}

} // namespace

TEST(ServicesSeen, TheWaterfallHasABarForEach) {
    const history::Timeline line = timeline();
    test::expectGolden(golden("waterfall.txt"),
                       toWaterfall(line, {100, false}) + toWaterfall(line, {60, true}));
    for (const std::string_view one : split(toWaterfall(line, {60, false}), '\n')) {
        EXPECT_LE(columns(one), 60U) << one;
    }
}

TEST(ServicesSeen, BothTracesHaveThem) {
    const history::Timeline line = timeline();
    test::expectGolden(golden("trace.perfetto.json"), toPretty(toPerfetto(line)));
    test::expectGolden(golden("trace.otlp.json"), toPretty(toOtlp(line)));
}

TEST(ServicesSeen, AnExplanationSaysWhenTheyWereUpAndWhatEndedThem) {
    const history::Timeline line = timeline();
    std::string all;
    for (const history::JobSpan& job : line.jobs) {
        all += job.name + "\n";
        const Explanation why = explain(line, nullptr, job.name).value();
        for (const std::string& sentence : why.sentences) {
            all += "  " + sentence + "\n";
        }
    }
    test::expectGolden(golden("explain.txt"), all);
    EXPECT_EQ(explain(line, nullptr, "web")->waitedForServices, Millis(780));
    EXPECT_EQ(explain(line, nullptr, "never")->waitedForServices, Millis(200)) << "until it failed";
}

TEST(ServicesSeen, TheFinalScreenNamesTheOneThatFailed) {
    Fed fed;
    ServicesRun(fed).play();
    test::expectGolden(golden("final.txt"), fed.screen);
    EXPECT_TRUE(has(fed.screen, "both   failed: exit 4")) << fed.screen;
    EXPECT_TRUE(has(fed.screen, "service 'db' failed\n")) << "beside the step that failed\n" << fed.screen;
}

TEST(ServicesSeen, ALiveRunSaysWhichIsWaitedFor) {
    TuiRun run({100, 10});
    begin(run);
    EXPECT_TRUE(has(shownBy(run), "waits for app to be up (0 of 2 are)")) << run.vt.text();
    run.tell(ServiceReady{app, "app", Millis(5)});
    run.log(db, "creating files ... ok\n");
    EXPECT_TRUE(has(shownBy(run), "waits for db to be up (1 of 2 are): creating files ... ok"))
        << run.vt.text();
    run.tell(ServiceRestarting{db, "db", 1, Outcome::failedExit(1)});
    run.tell(ServiceStarted{db, "db", 2});
    EXPECT_TRUE(has(shownBy(run), "waits for db to be up (1 of 2 are), start 2: creating")) << run.vt.text();
    run.tell(ServiceReady{db, "db", Millis(5)});
    run.tell(StepStarted{{"j", 1, 0, 1}, "s"});
    EXPECT_FALSE(has(shownBy(run), "waits for")) << run.vt.text();
    run.tell(StepFinished{{"j", 1, 0, 1}, "s", Outcome::succeeded(), Millis(5)});
    EXPECT_TRUE(has(shownBy(run), "waits for db to end")) << run.vt.text();
    run.tell(ServiceStopped{db, "db", Outcome::cancelled()});
    EXPECT_TRUE(has(shownBy(run), "waits for app to end")) << run.vt.text();
    run.tell(ServiceStopped{app, "app", Outcome::cancelled()});
    EXPECT_FALSE(has(shownBy(run), "waits for")) << run.vt.text();
}

// Wrong: who opens a job's log while its database comes up, or after that failed, sees an empty one.
TEST(ServicesSeen, TheLogOfAJobIsThatOfTheServiceThatIsWaitedForOrFailed) {
    TuiRun run({100, 20});
    begin(run);
    run.log(db, "no such table space\n");
    run.log(app, "listening\n");
    run.type("j\r");
    EXPECT_TRUE(has(run.vt.text(), "│ listening")) << run.vt.text();
    run.tell(ServiceReady{app, "app", Millis(5)});
    run.tell(ServiceStopped{db, "db", Outcome::failedExit(3)});
    EXPECT_TRUE(has(shownBy(run), "│ no such table space")) << run.vt.text();
}

TEST(ServicesSeen, ANewAttemptBeginsWithNoneUp) {
    TuiRun run({100, 10});
    begin(run);
    run.tell(ServiceReady{app, "app", Millis(5)});
    run.tell(ServiceStopped{db, "db", Outcome::failedExit(3)});
    run.tell(JobRetrying{"j", 1, 2, Millis(0), Outcome::failedExit(3)});
    run.tell(JobStarted{"j", 2, "local", ""});
    run.tell(ServiceStarted{{"j", 2, -2, 1}, "app", 1});
    EXPECT_TRUE(has(shownBy(run), "waits for app to be up (0 of 2 are)")) << run.vt.text();
}

// A graph is of jobs and what they need of each other; what is in a job is counted, as its steps are.
TEST(ServicesSeen, AGraphCountsThem) {
    GraphJob job;
    job.steps = 1;
    EXPECT_EQ(detailOf(job), "1 step");
    job.services = 2;
    EXPECT_EQ(detailOf(job), "1 step, 2 services");
}

} // namespace cirque::report
