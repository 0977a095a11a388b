// SPDX-License-Identifier: Apache-2.0
#include "report/graph/graph.hh"

#include "base/columns.hh"
#include "base/text.hh"
#include "plan/parse.hh"
#include "report/graph/escape.hh"
#include "report/graph/layers.hh"
#include "report/graph/layout.hh"
#include "tests/unit/event/every-event.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cirque::report {
namespace {

// Two ways to the end, a condition, a matrix, and names that each of the languages would trip over.
constexpr std::string_view document = R"json({"plan": 1, "name": "ci <\"&\"> \\N", "jobs": {
  "lint": {"steps": [{"name": "s", "run": ":"}]},
  "build \"x\" <&> \\N": {"needs": ["lint"], "steps": [{"name": "a", "run": ":"}, {"name": "b", "run": ":"}]},
  "1. `тест` *_end_* #35; 試験": {"needs": ["lint"], "continueOnError": true,
    "matrix": {"values": {"os": "linux"}}, "steps": [{"name": "s", "run": ":"}]},
  "alone": {"steps": [{"name": "s", "run": ":"}]},
  "deploy": {"needs": ["build \"x\" <&> \\N", "1. `тест` *_end_* #35; 試験", "lint"],
    "condition": {"when": "always()", "bash": "test 1 = 1\ntrue"}, "steps": [{"name": "s", "run": ":"}]}}})json";

GraphView sample() {
    auto plan = plan::parsePlanText(document, "sample");
    EXPECT_TRUE(plan) << plan.error().text();
    return graphOf(*plan);
}

GraphView sampleRun() {
    GraphView graph = sample();
    graph.run = test::someRun();
    const std::vector<Outcome> outcomes{Outcome::succeeded(), Outcome::failedExit(7), Outcome::failedExit(1),
                                        Outcome::cached(), Outcome::skipped(SkipReason::NeedFailed)};
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        graph.jobs[i].outcome = outcomes[i];
        graph.jobs[i].duration = Millis(1200 * static_cast<int>(i));
    }
    return graph;
}

std::vector<std::vector<int>> randomNeeds(std::size_t jobs, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::vector<int>> needs(jobs);
    for (std::size_t job = 1; job < jobs; ++job) {
        for (unsigned i = 0; i < random() % 4; ++i) {
            const int need = static_cast<int>(random() % job);
            if (std::ranges::find(needs[job], need) == needs[job].end()) {
                needs[job].push_back(need);
            }
        }
    }
    return needs;
}

bool overlap(const Box& a, const Box& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

} // namespace

TEST(Graph, EveryFormIsAsTheGoldenFilesSay) {
    const GraphView plan = sample();
    const GraphView run = sampleRun();
    const std::string folder = CIRQUE_TEST_DATA "/report/graph";
    test::expectGolden(folder + ".tree.txt", toTree(plan, {}) + toTree(run, {60, true}));
    test::expectGolden(folder + ".dot", toDot(run));
    test::expectGolden(folder + ".mmd", toMermaid(run));
    test::expectGolden(folder + ".svg", toSvg(run));
    test::expectGolden(folder + ".json", toPretty(toJson(run)));
}

TEST(Graph, ChosenJobsBringWhatTheyNeedAndNothingElse) {
    const auto plan = plan::parsePlanText(document, "sample").value();
    const std::vector<std::string> chosen{"build \"x\" <&> \\N"};
    const GraphView graph = graphOf(plan, chosen);
    ASSERT_EQ(graph.jobs.size(), 2U);
    EXPECT_EQ(graph.jobs[0].name, "lint");
    EXPECT_EQ(graph.jobs[1].needs, std::vector<int>{0});
}

// What a matrix made while the run ran is in no plan.
TEST(Graph, ARunShowsItsOwnJobsAndThePlansConditions) {
    history::RunSummary run;
    run.name = "ci";
    run.jobs.resize(2);
    run.jobs[0].name = "lint";
    run.jobs[0].outcome = Outcome::succeeded();
    run.jobs[1].name = "deploy";
    run.jobs[1].needs = {"lint", "never heard of"};
    const auto plan = plan::parsePlanText(document, "sample").value();
    const GraphView graph = graphOf(run, &plan);
    ASSERT_EQ(graph.jobs.size(), 2U);
    EXPECT_EQ(graph.jobs[1].needs, std::vector<int>{0});
    EXPECT_EQ(graph.jobs[1].condition, "always() and bash: test 1 = 1 ...");
    EXPECT_FALSE(graph.jobs[1].outcome);
    EXPECT_EQ(outcomeWord(graph.jobs[0]), "succeeded");
}

TEST(GraphTree, KeepsToItsWidthHoweverDeepTheGraphIs) {
    GraphView graph;
    graph.name = "deep";
    for (int i = 0; i < 300; ++i) {
        GraphJob& job = graph.jobs.emplace_back();
        job.name = fmt::format("job-{}-{}", i, i % 7 == 0 ? std::string(90, 'x') : "試験");
        job.needs = i == 0 ? std::vector<int>{} : std::vector<int>{i - 1};
    }
    for (const std::size_t width : {60U, 100U, 200U}) {
        const std::string tree = toTree(graph, {width, false});
        const auto lines = split(std::string_view(tree).substr(0, tree.size() - 1), '\n');
        EXPECT_EQ(lines.size(), 301U);
        for (const std::string_view line : lines) {
            EXPECT_LE(columns(line), width) << line;
        }
    }
}

TEST(GraphTree, TellsASharedJobOnceAndLosesNoneOnACycle) {
    GraphView graph;
    graph.jobs.resize(4);
    for (std::size_t i = 0; i < 4; ++i) {
        graph.jobs[i].name = fmt::format("job{}", i);
    }
    graph.jobs[2].needs = {0, 1};
    graph.jobs[3].needs = {3};
    const std::string tree = toTree(graph, {});
    EXPECT_NE(tree.find("job2  (above)"), std::string::npos) << tree;
    EXPECT_EQ(tree.find("(above)"), tree.find("(above)", tree.find("job2  0 steps"))) << tree;
    EXPECT_NE(tree.find("job3  0 steps"), std::string::npos) << tree;
}

TEST(GraphEscape, NoNameEndsALabel) {
    EXPECT_EQ(dotText("a\"b\\"), "a\\\"b\\\\");
    EXPECT_EQ(dotText("&lt;"), "&amp;lt;");
    EXPECT_EQ(mermaidText("a-b_c.d"), "a-b_c.d");
    EXPECT_EQ(mermaidText("\"`fa:x`\"]"), "#34;#96;fa#58;x#96;#34;#93;");
    EXPECT_EQ(mermaidText("- 1. _x_"), "#45; 1#46; #95;x#95;");
    EXPECT_EQ(xmlText("<a b=\"&\">"), "&lt;a b=&quot;&amp;&quot;&gt;");
    EXPECT_EQ(xmlText("a\x01\x1b[2Jb\xff\tc\xef\xbf\xbe"), "ab\xef\xbf\xbd c\xef\xbf\xbd");
}

// Boxes on each other, or an arrow against the direction of time, would tell something wrong.
TEST(GraphLayout, BoxesStandApartAndRightOfWhatTheyNeed) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const auto needs = randomNeeds(40, seed);
        std::vector<Box> sizes(needs.size());
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            sizes[i].width = 60 + static_cast<double>((i * 37) % 90);
            sizes[i].height = 42;
        }
        const Layout layout = arrange(sizes, needs);
        std::size_t arrivals = 0;
        for (std::size_t i = 0; i < needs.size(); ++i) {
            const Box& box = layout.boxes[i];
            EXPECT_GE(box.x, 0);
            EXPECT_LE(box.x + box.width, layout.width);
            EXPECT_LE(box.y + box.height, layout.height);
            for (std::size_t j = 0; j < i; ++j) {
                EXPECT_FALSE(overlap(box, layout.boxes[j])) << i << " and " << j << ", seed " << seed;
            }
            for (const int need : needs[i]) {
                const Box& before = layout.boxes[static_cast<std::size_t>(need)];
                EXPECT_LT(before.x + before.width, box.x);
            }
            arrivals += needs[i].size();
        }
        EXPECT_EQ(static_cast<std::size_t>(
                      std::ranges::count_if(layout.lines, [](const Line& line) { return line.to >= 0; })),
                  arrivals);
    }
}

// Every line begins where its job, or an earlier line of it, ends.
TEST(GraphLayout, EveryLineIsJoinedToItsJob) {
    const auto needs = randomNeeds(60, 7);
    const Layout layout = arrange(std::vector<Box>(needs.size(), Box{0, 0, 80, 42}), needs);
    for (const Line& line : layout.lines) {
        const Point& start = line.points.front();
        const Box& box = layout.boxes[static_cast<std::size_t>(line.from)];
        const bool atBox = start.x == box.x + box.width && start.y > box.y && start.y < box.y + box.height;
        const bool atLine = std::ranges::any_of(layout.lines, [&](const Line& other) {
            return other.from == line.from && other.to < 0 && other.points.back().x == start.x &&
                   other.points.back().y == start.y;
        });
        EXPECT_TRUE(atBox || atLine);
        for (std::size_t i = 1; i < line.points.size(); ++i) {
            EXPECT_TRUE(line.points[i].x == line.points[i - 1].x || line.points[i].y == line.points[i - 1].y);
        }
    }
}

TEST(GraphLayers, ASimpleTangleIsUndone) {
    // a ladder whose rungs were written crosswise
    const Layers layers = makeLayers({{}, {}, {}, {2}, {1}, {0}});
    EXPECT_EQ(countCrossings(layers), 0U);
}

TEST(GraphLayers, AGraphWhereAllNeedAllStaysSmall) {
    std::vector<std::vector<int>> needs(1000);
    for (int job = 0; job < 1000; ++job) {
        for (int need = 0; need < job; ++need) {
            needs[static_cast<std::size_t>(job)].push_back(need);
        }
    }
    const Layers layers = makeLayers(needs);
    EXPECT_EQ(layers.columns.size(), 1000U);
    EXPECT_LT(layers.nodes.size(), 63'000U);
    EXPECT_FALSE(layers.straight.empty());
}

// A very long chain: coordinates beyond a million must not lose their digits.
TEST(GraphLayout, ALongChainKeepsItsPrecision) {
    GraphView graph;
    for (int i = 0; i < 9000; ++i) {
        GraphJob& job = graph.jobs.emplace_back();
        job.name = fmt::format("job-{}", i);
        job.needs = i == 0 ? std::vector<int>{} : std::vector<int>{i - 1};
    }
    const std::string svg = toSvg(graph);
    EXPECT_EQ(svg.find("e+"), std::string::npos);
    EXPECT_NE(svg.find("job-8999</text>"), std::string::npos);
}

TEST(GraphLayout, AnEmptyGraphIsAnEmptyPage) {
    const std::string svg = toSvg(GraphView{});
    EXPECT_NE(svg.find("</svg>"), std::string::npos);
    EXPECT_EQ(svg.find("\"inf"), std::string::npos) << svg;
    EXPECT_EQ(svg.find("\"nan"), std::string::npos);
}

} // namespace cirque::report
