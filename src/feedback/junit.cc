// SPDX-License-Identifier: Apache-2.0
#include "feedback/junit.hh"

#include "base/text.hh"
#include "feedback/lines.hh"
#include "feedback/xml.hh"

#include <fmt/format.h>

#include <algorithm>
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

struct Suite {
    std::string name;
    std::int64_t said = 0;   // failures and errors, by its attributes
    std::int64_t before = 0; // failures of the report when it began
};

class Reader {
  public:
    explicit Reader(std::string_view bytes) : xml_(bytes) {}

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
            } else if (capturing_ && text_.size() < mostMessageBytes) {
                text_ += xml_.text().substr(0, mostMessageBytes);
            }
        }
    }

  private:
    Result<void> open() {
        const Element element = elementOf(xml_.name());
        if (elements_.empty() && element != Element::Suite) {
            return fail(ErrorCode::InvalidPlan, fmt::format("it is no JUnit report: its root is <{}>",
                                                            ellipsize(xml_.name(), mostNameBytes)));
        }
        if (inCase_ && (element == Element::Suite || element == Element::Case)) {
            return fail(ErrorCode::InvalidPlan, "it is malformed: a test case holds another");
        }
        const Element parent = elements_.empty() ? Element::Suite : elements_.back();
        elements_.push_back(element);
        if (element == Element::Suite) {
            openSuite();
        } else if (element == Element::Case) {
            openCase();
        } else if (element == Element::Failure && (parent == Element::Case || parent == Element::Suite)) {
            openFailure(parent == Element::Suite);
        } else if (element == Element::Skipped && parent == Element::Case) {
            skipped_ = true;
        }
        return {};
    }

    void openSuite() {
        const std::int64_t said = parseCount(trim(xml_.attribute("failures"))).value_or(0) +
                                  parseCount(trim(xml_.attribute("errors"))).value_or(0);
        suites_.push_back({std::string(xml_.attribute("name")), std::min(said, mostTests), report_.failed});
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
            report_.addFailure(std::move(test_));
        }
    }

    void closeCase() {
        report_.duration += test_.duration;
        if (failed_) {
            report_.addFailure(std::move(test_));
        } else {
            ++(skipped_ ? report_.skipped : report_.passed);
        }
        inCase_ = false;
    }

    void closeSuite() {
        const Suite& suite = suites_.back();
        report_.failed = std::max(report_.failed, suite.before + suite.said);
        suites_.pop_back();
    }

    XmlReader xml_;
    TestReport report_;
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

Result<TestReport> parseJunit(std::string_view bytes) {
    return Reader(bytes).run();
}

} // namespace cirque::feedback
