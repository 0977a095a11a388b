// SPDX-License-Identifier: Apache-2.0
// What will run and what ran, as pictures and words: the real program, its output read by parsers that are
// not ours.
#include "tests/functional/support/project.hh"

#include <boost/json.hpp>

namespace cirque::test {
namespace {

namespace json = boost::json;

// Names that each of the languages would trip over.
constexpr const char* plan = R"json({"plan":1,"name":"ci <\"&\"> \\","jobs":{
    "a \"x\" <&> \\":{"steps":[{"name":"s","run":"true"}]},
    "-- %% ]; `b`":{"needs":["a \"x\" <&> \\"],"steps":[{"name":"s","run":"exit 3"}]},
    "試験":{"needs":["-- %% ]; `b`"],"steps":[{"name":"s","run":"true"}]}}})json";

class Seeing : public testing::Test {
  protected:
    Project project;

    void SetUp() override { project.write("p.json", plan); }
};

} // namespace

TEST_F(Seeing, TheGraphOfAPlanAndOfARunAreReadByOthersPrograms) {
    ASSERT_EQ(project.cirque({"run", "p.json"}).status, 1);
    for (const std::string& what : {std::string("p.json"), "--run=" + project.lastRun()}) {
        const Ran svg = project.cirque({"graph", what, "--format", "svg"});
        ASSERT_EQ(svg.status, 0) << svg.all();
        project.write("g.svg", svg.out);
        const Ran parsed =
            project.shell("python3 -c 'import xml.etree.ElementTree as e; r = e.parse(\"g.svg\"); "
                          "print([t.text for t in r.iter(\"{http://www.w3.org/2000/svg}text\")])'");
        EXPECT_EQ(parsed.status, 0) << parsed.all();
        EXPECT_TRUE(parsed.outHas("-- %% ]; `b`") && parsed.outHas("試験")) << parsed.all();
        const Ran dot = project.cirque({"graph", what, "--format", "dot"});
        ASSERT_EQ(dot.status, 0) << dot.all();
        project.write("g.dot", dot.out);
        const Ran drawn = project.shell("dot -Tplain g.dot");
        EXPECT_EQ(drawn.status, 0) << drawn.all();
        EXPECT_TRUE(drawn.outHas("edge n0 n1") && drawn.outHas("edge n1 n2")) << drawn.all();
        const Ran data = project.cirque({"graph", what, "--json"});
        const json::array jobs = json::parse(data.out).at("jobs").as_array();
        ASSERT_EQ(jobs.size(), 3U);
        EXPECT_EQ(jobs[2].at("needs").at(0), "-- %% ]; `b`");
    }
}

TEST_F(Seeing, TheTreeOfARunSaysHowEachJobEnded) {
    ASSERT_EQ(project.cirque({"run", "p.json"}).status, 1);
    const Ran tree = project.cirque({"graph", "--run", project.lastRun().substr(0, 13)});
    EXPECT_EQ(tree.status, 0) << tree.all();
    EXPECT_TRUE(tree.outHas("└─ -- %% ]; `b`  exit 3") && tree.outHas("試験  skipped")) << tree.all();
    EXPECT_TRUE(project.cirque({"graph", "p.json", "a \"x\" <&> \\"}).outHas("1 step"));
}

TEST_F(Seeing, AnUnknownFormatIsToldBeforeAnythingIsLoaded) {
    const Ran ran = project.cirque({"graph", "nowhere.json", "--format", "png"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("png") && ran.errHas("mermaid")) << ran.all();
}

// Retries, skips and a failure in one run, for what tells of time.
constexpr const char* slow = R"json({"plan":1,"name":"slow","jobs":{
    "a":{"steps":[{"name":"flaky","run":"echo x >> $JOB_DIR/n; test $(wc -l < $JOB_DIR/n) = 2",
                   "retry":{"max_attempts":3,"min_time":0}},{"name":"after","run":"true"}]},
    "b":{"needs":["a"],"steps":[{"name":"s","run":"exit 3"}]},
    "c":{"needs":["b"],"steps":[{"name":"s","run":"true"}]},
    "d":{"needs":["c"],"steps":[{"name":"s","run":"true"}]},
    "no":{"condition":"test -f nowhere","steps":[{"name":"s","run":"true"}]}}})json";

TEST_F(Seeing, TracesKeepTheRulesOfTheirFormats) {
    project.write("slow.json", slow);
    ASSERT_EQ(project.cirque({"run", "slow.json"}).status, 1);
    const std::string check = std::string(CIRQUE_SOURCE) + "/tests/functional/support/check-trace ";
    for (const std::string format : {"perfetto", "otlp"}) {
        const Ran made = project.cirque({"trace", project.lastRun(), "--format", format, "-o", "t.json"});
        ASSERT_EQ(made.status, 0) << made.all();
        EXPECT_EQ(made.out, "");
        const Ran checked = project.shell(check + format + " t.json");
        EXPECT_EQ(checked.status, 0) << checked.all();
        EXPECT_EQ(project.cirque({"trace", project.lastRun(), "--format", format}).out,
                  project.read("t.json"));
    }
    ASSERT_EQ(project.shell("ln -s t.json link && mkfifo lonely").status, 0);
    EXPECT_EQ(project.cirque({"trace", project.lastRun(), "-o", "link"}).status, 0);
    EXPECT_EQ(project.shell("test -L link").status, 0);
    EXPECT_EQ(project.cirque({"trace", project.lastRun()}).out, project.read("t.json"));
    const Ran lonely = project.cirque({"trace", project.lastRun(), "-o", "lonely"}, 30);
    EXPECT_EQ(lonely.status, 3) << lonely.all();
    EXPECT_EQ(project.shell("test -p lonely").status, 0);
    ASSERT_EQ(project.cirque({"trace", project.lastRun(), "--format", "otlp", "-o", "t.json"}).status, 0);
    // the checker itself must be able to say no
    EXPECT_NE(
        project.shell("sed 's/\"kind\":1/\"kind\":9/' t.json > bad.json; " + check + "otlp bad.json").status,
        0);
    EXPECT_EQ(project.cirque({"trace", project.lastRun(), "--format", "svg"}).status, 2);
}

TEST_F(Seeing, TheTimelineShowsTriesAndWhatDidNotRun) {
    project.write("slow.json", slow);
    ASSERT_EQ(project.cirque({"run", "slow.json"}).status, 1);
    const Ran page = project.cirque({"show", project.lastRun(), "--timeline"});
    EXPECT_EQ(page.status, 0) << page.all();
    EXPECT_TRUE(page.outHas("▚") && page.outHas("skipped: a need failed")) << page.all();
    EXPECT_TRUE(page.outHas("* critical path") && page.outHas("a → b")) << page.all();
    const json::value data =
        json::parse(project.cirque({"show", project.lastRun(), "--timeline", "--json"}).out);
    const json::array& jobs = data.at("timeline").at("jobs").as_array();
    ASSERT_EQ(jobs.size(), 5U);
    EXPECT_EQ(jobs[0].at("attempts").at(0).at("steps").at(0).at("tries").as_array().size(), 2U) << jobs[0];
    EXPECT_EQ(jobs[1].at("critical"), true);
}

TEST_F(Seeing, EveryJobIsExplained) {
    project.write("slow.json", slow);
    ASSERT_EQ(project.cirque({"run", "slow.json"}).status, 1);
    const auto why = [&](const char* job) { return project.cirque({"explain", project.lastRun(), job}); };
    EXPECT_TRUE(why("a").outHas("in 2 tries")) << why("a").all();
    EXPECT_TRUE(why("b").outHas("It needs 'a', which ended")) << why("b").all();
    EXPECT_TRUE(why("d").outHas("'b', which it needs through 'c', ended with failed: exit 3"))
        << why("d").all();
    EXPECT_TRUE(why("no").outHas("bash `test -f nowhere`, said no")) << why("no").all();
    EXPECT_EQ(why("e").status, 2);
    const json::value data = json::parse(project.cirque({"explain", project.lastRun(), "d", "--json"}).out);
    EXPECT_EQ(json::serialize(data.at("path")), R"(["d","c","b"])");
}

// One service that is started again before it is up, and one that ends while the step waits for that.
constexpr const char* served = R"json({"plan":1,"name":"served","jobs":{
    "again":{"copyRepo":false,"services":{"db":{"exec":"test -e x && { echo is up; exec sleep 600; }; touch x; exit 3",
      "ready":{"log":"is up"},"restart":"on-failure"}},"steps":[{"name":"s","run":"true"}]},
    "dies":{"copyRepo":false,"services":{"db":{"exec":"until test -e die; do sleep 0.02; done; exit 7"}},
      "steps":[{"name":"waits","run":"touch die; until grep -q 'before the job did' $STATE/runs/*/journal.jsonl; do sleep 0.02; done"}]}}})json";

TEST_F(Seeing, ServicesAreSeenWhereStepsAre) {
    project.write("served.json", served);
    ASSERT_EQ(project.cirque({"run", "served.json", "--env", "STATE=" + project.state()}).status, 1);
    const std::string run = project.lastRun();
    const Ran page = project.cirque({"show", run});
    EXPECT_TRUE(page.outHas("  service db ") && page.outHas(", 2 starts\n")) << page.all();
    EXPECT_TRUE(page.outHas(", ended early (exit 7)\n")) << page.all();
    const Ran bars = project.cirque({"show", run, "--timeline"});
    EXPECT_TRUE(bars.outHas("═ service is up") && bars.outHas("╳ service failed")) << bars.all();
    const Ran why = project.cirque({"explain", run, "dies"});
    EXPECT_TRUE(why.outHas("while step 1, 'waits', ran, it ended with: failed: exit 7.")) << why.all();
    EXPECT_TRUE(project.cirque({"explain", run, "again"}).outHas("it was started 2 times"));
    EXPECT_TRUE(project.cirque({"graph", "--run", run}).outHas("1 step, 1 service"));
    for (const std::string format : {"perfetto", "otlp"}) {
        ASSERT_EQ(project.cirque({"trace", run, "--format", format, "-o", "t.json"}).status, 0);
        const Ran checked = project.shell(std::string(CIRQUE_SOURCE) +
                                          "/tests/functional/support/check-trace " + format + " t.json");
        EXPECT_EQ(checked.status, 0) << checked.all();
        EXPECT_NE(project.read("t.json").find("start 2"), std::string::npos);
    }
}

TEST_F(Seeing, ARerunSaysWhereItsOutcomesComeFrom) {
    project.write("slow.json", slow);
    ASSERT_EQ(project.cirque({"run", "slow.json"}).status, 1);
    const std::string former = project.lastRun();
    ASSERT_EQ(project.cirque({"rerun", former, "--failed", "--current-tree"}).status, 1);
    const std::string again = project.lastRun();
    ASSERT_NE(again, former);
    const Ran why = project.cirque({"explain", again, "a"});
    EXPECT_TRUE(why.outHas("run " + former + " had done it")) << why.all();
    EXPECT_TRUE(project.cirque({"show", again, "--timeline"}).outHas("as in run " + former.substr(0, 13)));
    const json::value otlp = json::parse(project.cirque({"trace", again, "--format", "otlp"}).out);
    std::string trace = former;
    std::erase(trace, '-');
    EXPECT_NE(json::serialize(otlp).find(R"("links":[{"traceId":")" + trace), std::string::npos);
}

} // namespace cirque::test
