// SPDX-License-Identifier: Apache-2.0
#include "feedback/junit.hh"

#include "base/text.hh"
#include "feedback/lines.hh"
#include "feedback/xml.hh"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace cirque::feedback {
namespace {

enum class Element { Suite, Case, Failure, Skipped, Other };

Element elementOf(std::string_view name) {
    if (name == "testsuite" || name == "testsuites") {
        return Element::Suite;
    }
    if (name == "testcase") {
        return Element::Case;
    }
    if (name == "failure" || name == "error") {
        return Element::Failure;
    }
    return name == "skipped" ? Element::Skipped : Element::Other;
}

// gtest's disabled tests and CTest's say it by an attribute.
bool saysNotRun(std::string_view status) {
    return status == "notrun" || status == "disabled" || status == "skipped";
}

bool saysFailed(std::string_view status) {
    return status == "fail" || status == "failed" || status == "error";
}

// What was tried again is told inside the case that was, and counted as a test by some (surefire, Gradle).
bool isRepeat(std::string_view name) {
    return name == "flakyFailure" || name == "flakyError" || name == "rerunFailure" || name == "rerunError";
}

std::int64_t countOf(std::string_view attribute) {
    return std::min(parseCount(trim(attribute)).value_or(0), mostTests);
}

// Cirque's own reports name the tests that failed and say how many others they count.
std::int64_t unlistedOf(const XmlReader& xml) {
    const bool says = xml.name() == "property" && xml.attribute("name") == "cirque.unlisted";
    return says ? countOf(xml.attribute("value")) : 0;
}

// Catch2 and doctest count assertions where others count tests. Each leaves a mark of its own on the suite.
bool countsAssertions(const XmlReader& xml) {
    return xml.attribute("hostname") == "tbd" || !xml.attribute("doctest_version").empty();
}

// Test cases that are listed, and what a suite may count as a test although it is no case of its own.
struct Listed {
    std::int64_t cases = 0;
    std::int64_t skipped = 0;
    std::int64_t extra = 0; // repeats; errors, as to pytest a test whose teardown fails is two; unlistedOf
};

struct Suite {
    std::string name;
    std::int64_t said = 0;    // failures and errors, by its attributes
    std::int64_t before = 0;  // failures of the report when it began
    std::int64_t tests = 0;   // by its attribute
    std::int64_t skipped = 0; // the same, and disabled ones: some writers do not list them
    Listed listed;            // when it began
};

class Reader {
  public:
    Reader(std::string_view bytes, const Texts& texts) : texts_(texts), xml_(bytes, texts) {}

    Result<TestReport> run() {
        while (true) {
            CIRQUE_TRY_ASSIGN(const XmlReader::Kind kind, xml_.next());
            if (kind == XmlReader::Kind::End) {
                return std::move(report_);
            }
            if (kind == XmlReader::Kind::Open) {
                CIRQUE_TRY(open());
            } else if (kind == XmlReader::Kind::Close) {
                close();
            } else if (capturing_) {
                text_ += xml_.text();
            }
        }
    }

  private:
    Result<void> open() {
        const Element element = elementOf(xml_.name());
        if (elements_.empty() && element != Element::Suite) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("it is no JUnit report: its root is <{}>", texts_.name(xml_.name())));
        }
        if (inCase_ && (element == Element::Suite || element == Element::Case)) {
            return fail(ErrorCode::InvalidPlan, "it is malformed: a test case holds another");
        }
        const Element parent = elements_.empty() ? Element::Suite : elements_.back();
        elements_.push_back(element);
        if (element == Element::Suite) {
            CIRQUE_TRY(openSuite());
        } else if (element == Element::Case) {
            openCase();
        } else if (element == Element::Failure && (inCase_ || parent == Element::Suite)) {
            openFailure(!inCase_);
        } else if (element == Element::Skipped && parent == Element::Case) {
            skipped_ = true;
        }
        const bool error = element == Element::Failure && xml_.name() == "error";
        listed_.extra += inCase_ ? (error || isRepeat(xml_.name()) ? 1 : 0) : unlistedOf(xml_);
        return {};
    }

    // One that cannot be read is not zero: what it says that failed, or is missing, would not count.
    [[nodiscard]] Result<std::int64_t> count(std::string_view attribute) const {
        const std::string_view text = trim(xml_.attribute(attribute));
        const std::optional<std::int64_t> said = text.empty() ? 0 : parseCount(text);
        if (!said) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("it is malformed: {}=\"{}\" of a suite is no count", attribute,
                                    texts_.name(text)));
        }
        return std::min(*said, mostTests);
    }

    Result<void> openSuite() {
        CIRQUE_TRY_ASSIGN(const std::int64_t failures, count("failures"));
        CIRQUE_TRY_ASSIGN(const std::int64_t errors, count("errors"));
        CIRQUE_TRY_ASSIGN(const std::int64_t tests, count("tests"));
        Suite suite{.name = texts_.name(xml_.attribute("name")), .before = report_.failed, .listed = listed_};
        suite.said = std::min(failures + errors, mostTests);
        suite.tests = countsAssertions(xml_) ? 0 : tests;
        suite.skipped = countOf(xml_.attribute("skipped")) + countOf(xml_.attribute("disabled"));
        suites_.push_back(std::move(suite));
        return {};
    }

    void openCase() {
        inCase_ = true;
        test_ = {};
        test_.suite = xml_.attribute("classname");
        if (test_.suite.empty()) {
            test_.suite = suites_.back().name;
        }
        test_.name = xml_.attribute("name");
        test_.file = xml_.attribute("file");
        test_.line = parseCount(xml_.attribute("line")).value_or(0);
        test_.duration = parseSeconds(xml_.attribute("time"));
        const std::string_view status = xml_.attribute("status");
        failed_ = saysFailed(status);
        skipped_ = saysNotRun(status);
    }

    // The first failure of a case is the one that is told.
    void openFailure(bool ofSuite) {
        if (ofSuite) {
            test_ = {};
            test_.suite = suites_.back().name;
            test_.name = suites_.back().name;
            failed_ = false;
        }
        capturing_ = !failed_ || test_.message.empty();
        failed_ = true;
        text_.clear();
        if (capturing_) {
            test_.message = xml_.attribute("message");
        }
    }

    void close() {
        const Element element = elements_.back();
        elements_.pop_back();
        if (element == Element::Failure) {
            closeFailure();
        } else if (element == Element::Case) {
            closeCase();
        } else if (element == Element::Suite) {
            closeSuite();
        }
    }

    void closeFailure() {
        if (capturing_ && trim(test_.message).empty()) {
            test_.message = std::move(text_);
        }
        capturing_ = false;
        if (!elements_.empty() && elements_.back() == Element::Suite) {
            report_.addFailure(std::move(test_), texts_);
        }
    }

    void closeCase() {
        report_.duration += test_.duration;
        if (failed_) {
            report_.addFailure(std::move(test_), texts_);
        } else {
            ++(skipped_ ? report_.skipped : report_.passed);
        }
        ++listed_.cases;
        listed_.skipped += skipped_ ? 1 : 0;
        inCase_ = false;
    }

    void closeSuite() {
        const Suite& suite = suites_.back();
        report_.failed = std::max(report_.failed, suite.before + suite.said);
        checkWhole(suite);
        suites_.pop_back();
    }

    void checkWhole(const Suite& suite) {
        const std::int64_t cases = listed_.cases - suite.listed.cases;
        const std::int64_t unlisted = suite.skipped - (listed_.skipped - suite.listed.skipped);
        const std::int64_t allowed = std::max<std::int64_t>(unlisted, 0) + listed_.extra - suite.listed.extra;
        if (suite.tests > cases + allowed) {
            report_.addFlaw(
                fmt::format("the suite '{}' counts {} tests and lists {}", suite.name, suite.tests, cases));
        }
    }

    const Texts& texts_;
    XmlReader xml_;
    TestReport report_;
    Listed listed_;
    std::vector<Element> elements_;
    std::vector<Suite> suites_;
    event::TestCase test_;
    std::string text_;
    bool inCase_ = false;
    bool failed_ = false;
    bool skipped_ = false;
    bool capturing_ = false;
};

} // namespace

Result<TestReport> parseJunit(std::string_view bytes, const Texts& texts) {
    return Reader(bytes, texts).run();
}

} // namespace cirque::feedback
