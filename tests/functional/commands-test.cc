// SPDX-License-Identifier: Apache-2.0
// The commands around a run: what they print, in words and as JSON, and how they fail.
#include "tests/functional/support/project.hh"

#include <boost/json.hpp>

namespace cirque::test {
namespace {

namespace json = boost::json;

json::object parsed(const Ran& ran) {
    boost::system::error_code code;
    json::value value = json::parse(ran.out, code);
    EXPECT_FALSE(code) << ran.all();
    return value.is_object() ? value.as_object() : json::object{};
}

TEST(Commands, ThePlanOfAWorkflowIsADocumentThatRuns) {
    const Project project;
    project.write("ci.nix", R"json({ cirque, ... }: cirque.mkWorkflow { name = "ci";
      jobs.a.steps = [ { name = "s"; bash = "echo from-plan"; } ]; })json");
    const Ran plan = project.cirque({"plan", "--json"});
    ASSERT_EQ(plan.status, 0) << plan.all();
    EXPECT_EQ(parsed(plan).begin()->key(), "plan") << "the first key says the version";
    project.write("p.json", plan.out);
    const Ran again = project.cirque({"plan", "p.json", "--json"});
    EXPECT_EQ(again.out, plan.out) << "a plan read back is the same plan";
    EXPECT_TRUE(project.cirque({"run", "p.json"}).outHas("from-plan"));
}

TEST(Commands, CheckAcceptsAValidWorkflowAndNamesTheLineOfABadOne) {
    const Project project;
    project.write(
        "good.nix",
        R"json({ cirque, ... }: cirque.mkWorkflow { name = "g"; jobs.a.steps = [ { bash = ":"; } ]; })json");
    EXPECT_EQ(project.cirque({"check", "good.nix"}).status, 0);
    project.write("bad.nix", "{ cirque, ... }: cirque.mkWorkflow {\n  name = \"b\";\n  jobs.a = {\n    need "
                             "= [ ];\n    steps = [ { bash = \":\"; } ];\n  };\n}\n");
    const Ran bad = project.cirque({"check", "bad.nix"});
    EXPECT_EQ(bad.status, 2) << bad.all();
    EXPECT_TRUE(bad.errHas("bad.nix:4:5")) << bad.all();
    EXPECT_TRUE(bad.errHas("needs")) << bad.all();
}

TEST(Commands, EveryMistakeIsToldAtOnceUnderALineThatCountsThem) {
    const Project project;
    project.write(
        "ci.nix",
        "{ cirque, ... }: cirque.mkWorkflow {\n  jobs.a = { need = [ ];\n    timeout = \"5 parsecs\";\n    "
        "steps = [ { bash = \":\"; nme = \"x\"; } ]; };\n}\n");
    const Ran ran = project.cirque({"check"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("ci.nix has 4 mistakes:\n")) << ran.all();
    for (const char* text : {"'name' is missing", "ci.nix:2:14", "ci.nix:3:5", "ci.nix:4:29"}) {
        EXPECT_TRUE(ran.errHas(text)) << text << "\n" << ran.all();
    }
}

TEST(Commands, RunsListsNewestFirstWithTheirOutcome) {
    const Project project;
    EXPECT_EQ(project.cirque({"run", project.planOf({"true"})}).status, 0);
    EXPECT_EQ(project.cirque({"run", project.planOf({"exit 3"})}).status, 1);
    const json::array runs = parsed(project.cirque({"runs", "--json"}))["runs"].as_array();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].at("outcome").at("kind"), "failed") << runs;
    EXPECT_EQ(runs[1].at("outcome").at("kind"), "succeeded");
    EXPECT_EQ(runs[0].at("state"), "finished");
    const Ran words = project.cirque({"runs"});
    EXPECT_EQ(words.status, 0) << words.all();
}

TEST(Commands, ShowTellsEveryStepWithItsStatus) {
    const Project project;
    (void)project.cirque({"run", project.planOf({"true", "exit 3"})});
    const Ran shown = project.cirque({"show", project.lastRun().substr(0, 13)});
    EXPECT_EQ(shown.status, 0) << shown.all();
    EXPECT_TRUE(shown.outHas("s2") && shown.outHas("exit 3")) << shown.all();
    EXPECT_EQ(project.cirque({"show", project.lastRun(), "--json"}).status, 0);
}

TEST(Commands, LogsTakeAStepByNameOrNumberAndKeepEveryByte) {
    const Project project;
    (void)project.cirque({"run", project.planOf({"echo one", "printf 'a\\0b\\377\\n\\033[31mred'"})});
    const std::string run = project.lastRun();
    EXPECT_EQ(project.cirque({"logs", run, "main/1"}).out, "one\n");
    EXPECT_EQ(project.cirque({"logs", run, "main/s2"}).out, std::string("a\0b\377\n\033[31mred", 13));
    const Ran missing = project.cirque({"logs", run, "main/s3"});
    EXPECT_EQ(missing.status, 2) << missing.all();
    EXPECT_TRUE(missing.errHas("s3")) << missing.all();
    const Ran attempt = project.cirque({"logs", run, "main/s1", "--attempt", "9"});
    EXPECT_EQ(attempt.status, 2) << attempt.all();
    EXPECT_TRUE(attempt.errHas("attempt 9")) << attempt.all();
    (void)parsed(project.cirque({"logs", run, "--json"}));
}

TEST(Commands, AnUnknownRunIsNamedWithAHint) {
    const Project project;
    const Ran empty = project.cirque({"show", "0000"});
    EXPECT_EQ(empty.status, 2) << empty.all();
    EXPECT_TRUE(empty.errHas("nothing has run yet")) << empty.all();
    (void)project.cirque({"run", project.planOf({"true"})});
    const Ran ran = project.cirque({"show", "0000"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("0000") && ran.errHas("cirque runs")) << ran.all();
}

TEST(Commands, NamedJobsBringWhatTheyNeedAndOnlyDoesNot) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"t","jobs":{
        "a":{"steps":[{"name":"s","run":"echo RAN-A"}]},
        "b":{"needs":["a"],"steps":[{"name":"s","run":"echo RAN-B"}]},
        "c":{"steps":[{"name":"s","run":"echo RAN-C"}]}}})json");
    const Ran withNeeds = project.cirque({"run", "p.json", "b"});
    EXPECT_EQ(withNeeds.status, 0) << withNeeds.all();
    EXPECT_TRUE(withNeeds.outHas("RAN-A") && withNeeds.outHas("RAN-B") && !withNeeds.outHas("RAN-C"))
        << withNeeds.all();
    const Ran only = project.cirque({"run", "p.json", "--only", "b"});
    EXPECT_EQ(only.status, 0) << only.all();
    EXPECT_TRUE(!only.outHas("RAN-A") && only.outHas("RAN-B")) << only.all();
    const Ran unknown = project.cirque({"run", "p.json", "bb"});
    EXPECT_EQ(unknown.status, 2) << unknown.all();
    EXPECT_TRUE(unknown.errHas("bb")) << unknown.all();
}

TEST(Commands, EveryEventAndLineCanBeHadAsJson) {
    const Project project;
    const Ran ran = project.cirque({"run", project.planOf({"echo hi"}), "--json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    std::size_t start = 0;
    bool finished = false;
    bool line = false;
    while (start < ran.out.size()) {
        const std::size_t end = ran.out.find('\n', start);
        ASSERT_NE(end, std::string::npos) << "a torn record";
        const json::object record = json::parse(ran.out.substr(start, end - start)).as_object();
        finished = finished || record.at("type") == "run.finished";
        line = line || (record.at("type") == "log.line" && record.at("text") == "hi");
        start = end + 1;
    }
    EXPECT_TRUE(finished && line) << ran.all();
}

TEST(Commands, EventsThatCouldNotBeWrittenAreAFailure) {
    const Project project;
    const std::string command = std::string(CIRQUE_PROGRAM) + " run " + project.planOf({"true"});
    for (const std::string option :
         {" --json", " --log-format json", " --log-format structured", " --log-format simple"}) {
        const Ran lost = project.shell(command + option + " > /dev/full");
        EXPECT_EQ(lost.status, 3) << option;
        EXPECT_TRUE(lost.errHas("cannot write to standard output")) << option << lost.all();
    }
    EXPECT_EQ(project.shell("CIRQUE_LOG_FORMAT=json " + command + " > /dev/full").status, 3);
    EXPECT_EQ(project.shell(command + " > /dev/full").status, 0)
        << "the verdict does not hang on the terminal";
}

TEST(Commands, ParametersAreCheckedAndReachTheJobs) {
    const Project project;
    project.write(
        "p.json",
        R"json({"plan":1,"name":"t","params":{"level":{"type":"choice","choices":["low","high"],"default":"low"}},
        "jobs":{"a":{"env":{"LEVEL":{"param":"level"}},"steps":[{"name":"s","run":"echo level=$LEVEL"}]}}})json");
    EXPECT_TRUE(project.cirque({"run", "p.json"}).outHas("level=low"));
    EXPECT_TRUE(project.cirque({"run", "p.json", "--param", "level=high"}).outHas("level=high"));
    EXPECT_EQ(project.cirque({"run", "p.json", "--param", "level=odd"}).status, 2);
    EXPECT_EQ(project.cirque({"run", "p.json", "--param", "levl=low"}).status, 2);
}

// Wrong: a value given again is ignored, and the run is green with the old one.
TEST(Commands, ThePlanOfAWorkflowHasItsParametersSettled) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"t","params":{"n":{"type":"int"}},
        "jobs":{"a":{"env":{"N":{"param":"n"}},"steps":[{"name":"s","run":"echo n=$N"}]}}})json");
    project.write("q.json", project.cirque({"plan", "p.json", "--param", "n=3", "--json"}).out);
    EXPECT_TRUE(project.cirque({"run", "q.json"}).outHas("n=3"));
    const Ran again = project.cirque({"run", "q.json", "--param", "n=5"});
    EXPECT_EQ(again.status, 2) << again.all();
    EXPECT_TRUE(again.errHas("settled when it was made")) << again.all();
}

// Wrong: the run fails with a hint at the other job's success, and repeating it fails for ever.
TEST(Commands, OnlyAJobWhoseInputsNobodySavesIsRefused) {
    const Project project;
    project.write("p.json", R"json({"plan":1,"name":"t","jobs":{
        "b":{"outputs":{"dist":"d"},"steps":[{"run":"echo > d"}]},
        "t":{"needs":["b"],"inputs":["dist"],"steps":[{"run":"cat d"}]}}})json");
    const Ran alone = project.cirque({"run", "p.json", "--only", "t"});
    EXPECT_EQ(alone.status, 2) << alone.all();
    EXPECT_TRUE(alone.errHas("job 't' takes the artifact 'dist', which 'b' would save")) << alone.all();
    EXPECT_EQ(project.cirque({"run", "p.json", "--only", "t", "b"}).status, 0);
    EXPECT_EQ(project.cirque({"rerun", project.lastRun(), "--failed", "--only", "t"}).status, 0)
        << "what is taken over has its artifacts";
}

TEST(Commands, AnUnknownCommandOrOptionIsNamedWithTheNearest) {
    const Project project;
    const Ran command = project.cirque({"rnu"});
    EXPECT_EQ(command.status, 2);
    EXPECT_TRUE(command.errHas("cirque run")) << command.all();
    const Ran option = project.cirque({"run", "--fail-fats"});
    EXPECT_EQ(option.status, 2);
    EXPECT_TRUE(option.errHas("--fail-fast")) << option.all();
    EXPECT_EQ(project.cirque({"--version"}).status, 0);
    EXPECT_EQ(project.cirque({"help", "run"}).status, 0);
}

TEST(Commands, DirectoryMovesThereAndAFolderTargetMeansTheSame) {
    const Project project;
    project.write(
        "sub/ci.nix",
        R"json({ cirque, ... }: cirque.mkWorkflow { name = "s"; jobs.a.steps = [ { bash = "ls"; } ]; })json");
    EXPECT_TRUE(project.cirque({"run", "-C", "sub"}).outHas("ci.nix"));
    EXPECT_TRUE(project.cirque({"run", "./sub"}).outHas("ci.nix"));
    EXPECT_EQ(project.cirque({"run"}).status, 2) << "there is no workflow at the top";
}

} // namespace
} // namespace cirque::test
