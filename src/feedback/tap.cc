// SPDX-License-Identifier: Apache-2.0
#include "feedback/tap.hh"

#include "base/text.hh"
#include "feedback/lines.hh"
#include "feedback/tap-line.hh"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace cirque::feedback {
namespace {

constexpr std::size_t indentOfSubtest = 4;

// The document, or one subtest.
struct Level {
    TestReport report;
    std::optional<std::int64_t> planned;
    std::int64_t seen = 0;
    std::int64_t highest = 0;
    std::unordered_set<std::int64_t> numbers;
    bool lastFailed = false; // the test seen last is the last of report.failures: diagnostics may follow
    std::string said;        // these, whole
};

void checkEnd(Level& level) {
    if (!level.planned) {
        level.report.addFlaw("there is no plan (1..N), so nobody knows whether all tests ran");
    } else if (level.seen != *level.planned) {
        level.report.addFlaw(fmt::format("{} of {} planned tests ran", level.seen, *level.planned));
    } else if (level.highest > *level.planned) {
        level.report.addFlaw(fmt::format("test {} is beyond the {} planned", level.highest, *level.planned));
    }
}

// Another test begins, or nothing comes any more: the diagnostics of the last one are whole.
void endDiagnostics(Level& level, const Texts& texts) {
    if (level.lastFailed) {
        level.report.failures.back().message = texts.message(level.said);
    }
    level.lastFailed = false;
    level.said.clear();
}

void addTo(TestReport& into, TestReport&& from, std::string_view suite, const Texts& texts) {
    into.passed += from.passed;
    into.skipped += from.skipped;
    const std::int64_t unnamed = from.failed - static_cast<std::int64_t>(from.failures.size());
    for (event::TestCase& test : from.failures) {
        test.suite = test.suite.empty() ? std::string(suite) : fmt::format("{} > {}", suite, test.suite);
        into.addFailure(std::move(test), texts);
    }
    into.failed += unnamed;
}

class Reader {
  public:
    explicit Reader(const Texts& texts) : texts_(texts) {}

    Result<TestReport> run(std::string_view bytes) {
        levels_.resize(1);
        std::string_view line;
        while (!bailed_ && nextLine(bytes, line)) {
            take(line);
        }
        if (!any_) {
            return fail(ErrorCode::InvalidPlan, "nothing in it is TAP");
        }
        while (levels_.size() > 1) {
            Level child = popChild();
            addTo(levels_.back().report, std::move(child.report), "", texts_);
            levels_.back().report.addFlaw("a subtest has no test line after it");
        }
        endDiagnostics(levels_.front(), texts_);
        if (!bailed_) {
            checkEnd(levels_.front());
        }
        return std::move(levels_.front().report);
    }

  private:
    void take(std::string_view text) {
        if (inYaml_ && stillYaml(text)) {
            return;
        }
        const TapLine line = parseTapLine(text);
        const std::size_t depth = line.indent / indentOfSubtest;
        switch (line.kind) {
        case TapKind::BailOut:
            any_ = bailed_ = true;
            levels_.front().report.addFlaw(
                line.text.empty() ? "the tests were broken off (Bail out!)"
                                  : fmt::format("the tests were broken off: {}", texts_.message(line.text)));
            break;
        case TapKind::Plan:
        case TapKind::Test:
            if (line.indent % indentOfSubtest == 0 && depth <= deepestSubtest) {
                any_ = true;
                line.kind == TapKind::Plan ? plan(levelAt(depth), line) : test(depth, line);
            }
            break;
        case TapKind::YamlStart:
            startYaml(line);
            break;
        case TapKind::Comment:
            comment(line);
            break;
        case TapKind::Version:
            any_ = true;
            break;
        case TapKind::Other:
            break;
        }
    }

    // A line at some depth opens the levels above it; one further out leaves the inner ones for the test line
    // that ends them.
    Level& levelAt(std::size_t depth) {
        while (levels_.size() <= depth) {
            levels_.emplace_back();
        }
        return levels_[depth];
    }

    static void plan(Level& level, const TapLine& line) {
        if (level.planned) {
            level.report.addFlaw("there is more than one plan");
            return;
        }
        level.planned = line.count;
        if (line.skip) {
            ++level.report.skipped; // the whole file, or subtest
        }
    }

    Level popChild() {
        Level child = std::move(levels_.back());
        levels_.pop_back();
        endDiagnostics(child, texts_);
        checkEnd(child);
        if (!child.report.flaw.empty()) {
            event::TestCase broken;
            broken.name = "subtest";
            broken.message = child.report.flaw;
            child.report.addFailure(std::move(broken), texts_);
        }
        return child;
    }

    void test(std::size_t depth, const TapLine& line) {
        const std::string name =
            line.text.empty() && line.number ? fmt::format("test {}", *line.number) : texts_.name(line.text);
        testIndent_ = line.indent;
        levelAt(depth);
        TestReport inner;
        while (levels_.size() > depth + 1) {
            TestReport merged;
            addTo(merged, popChild().report, name, texts_);
            addTo(merged, std::move(inner), name, texts_);
            inner = std::move(merged);
        }
        Level& level = levels_[depth];
        number(level, line);
        endDiagnostics(level, texts_);
        if (line.todo || (line.skip && line.ok && inner.failed == 0)) {
            level.report.skipped += 1;
            return;
        }
        const bool ownFailure = !line.ok && inner.failed == 0;
        if (ownFailure) {
            event::TestCase failed;
            failed.name = name;
            const std::size_t before = level.report.failures.size();
            level.report.addFailure(std::move(failed), texts_);
            level.lastFailed = level.report.failures.size() > before;
        } else if (inner.total() == 0) {
            ++level.report.passed;
        }
        addInner(level, std::move(inner));
    }

    void addInner(Level& level, TestReport&& inner) {
        level.lastFailed = level.lastFailed && inner.failures.empty();
        level.report.passed += inner.passed;
        level.report.skipped += inner.skipped;
        const std::int64_t unnamed = inner.failed - static_cast<std::int64_t>(inner.failures.size());
        for (event::TestCase& test : inner.failures) {
            level.report.addFailure(std::move(test), texts_);
        }
        level.report.failed += unnamed;
    }

    static void number(Level& level, const TapLine& line) {
        ++level.seen;
        const std::int64_t number = line.number.value_or(level.seen);
        level.highest = std::max(level.highest, number);
        if (!level.numbers.insert(number).second) {
            level.report.addFlaw(fmt::format("test {} was reported twice", number));
        }
    }

    // Diagnostics of the failure before them.
    void append(std::size_t indent, std::string_view text) {
        const std::size_t depth = indent / indentOfSubtest;
        Level& level = levels_[std::min(depth, levels_.size() - 1)];
        if (level.lastFailed) {
            level.said += level.said.empty() ? "" : "\n";
            level.said += text;
        }
    }

    void comment(const TapLine& line) {
        if (!trim(line.text).starts_with("Subtest")) {
            append(line.indent, trim(line.text));
        }
    }

    void startYaml(const TapLine& line) {
        inYaml_ = line.indent > testIndent_ && line.indent < testIndent_ + indentOfSubtest;
        yamlIndent_ = line.indent;
    }

    // Whatever stands further out is no part of it, whether or not it was ended: a block left open must not
    // swallow a test that failed.
    bool stillYaml(std::string_view text) {
        const std::size_t indent = text.find_first_not_of(' ');
        if (indent == std::string_view::npos) {
            return true;
        }
        if (indent < yamlIndent_) {
            inYaml_ = false;
            return false;
        }
        const std::string_view inside = text.substr(yamlIndent_);
        if (inside.starts_with("...")) {
            inYaml_ = false;
            return true;
        }
        append(yamlIndent_, inside);
        return true;
    }

    const Texts& texts_;
    std::vector<Level> levels_;
    bool any_ = false;
    bool bailed_ = false;
    bool inYaml_ = false;
    std::size_t testIndent_ = 0; // of the test line seen last
    std::size_t yamlIndent_ = 0;
};

} // namespace

Result<TestReport> parseTap(std::string_view bytes, const Texts& texts) {
    return Reader(texts).run(bytes);
}

bool isTapLine(std::string_view line) {
    const TapLine parsed = parseTapLine(line);
    return parsed.indent == 0 && (parsed.kind == TapKind::Version || parsed.kind == TapKind::Plan ||
                                  (parsed.kind == TapKind::Test && parsed.number));
}

} // namespace cirque::feedback
