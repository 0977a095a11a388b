// SPDX-License-Identifier: Apache-2.0
#include "report/junit/junit.hh"

#include "report/junit/xml-writer.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace cirque::report {
namespace {

using history::JobSummary;
using history::RunSummary;
using history::StepSummary;

enum class Mark { Passed, Failure, Error, Skipped };

struct Case {
    std::string name;
    Mark mark = Mark::Passed;
    Millis duration{0};
    std::string type; // of the mark
    std::string message;
    std::string detail;
    std::string output;
};

struct Suite { // a job, or one of its test reports
    std::string name;
    std::string className;
    Millis duration{0};
    std::optional<WallTime> started;
    std::vector<Case> cases;
    std::vector<Suite> inner;
    std::int64_t unnamedPassed = 0; // tests that only the report's numbers tell
    std::int64_t unnamedFailed = 0;
    std::int64_t unnamedSkipped = 0;
};

struct Sum {
    std::int64_t tests = 0;
    std::int64_t failures = 0;
    std::int64_t errors = 0;
    std::int64_t skipped = 0;
};

std::string seconds(Millis duration) {
    constexpr std::int64_t thousand = 1000;
    const std::int64_t count = std::max<std::int64_t>(duration.count(), 0);
    return fmt::format("{}.{:03}", count / thousand, count % thousand);
}

Mark markOf(const std::optional<Outcome>& outcome) {
    if (!outcome) {
        return Mark::Skipped; // it never began
    }
    switch (outcome->kind) {
    case OutcomeKind::Succeeded:
    case OutcomeKind::Cached:
        return Mark::Passed;
    case OutcomeKind::Failed:
        return Mark::Failure;
    case OutcomeKind::Skipped:
        return Mark::Skipped;
    case OutcomeKind::Cancelled:
    case OutcomeKind::Interrupted:
    case OutcomeKind::Infrastructure:
        break;
    }
    return Mark::Error;
}

bool isBad(Mark mark) {
    return mark == Mark::Failure || mark == Mark::Error;
}

Case caseOf(std::string name, const std::optional<Outcome>& outcome, Millis duration, bool tolerated) {
    Case made;
    made.name = std::move(name);
    made.mark = markOf(outcome);
    made.duration = duration;
    made.type = outcome ? std::string(toString(outcome->kind)) : "";
    made.message = outcome ? describe(*outcome) : "it never began";
    made.detail = outcome ? outcome->hint : "";
    if (tolerated && isBad(made.mark)) {
        made.mark = Mark::Skipped;
        made.message = fmt::format("tolerated (continueOnError): {}", made.message);
    }
    return made;
}

Suite reportSuite(const JobSummary& job, const history::TestsSummary& tests) {
    Suite suite;
    suite.name = fmt::format("{}: {}", job.name, tests.source);
    suite.duration = tests.duration;
    // the run is not red for them
    const bool accepted = job.tolerated || (job.outcome && job.outcome->ok());
    for (const history::FailedTest& test : tests.failures) {
        Case made;
        made.name = test.suite.empty() ? test.name : fmt::format("{}: {}", test.suite, test.name);
        made.mark = accepted ? Mark::Skipped : Mark::Failure;
        made.duration = test.duration;
        made.type = "test";
        made.message = test.message.substr(0, test.message.find('\n'));
        made.detail =
            test.file.empty() ? test.message : fmt::format("{}:{}\n{}", test.file, test.line, test.message);
        suite.cases.push_back(std::move(made));
    }
    const std::int64_t unnamed = std::max<std::int64_t>(tests.failed - std::ssize(tests.failures), 0);
    suite.unnamedPassed = tests.passed;
    suite.unnamedFailed = accepted ? 0 : unnamed;
    suite.unnamedSkipped = tests.skipped + (accepted ? unnamed : 0);
    return suite;
}

Suite jobSuite(const RunSummary& run, const JobSummary& job, const StepOutput& output) {
    Suite suite;
    suite.name = job.name;
    suite.className = fmt::format("{}.{}", run.name, job.name);
    suite.duration = job.duration;
    suite.started = job.started;
    bool told = false;
    for (std::size_t i = 0; i < job.steps.size(); ++i) {
        const StepSummary& step = job.steps[i];
        Case made = caseOf(step.name, step.outcome, step.duration, job.tolerated);
        if (!step.outcome && job.outcome) {
            made.message = fmt::format("it never began; the job: {}", describe(*job.outcome));
        }
        told = told || isBad(markOf(step.outcome));
        made.output = output(job, i);
        suite.cases.push_back(std::move(made));
    }
    if (!told && isBad(markOf(job.outcome))) {
        suite.cases.push_back(caseOf(job.name, job.outcome, job.duration, job.tolerated));
    }
    for (const history::TestsSummary& tests : job.told.tests) {
        suite.inner.push_back(reportSuite(job, tests));
    }
    return suite;
}

Sum sumOf(const Suite& suite) {
    Sum sum{suite.unnamedPassed + suite.unnamedFailed + suite.unnamedSkipped, suite.unnamedFailed, 0,
            suite.unnamedSkipped};
    for (const Case& one : suite.cases) {
        ++sum.tests;
        sum.failures += one.mark == Mark::Failure ? 1 : 0;
        sum.errors += one.mark == Mark::Error ? 1 : 0;
        sum.skipped += one.mark == Mark::Skipped ? 1 : 0;
    }
    for (const Suite& inner : suite.inner) {
        const Sum more = sumOf(inner);
        sum.tests += more.tests;
        sum.failures += more.failures;
        sum.errors += more.errors;
        sum.skipped += more.skipped;
    }
    return sum;
}

void putSum(XmlWriter& xml, const Sum& sum) {
    xml.attribute("tests", sum.tests);
    xml.attribute("failures", sum.failures);
    xml.attribute("errors", sum.errors);
    xml.attribute("skipped", sum.skipped);
}

void putCase(XmlWriter& xml, const Case& one, const std::string& className) {
    xml.open("testcase");
    xml.attribute("name", one.name);
    xml.attribute("classname", className);
    xml.attribute("time", seconds(one.duration));
    if (one.mark == Mark::Skipped) {
        xml.open("skipped");
        xml.attribute("message", one.message);
        xml.close();
    } else if (one.mark != Mark::Passed) {
        xml.open(one.mark == Mark::Failure ? "failure" : "error");
        xml.attribute("message", one.message);
        xml.attribute("type", one.type);
        if (!one.detail.empty()) {
            xml.text(one.detail);
        }
        xml.close();
    }
    if (!one.output.empty()) {
        xml.open("system-out");
        xml.text(one.output);
        xml.close();
    }
    xml.close();
}

// So that who compares the numbers with the cases (Cirque does) knows that nothing broke off.
void putUnlisted(XmlWriter& xml, const Suite& suite) {
    const std::int64_t unlisted = suite.unnamedPassed + suite.unnamedFailed + suite.unnamedSkipped;
    if (unlisted == 0) {
        return;
    }
    xml.open("properties");
    xml.open("property");
    xml.attribute("name", std::string_view("cirque.unlisted"));
    xml.attribute("value", unlisted);
    xml.close();
    xml.close();
}

void putSuite(XmlWriter& xml, const Suite& suite, const std::string& outer) {
    const std::string& className = suite.className.empty() ? outer : suite.className;
    xml.open("testsuite");
    xml.attribute("name", suite.name);
    putSum(xml, sumOf(suite));
    xml.attribute("time", seconds(suite.duration));
    if (suite.started) { // without fractions and zone, as the schema has it
        constexpr std::size_t toSeconds = 19;
        xml.attribute("timestamp", toIso8601(*suite.started).substr(0, toSeconds));
    }
    putUnlisted(xml, suite);
    for (const Case& one : suite.cases) {
        putCase(xml, one, className);
    }
    for (const Suite& inner : suite.inner) {
        putSuite(xml, inner, className);
    }
    xml.close();
}

} // namespace

std::string toJunit(const RunSummary& run, const StepOutput& output) {
    std::vector<Suite> suites;
    Sum sum;
    for (const JobSummary& job : run.jobs) {
        suites.push_back(jobSuite(run, job, output));
    }
    const auto bad = [](const Suite& suite) { return sumOf(suite).failures + sumOf(suite).errors > 0; };
    if (isBad(markOf(run.outcome)) && std::ranges::none_of(suites, bad)) {
        Suite& whole = suites.emplace_back(); // it failed before, or beside, its jobs
        whole.name = run.name;
        whole.className = run.name;
        whole.duration = run.duration;
        whole.cases.push_back(caseOf("run", run.outcome, run.duration, false));
    }
    for (const Suite& suite : suites) {
        const Sum more = sumOf(suite);
        sum = {sum.tests + more.tests, sum.failures + more.failures, sum.errors + more.errors,
               sum.skipped + more.skipped};
    }
    XmlWriter xml;
    xml.open("testsuites");
    xml.attribute("name", run.name);
    putSum(xml, sum);
    xml.attribute("time", seconds(run.duration));
    for (const Suite& suite : suites) {
        putSuite(xml, suite, suite.className);
    }
    xml.close();
    return std::move(xml).take();
}

} // namespace cirque::report
