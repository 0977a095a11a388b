// SPDX-License-Identifier: Apache-2.0
// The cases of cases/, each a test of GoogleTest, at one place: conformance-test [--target NAME | --executor
// JSON]. README.md says how to use it.
#include "tests/conformance/pool.hh"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

namespace cirque::conformance {
namespace {

struct Options {
    std::string target = "local";
    std::string executor; // JSON; empty: a target of ours
    std::string table;    // where to write one line for each case
    int jobs = 4;         // most cases wait
};

// All that the tests share.
struct Suite {
    Options options;
    std::vector<Case> cases;
    std::set<std::string> mustFail; // of them: what their file expects is wrong, and the runner has to see it
    std::map<std::string, std::string> notApplicable;
    std::unique_ptr<Target> target;
    std::optional<Pool> pool;
    std::map<std::string, std::string> verdicts; // of each case
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

std::string setting(const char* name, const std::string& otherwise) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? otherwise : value;
}

std::optional<Options> readOptions(int argc, char** argv) {
    Options out;
    out.target = setting("CIRQUE_CONFORMANCE", out.target);
    out.executor = setting("CIRQUE_CONFORMANCE_EXECUTOR", "");
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (i + 1 == argc) {
            return std::nullopt;
        }
        const std::string value = argv[i + 1];
        if (name == "--target") {
            out.target = value;
        } else if (name == "--executor") {
            out.executor = value;
        } else if (name == "--jobs") {
            out.jobs = std::max(1, std::atoi(value.c_str()));
        } else if (name == "--table") {
            out.table = value;
        } else {
            return std::nullopt;
        }
    }
    if (!out.executor.empty()) {
        out.target = "given";
    }
    if (out.table.empty()) {
        out.table = fmt::format("{}/conformance/{}.txt", CIRQUE_BUILD, out.target);
    }
    return out;
}

// A filter of GoogleTest takes '-' for "but not".
std::string testName(const Case& given) {
    std::string name = given.name;
    std::ranges::replace(name, '-', '_');
    return name;
}

class CaseTest : public ::testing::Test {
  public:
    CaseTest(Suite& suite, const Case& given) : suite_(&suite), given_(&given) {}

    void TestBody() override {
        std::string& verdict = suite_->verdicts[given_->name];
        if (const auto reason = suite_->notApplicable.find(given_->name);
            reason != suite_->notApplicable.end()) {
            verdict = "not applicable\t" + reason->second;
            GTEST_SKIP() << "not applicable: " << reason->second;
        }
        verdict = "failed\t";
        const CaseResult result = suite_->pool->take(given_->name);
        if (suite_->mustFail.contains(given_->name)) {
            suite_->verdicts.erase(given_->name); // says nothing about the place
            const std::string because = given_->text("because");
            EXPECT_TRUE(std::ranges::any_of(
                result.findings,
                [&](const Finding& finding) { return finding.text.find(because) != std::string::npos; }))
                << given_->text("about") << "\nThe run said:\n"
                << result.said;
            return;
        }
        for (const Finding& finding : result.findings) {
            ADD_FAILURE_AT(finding.file.c_str(), finding.line) << finding.text;
        }
        if (result.findings.empty()) {
            verdict = fmt::format("passed\t{:.2f} s", result.seconds);
        } else {
            ADD_FAILURE_AT(given_->file.c_str(), 1) << given_->text("about") << "\nThe run said:\n"
                                                    << result.said;
        }
    }

  private:
    Suite* suite_;
    const Case* given_;
};

// Starts the cases that the filter leaves, and sums up at the end.
class Around : public ::testing::Environment {
  public:
    explicit Around(Suite& suite) : suite_(&suite) {}

    void SetUp() override {
        std::set<std::string> wanted;
        const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
        for (int i = 0; i < all.total_test_suite_count(); ++i) {
            const ::testing::TestSuite& tests = *all.GetTestSuite(i);
            for (int j = 0; j < tests.total_test_count(); ++j) {
                if (tests.GetTestInfo(j)->should_run()) {
                    wanted.insert(tests.GetTestInfo(j)->name());
                }
            }
        }
        std::vector<const Case*> chosen;
        for (const Case& one : suite_->cases) {
            if (wanted.contains(testName(one)) && !suite_->notApplicable.contains(one.name)) {
                chosen.push_back(&one);
            }
        }
        suite_->pool.emplace(std::move(chosen), *suite_->target, suite_->options.jobs);
    }

    void TearDown() override {
        suite_->pool.reset();
        const std::vector<std::string> left = suite_->target->leftoversAtEnd();
        EXPECT_TRUE(left.empty()) << "left at the place after all cases:\n"
                                  << fmt::format("{}", fmt::join(left, "\n"));
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - suite_->start).count();
        std::map<std::string, int> counts;
        std::string table;
        for (const auto& [name, verdict] : suite_->verdicts) {
            ++counts[verdict.substr(0, verdict.find('\t'))];
            table += fmt::format("{}\t{}\t{}\n", suite_->options.target, name, verdict);
        }
        fmt::print("conformance of {}: {} passed, {} failed, {} not applicable, in {:.1f} s\n",
                   suite_->options.target, counts["passed"], counts["failed"], counts["not applicable"],
                   seconds);
        if (suite_->verdicts.size() + suite_->mustFail.size() < suite_->cases.size()) {
            return; // some cases only: the table of all of them stays
        }
        std::filesystem::create_directories(std::filesystem::path(suite_->options.table).parent_path());
        std::ofstream(suite_->options.table) << table;
    }

  private:
    Suite* suite_;
};

Result<void> load(Suite& suite) {
    const std::string folder = CIRQUE_CONFORMANCE_DIR;
    CIRQUE_TRY_ASSIGN(suite.cases, loadCases(folder + "/cases"));
    CIRQUE_TRY_ASSIGN(std::vector<Case> wrong, loadCases(folder + "/must-fail"));
    for (Case& one : wrong) {
        suite.mustFail.insert(one.name);
        suite.cases.push_back(std::move(one));
    }
    CIRQUE_TRY_ASSIGN(suite.notApplicable,
                      loadNotApplicable(folder + "/not-applicable.txt", suite.options.target));
    for (const auto& [name, reason] : suite.notApplicable) {
        if (std::ranges::none_of(suite.cases, [&](const Case& one) { return one.name == name; })) {
            return fail(ErrorCode::InvalidPlan, "not-applicable.txt names no case: " + name);
        }
    }
    if (!suite.options.executor.empty()) {
        CIRQUE_TRY_ASSIGN(suite.target, givenTarget(suite.options.executor));
        return {};
    }
    for (const TargetRow& row : targets()) {
        if (row.name == suite.options.target) {
            suite.target = row.make();
            return {};
        }
    }
    return fail(ErrorCode::InvalidPlan, fmt::format("no target '{}'", suite.options.target),
                "tests/conformance/targets/table.cc lists them");
}

Result<void> setUp(Target& target) {
    try {
        return target.setUp();
    } catch (const std::exception& error) {
        return fail(ErrorCode::Unsupported, error.what());
    }
}

int runSuite(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    const std::optional<Options> options = readOptions(argc, argv);
    if (!options) {
        fmt::print(stderr,
                   "usage: conformance-test [--target NAME | --executor JSON] [--jobs N] [--table FILE]\n");
        return 2;
    }
    Suite suite;
    suite.options = *options;
    if (const Result<void> loaded = load(suite); !loaded) {
        fmt::print(stderr, "conformance: {}\n", loaded.error().text());
        return 2;
    }
    const bool listing = ::testing::GTEST_FLAG(list_tests);
    if (const Result<void> ready = listing ? Result<void>{} : setUp(*suite.target); !ready) {
        fmt::print("SKIPPED: conformance of {}: {}\n", suite.options.target, ready.error().text());
        return 77;
    }
    for (const Case& one : suite.cases) {
        ::testing::RegisterTest(suite.mustFail.contains(one.name) ? "MustFail" : "Conformance",
                                testName(one).c_str(), nullptr, nullptr, one.file.c_str(), 1,
                                [&]() -> CaseTest* { return new CaseTest(suite, one); });
    }
    ::testing::AddGlobalTestEnvironment(new Around(suite));
    return RUN_ALL_TESTS();
}

} // namespace
} // namespace cirque::conformance

int main(int argc, char** argv) {
    return cirque::conformance::runSuite(argc, argv);
}
