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

} // namespace cirque::test
