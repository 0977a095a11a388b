// SPDX-License-Identifier: Apache-2.0
#include "report/junit/junit.hh"

#include "report/junit/listener.hh"
#include "report/junit/xml-writer.hh"
#include "tests/unit/report/recorded.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace cirque::report {
namespace {

using history::JobSummary;
using history::RunSummary;

std::string readText(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class JunitTest : public testing::Test {
  protected:
    ~JunitTest() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path() const { return folder_ + "/junit.xml"; }

    // What tests/support/check-junit.py finds wrong with it.
    std::string problems(const std::string& xml) {
        std::ofstream(path(), std::ios::binary) << xml;
        const std::string said = folder_ + "/said";
        posix_spawn_file_actions_t files{};
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawn_file_actions_addopen(&files, 1, said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::posix_spawn_file_actions_adddup2(&files, 1, 2);
        std::string script = CIRQUE_TEST_DATA "/../support/check-junit.py";
        std::string file = path();
        std::string python = "python3";
        const std::array<char*, 4> words{python.data(), script.data(), file.data(), nullptr};
        pid_t child = 0;
        int status = -1;
        EXPECT_EQ(::posix_spawnp(&child, "python3", &files, nullptr, words.data(), environ), 0);
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        ::posix_spawn_file_actions_destroy(&files);
        const std::string out = readText(said);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 && out.empty() ? "" : out + " (refused)\n" + xml;
    }

    static RunSummary run() {
        RunSummary made;
        made.id = test::someRun();
        made.name = "ci";
        made.outcome = Outcome::failedWith("a job failed");
        made.duration = Millis(12'345);
        return made;
    }

    static JobSummary job(std::string name, Outcome outcome) {
        JobSummary made;
        made.name = std::move(name);
        made.outcome = std::move(outcome);
        made.steps.resize(1);
        made.steps[0].name = "only";
        made.steps[0].outcome = made.outcome;
        return made;
    }

    static std::string of(const RunSummary& run, const std::string& output = "") {
        return toJunit(run, [&](const JobSummary&, std::size_t) { return output; });
    }

    std::string folder_ = [] {
        std::string made = (std::filesystem::temp_directory_path() / "cirque-junit-XXXXXX").string();
        EXPECT_NE(::mkdtemp(made.data()), nullptr);
        return made;
    }();
};

TEST_F(JunitTest, TheRecordedRunIsAsTheGoldenFileSaysAndValid) {
    JunitListener listener(path());
    test::play(listener);
    ASSERT_TRUE(listener.finish());
    const std::string xml = readText(path());
    test::expectGolden(CIRQUE_TEST_DATA "/report/junit.xml", xml);
    EXPECT_EQ(problems(xml), "");
}

// "Your code failed", "our system failed" and "it did not run" are three things.
TEST_F(JunitTest, OutcomesAreToldApart) {
    RunSummary summary = run();
    summary.jobs = {job("good", Outcome::succeeded()),
                    job("cached", Outcome::cached()),
                    job("bad", Outcome::failedExit(7)),
                    job("ours", Outcome::infrastructure("disk full")),
                    job("cancelled", Outcome::cancelled()),
                    job("interrupted", Outcome::interrupted()),
                    job("skipped", Outcome::skipped(SkipReason::NeedFailed))};
    const std::string xml = of(summary);
    EXPECT_EQ(problems(xml), "");
    EXPECT_NE(
        xml.find(R"(<testsuites name="ci" tests="7" failures="1" errors="3" skipped="1" time="12.345">)"),
        std::string::npos)
        << xml;
    EXPECT_NE(xml.find(R"(<failure message="exit 7" type="failed"/>)"), std::string::npos) << xml;
    EXPECT_NE(xml.find(R"(<error message="infrastructure: disk full" type="infrastructure"/>)"),
              std::string::npos)
        << xml;
    EXPECT_NE(xml.find(R"(<testcase name="only" classname="ci.good" time="0.000"/>)"), std::string::npos)
        << xml;
}

// A red run whose report is green would be believed.
TEST_F(JunitTest, AFailureThatIsInNoStepIsInTheReport) {
    RunSummary summary = run();
    summary.jobs = {job("a", Outcome::succeeded())};
    summary.jobs[0].outcome = Outcome::failedWith("artifact 'x' was not saved");
    EXPECT_NE(of(summary).find(R"(<testcase name="a" classname="ci.a")"), std::string::npos);
    summary.jobs.clear();
    summary.outcome = Outcome::infrastructure("bash is not on PATH");
    EXPECT_NE(of(summary).find(R"(<testcase name="run" classname="ci")"), std::string::npos);
    EXPECT_NE(of(summary).find(R"(errors="1")"), std::string::npos);
    EXPECT_EQ(problems(of(summary)), "");
}

TEST_F(JunitTest, AToleratedFailureIsNoFailure) {
    RunSummary summary = run();
    summary.outcome = Outcome::succeeded();
    summary.jobs = {job("a", Outcome::failedExit(1))};
    summary.jobs[0].tolerated = true;
    const std::string xml = of(summary);
    EXPECT_NE(xml.find(R"(failures="0")"), std::string::npos);
    EXPECT_NE(xml.find("tolerated (continueOnError): exit 1"), std::string::npos) << xml;
}

TEST_F(JunitTest, ReportedTestsAreSuitesInside) {
    RunSummary summary = run();
    summary.jobs = {job("a", Outcome::succeeded())};
    summary.jobs[0].outcome = Outcome::failedWith("report 'r.xml': 2 of 9 tests failed");
    summary.jobs[0].told.tests = {
        {"r.xml", "junit", 5, 2, 2, Millis(90), {{"cart", "adds", "a.c", 3, Millis(8), "1 != 2\nmore"}}}};
    const std::string xml = of(summary);
    EXPECT_EQ(problems(xml), "");
    EXPECT_NE(xml.find(R"(<testsuite name="a: r.xml" tests="9" failures="2" errors="0" skipped="2")"),
              std::string::npos)
        << xml;
    EXPECT_NE(xml.find(R"(<property name="cirque.unlisted" value="8"/>)"), std::string::npos) << xml;
    EXPECT_NE(xml.find(R"(<testcase name="cart: adds" classname="ci.a" time="0.008">)"), std::string::npos);
    EXPECT_NE(xml.find(R"(<failure message="1 != 2" type="test">a.c:3)"), std::string::npos) << xml;
    summary.jobs[0].outcome = Outcome::succeeded(); // failOnFailedTests = false
    EXPECT_NE(of(summary).find(R"(<testsuite name="a: r.xml" tests="9" failures="0" errors="0" skipped="4")"),
              std::string::npos)
        << of(summary);
}

// Whatever a program prints or a person names.
TEST_F(JunitTest, AnyBytesAreWellFormed) {
    std::mt19937 random(20261121);
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
    }
    all += "]]>\xef\xbf\xbe\xef\xbf\xbf<a>&amp;\xed\xa0\x80\xf4\x90\x80\x80\x1b[31mred\x1b[0m";
    for (int i = 0; i < 20; ++i) {
        std::string bytes = all;
        for (int n = 0; n < 200; ++n) {
            bytes.insert(random() % bytes.size(), 1, static_cast<char>(random() % 256));
        }
        RunSummary summary = run();
        summary.name = bytes;
        summary.jobs = {job(bytes, Outcome::failedWith(bytes))};
        summary.jobs[0].told.tests = {
            {bytes, "tap", 0, 1, 0, Millis(0), {{bytes, bytes, bytes, 1, {}, bytes}}}};
        ASSERT_EQ(problems(of(summary, bytes)), "") << "seed 20261121, round " << i;
    }
}

TEST_F(JunitTest, WithoutAnyEventNothingIsWritten) {
    JunitListener listener(path());
    ASSERT_TRUE(listener.finish());
    EXPECT_FALSE(std::filesystem::exists(path()));
    JunitListener nowhere(folder_ + "/no/such/folder/junit.xml");
    test::play(nowhere);
    EXPECT_FALSE(nowhere.finish());
}

// The check must find what is wrong, or it proves nothing.
TEST_F(JunitTest, TheCheckRefusesWhatIsWrong) {
    const std::string head = "<testsuites name='x'>";
    const std::string tail = "</testsuites>";
    for (const std::string& wrong :
         {std::string(), head, std::string("<testsuite name='x' tests='0'/>"), head + "<testcase/>" + tail,
          head + "<testsuite name='y' tests='0'><testcase name='a' classname='b'/></testsuite>" + tail,
          std::string("<testsuites name='x' time='1e3'/>"),
          head + "<testsuite name='y' tests='1' odd='1'/>" + tail}) {
        EXPECT_NE(problems(wrong), "") << wrong;
    }
}

} // namespace
} // namespace cirque::report
