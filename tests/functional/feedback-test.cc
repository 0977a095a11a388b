// SPDX-License-Identifier: Apache-2.0
// What steps tell beyond their bytes: annotations, test reports, summaries.
#include "base/json.hh"
#include "tests/functional/support/run-record.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace cirque::test {
namespace {

using Texts = std::vector<std::string>;

// The events of one type in the newest run's journal, in order.
std::vector<JsonObject> events(const Project& project, std::string_view type) {
    std::ifstream file(fmt::format("{}/runs/{}/journal.jsonl", project.state(), project.lastRun()));
    std::vector<JsonObject> found;
    for (std::string line; std::getline(file, line);) {
        const Result<Json> json = parseJson(line, "journal");
        EXPECT_TRUE(json) << line;
        if (json && json->at("type").as_string() == type) {
            found.push_back(json->as_object());
        }
    }
    return found;
}

std::string text(const JsonObject& json, std::string_view key) {
    const Json* found = json.if_contains(key);
    return found == nullptr ? "" : std::string(found->as_string());
}

TEST(Annotations, OfAStepBecomeEventsAndStayInItsLog) {
    const Project project;
    project.planOf({"echo '::error file=a.c,line=3,title=Syntax::expected %22;%22'; echo ' ::warning::w'; "
                    "echo 'no ::error::here'; echo '::stop-commands::X'; echo '::error::no'; echo '::X::'; "
                    "printf '::notice::the end'"});
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 0) << "an annotation fails nothing\n" << ran.all();
    const std::vector<JsonObject> found = events(project, "annotation");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(text(found[0], "level") + text(found[0], "file") + text(found[0], "title"), "errora.cSyntax");
    EXPECT_EQ(text(found[0], "message"), "expected %22;%22");
    EXPECT_EQ(found[0].at("line").as_int64(), 3);
    EXPECT_EQ(found[0].at("step").as_int64(), 0);
    EXPECT_EQ(text(found[1], "level"), "warning");
    EXPECT_EQ(text(found[2], "message"), "the end");
    const Ran logs = project.cirque({"logs", project.lastRun()});
    EXPECT_TRUE(logs.outHas("::error file=a.c,line=3,title=Syntax::expected %22;%22\n ::warning::w\n"))
        << logs.all();
}

TEST(Annotations, AreRedactedAndBounded) {
    Project project;
    project.set("TOKEN", "s3cret-value");
    project.planOf(
        {"echo \"::error title=$T::the token is $T\"; for i in $(seq 150); do echo \"::notice::n$i\"; done"},
        R"("env": {"T": {"secret": "TOKEN"}})");
    const Ran ran = project.cirque({"run", "plan.json", "--secret", "TOKEN"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const std::vector<JsonObject> found = events(project, "annotation");
    ASSERT_EQ(found.size(), 100U);
    EXPECT_EQ(text(found[0], "message"), "the token is ***");
    EXPECT_EQ(text(found[0], "title"), "***");
    const std::vector<JsonObject> notices = events(project, "notice");
    ASSERT_EQ(notices.size(), 1U) << "one notice for all that came after";
    EXPECT_TRUE(text(notices[0], "message").find("more than 100 annotations") != std::string::npos);
}

// What a report tells is cut; the part of a secret before or after a cut must not stand anywhere.
TEST(Reports, DoNotTellPartsOfSecrets) {
    Project project;
    project.set("TOK", "SECRETTOKEN:\"0123456789abcdefghijklmnop");
    const auto failing = [](const std::string& message, const std::string& name) {
        return fmt::format("t=$(printf %s \"$TOK\" | sed 's/\"/\\&quot;/'); printf '<testsuite><testcase "
                           "name=\"n%*s%s and more\"><failure message=\"n%*s%s and more\"/></testcase>"
                           "</testsuite>' {} '' \"$t\" {} '' \"$t\"",
                           name, message);
    };
    for (const std::string& script :
         {failing("4080", "10") + " > r.xml", failing("10", "495") + " > r.xml",
          std::string(
              "{ printf "
              "'{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"T\",\"Output\":\"%s%4080s\"}\\n' "
              "\"${TOK/\\\"/\\\\\\\"}\" n; echo '{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"T\"}'; "
              "echo '{\"Action\":\"fail\",\"Package\":\"p\"}'; } > r.xml")}) {
        project.planOf({script}, R"("env": {"TOK": {"secret": "TOK"}}, "reports": ["r.xml"])");
        const Ran ran = project.cirque({"run", "plan.json", "--secret", "TOK"});
        EXPECT_EQ(ran.status, 1) << ran.all();
        EXPECT_TRUE(ran.outHas("1 of 1 tests failed")) << ran.all();
        std::string told = ran.all();
        for (const char* name : {"journal.jsonl", "summary.json"}) {
            std::ifstream file(fmt::format("{}/runs/{}/{}", project.state(), project.lastRun(), name));
            told += std::string(std::istreambuf_iterator<char>(file), {});
        }
        EXPECT_NE(told.find("tests.reported"), std::string::npos);
        for (const char* part : {"SECR", "0123", "abcd", "mnop"}) {
            EXPECT_EQ(told.find(part), std::string::npos) << script << "\n" << told;
        }
    }
}

// The step succeeds, its tests did not.
TEST(Reports, FailedTestsFailTheJobAndAreNamed) {
    const Project project;
    project.planOf({"mkdir -p out/a && printf '1..2\\nok 1 - opens\\nnot ok 2 - closes\\n' > out/a/x.tap"},
                   R"("reports": ["out/**/*.tap"], "outputs": {"kept": "out"})");
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("1 of 2 tests failed: closes")) << ran.all();
    EXPECT_EQ(RunRecord(project).steps("main"), Texts{"s1: succeeded"});
    EXPECT_TRUE(RunRecord(project).artifacts().empty());
    const std::vector<JsonObject> told = events(project, "tests.reported");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(text(told[0], "source") + " " + text(told[0], "format"), "out/a/x.tap tap");
    EXPECT_EQ(told[0].at("failures").as_array().at(0).at("name").as_string(), "closes");
}

TEST(Reports, OnAStepsOutputAreRead) {
    const Project project;
    project.planOf(
        {R"(echo building; echo '{"Action":"pass","Package":"p","Test":"T"}'; echo '{"Action":"pass","Package":"p"}')"},
        R"("reports": [{"step": "s1", "format": "gotest"}])");
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_EQ(events(project, "tests.reported").at(0).at("passed").as_int64(), 1);
}

TEST(Reports, AMissingOneIsNoSuccess) {
    const Project project;
    project.planOf({"true"}, R"("reports": ["junit.xml"])");
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_TRUE(ran.outHas("report 'junit.xml': there is no such file in the job's folder")) << ran.all();
}

// An old green report in the work tree, and a step that writes none.
TEST(Reports, OfTheWorkTreeProveNothing) {
    const Project project;
    project.write("junit.xml", "<testsuite><testcase name='old'/></testsuite>");
    project.planOf({"true"}, R"("reports": ["junit.xml"])");
    project.commitAll();
    const Ran stale = project.cirque({"run", "plan.json"});
    EXPECT_EQ(stale.status, 1) << stale.all();
    EXPECT_TRUE(stale.outHas("no step wrote it")) << stale.all();
    EXPECT_TRUE(events(project, "tests.reported").empty());
    project.planOf({"chmod -R u+rwx,go= ."}, R"("reports": ["junit.xml"])");
    EXPECT_EQ(project.cirque({"run", "plan.json"}).status, 1) << "another mode wrote nothing";
    project.planOf({"echo \"<testsuite><testcase name='new'/></testsuite>\" > new && mv new junit.xml"},
                   R"("reports": ["junit.xml"])");
    EXPECT_EQ(project.cirque({"run", "plan.json"}).status, 0);
}

// Wrong: what lies outside the job's folder is read, or the run hangs on a FIFO.
TEST(Reports, NeverLeadOutOfTheJobsFolder) {
    const Project project;
    project.write("../outside.xml", "<testsuite><testcase name='x'/></testsuite>");
    for (const char* script : {"ln -s $OUTSIDE junit.xml", "mkfifo junit.xml", "mkdir junit.xml",
                               "ln -s /proc/self/environ junit.xml"}) {
        project.planOf({fmt::format("OUTSIDE={}/outside.xml; {}", project.root(), script)},
                       R"("reports": ["junit.xml"])");
        const Ran ran = project.cirque({"run", "plan.json"}, 30);
        EXPECT_EQ(ran.status, 1) << script << "\n" << ran.all();
        EXPECT_TRUE(events(project, "tests.reported").empty()) << script;
    }
}

TEST(Reports, AreNoSuccessWhenTheyAreNotWholeOrForgiveAWordAlike) {
    Project project;
    project.planOf({R"(printf '1..2\nok 1\nnot ok 2 - writes # todos.json to disk\n' > r.tap)"},
                   R"("reports": ["r.tap"])");
    EXPECT_EQ(project.cirque({"run", "plan.json"}).status, 1);
    project.planOf({R"(echo "<testsuite name='s' tests='10'><testcase name='a'/></testsuite>" > r.xml)"},
                   R"("reports": ["r.xml"])");
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 1);
    EXPECT_TRUE(ran.outHas("counts 10 tests and lists 1")) << ran.all();
}

// What `--junit` wrote of an inner run may be the report of a job.
TEST(Reports, OfCirqueItselfAreWhole) {
    Project project;
    project.planOf({R"(printf '1..3\nok 1\nok 2\nok 3\n' > r.tap)"}, R"("reports": ["r.tap"])");
    EXPECT_EQ(project.cirque({"run", "plan.json", "--junit", "inner.xml"}).status, 0);
    project.planOf({"cat inner.xml > r.xml"}, R"("reports": ["r.xml"])");
    const Ran ran = project.cirque({"run", "plan.json"});
    EXPECT_EQ(ran.status, 0) << ran.all();
}

TEST(Reports, AreRedacted) {
    Project project;
    project.set("TOKEN", "s3cret-value");
    project.planOf({"printf '1..1\\nnot ok 1 - %s\\n  ---\\n  message: %s\\n  ...\\n' $T $T > r.tap"},
                   R"("env": {"T": {"secret": "TOKEN"}}, "reports": ["r.tap"])");
    const Ran ran = project.cirque({"run", "plan.json", "--secret", "TOKEN"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    EXPECT_FALSE(ran.outHas("s3cret")) << ran.all();
    const Ran grep = project.shell("grep -rl s3cret-value " + project.state() + "/runs");
    EXPECT_EQ(grep.out, "");
    project.planOf(
        {R"(echo "<testsuite name='$T'><testcase name='$T' file='$T'><failure message='$T'/></testcase></testsuite>" > r.xml)"},
        R"("env": {"T": {"secret": "TOKEN"}}, "reports": ["r.xml"])");
    EXPECT_EQ(project.cirque({"run", "plan.json", "--secret", "TOKEN", "--junit", "out.xml"}).status, 1);
    const Ran again = project.shell("grep -rl s3cret-value " + project.state() + "/runs out.xml");
    EXPECT_EQ(again.out, "");
}

TEST(Reports, WhatAPlanSaysAboutThemIsChecked) {
    const Project project;
    project.planOf({"true"},
                   R"("reports": ["../x", {"step": "s1", "path": "x"}, {"path": "x", "format": "nunit"}])");
    const Ran ran = project.cirque({"check", "plan.json"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    for (const char* part : {"must not contain '..'", "'nunit'", "reports[1]"}) {
        EXPECT_TRUE(ran.errHas(part) || ran.outHas(part)) << part << "\n" << ran.all();
    }
}

TEST(Summaries, AreKeptRedacted) {
    Project project;
    project.set("TOKEN", "s3cret-value");
    project.planOf({"echo \"# All $T\" >> \"$GITHUB_STEP_SUMMARY\"", "true"},
                   R"("env": {"T": {"secret": "TOKEN"}})");
    const Ran ran = project.cirque({"run", "plan.json", "--secret", "TOKEN"});
    EXPECT_EQ(ran.status, 0) << ran.all();
    const std::vector<JsonObject> told = events(project, "summary.written");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(text(told[0], "text"), "# All ***\n");
}

// Also when the run failed; and what `show` prints later is the same.
TEST(JunitOut, IsWrittenAtTheEndAndIsWhatShowPrints) {
    const Project project;
    project.planOf({"printf 'one \\xff\\n'", "echo ']]> <two>'; exit 3", "echo three"});
    project.write("report.xml", "old");
    const Ran ran = project.cirque({"run", "plan.json", "--junit", "report.xml"});
    EXPECT_EQ(ran.status, 1) << ran.all();
    const std::string xml = project.read("report.xml");
    EXPECT_NE(xml.find(R"(<testcase name="s2" classname="test.main")"), std::string::npos) << xml;
    EXPECT_NE(xml.find("<failure message=\"exit 3\""), std::string::npos) << xml;
    EXPECT_NE(xml.find("<system-out>]]&gt; &lt;two&gt;</system-out>"), std::string::npos) << xml;
    const Ran checked = project.shell("python3 " CIRQUE_SOURCE "/tests/support/check-junit.py report.xml");
    EXPECT_EQ(checked.status, 0) << checked.all();
    const Ran shown = project.cirque({"show", project.lastRun(), "--format", "junit"});
    EXPECT_EQ(shown.out, xml);
    EXPECT_EQ(project.cirque({"show", project.lastRun(), "--format", "nunit"}).status, 2);
}

TEST(JunitOut, OfACancelledRunIsWritten) {
    const Project project;
    project.planOf({"touch " + project.root() + "/begun; sleep 60"});
    Running running = project.start({"run", "plan.json", "--junit", "report.xml"});
    project.waitFor(project.root() + "/begun");
    running.signal(SIGINT);
    EXPECT_EQ(running.wait().status, 130);
    EXPECT_NE(project.read("report.xml").find("<error message=\"cancelled\""), std::string::npos);
}

TEST(JunitOut, AFileThatCannotBeIsToldBeforeAnythingRuns) {
    const Project project;
    project.planOf({"touch " + project.root() + "/ran"});
    const Ran ran = project.cirque({"run", "plan.json", "--junit", "no/such/folder/x.xml"});
    EXPECT_EQ(ran.status, 2) << ran.all();
    EXPECT_TRUE(ran.errHas("there is no folder")) << ran.all();
    EXPECT_NE(::access((project.root() + "/ran").c_str(), F_OK), 0);
}

// Wrong: the link is replaced, and whoever reads what it names takes an old report for that of this run.
TEST(JunitOut, GoesThroughALinkAndIntoAPipe) {
    const Project project;
    project.planOf({"exit 3"});
    project.write("target.xml", "old and green");
    ASSERT_EQ(project.shell("ln -s target.xml link.xml && mkfifo fifo lonely").status, 0);
    EXPECT_EQ(project.cirque({"run", "plan.json", "--junit", "link.xml"}).status, 1);
    EXPECT_EQ(project.shell("test -L link.xml").status, 0);
    EXPECT_NE(project.read("target.xml").find("<failure"), std::string::npos) << project.read("target.xml");
    Running reader = project.startShell("exec timeout 30 cat fifo");
    project.planOf({"true"});
    EXPECT_EQ(project.cirque({"run", "plan.json", "--junit", "fifo"}).status, 0);
    EXPECT_TRUE(reader.wait().outHas("<testcase name=\"s1\""));
    const Ran lonely = project.cirque({"run", "plan.json", "--junit", "lonely"}, 30);
    EXPECT_EQ(lonely.status, 3) << lonely.all();
    EXPECT_TRUE(lonely.errHas("nobody reads it")) << lonely.all();
    EXPECT_EQ(project.shell("test -p fifo && test -p lonely").status, 0);
}

// A green run whose report could not be written must not leave its reader with the old one in good faith.
TEST(JunitOut, AReportThatCannotBeWrittenIsNoSuccess) {
    const Project project;
    const std::string folder = project.root() + "/away";
    project.planOf({"mv " + folder + " " + folder + ".gone"});
    ASSERT_EQ(::mkdir(folder.c_str(), 0755), 0);
    const Ran ran = project.cirque({"run", "plan.json", "--junit", folder + "/x.xml"});
    EXPECT_EQ(ran.status, 3) << ran.all();
    EXPECT_TRUE(ran.errHas("JUnit report")) << ran.all();
}

} // namespace
} // namespace cirque::test
