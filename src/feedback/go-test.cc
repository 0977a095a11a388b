// SPDX-License-Identifier: Apache-2.0
#include "feedback/go-test.hh"

#include "base/json.hh"
#include "base/text.hh"
#include "feedback/lines.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace cirque::feedback {
namespace {

constexpr std::size_t longestRecord = 4U << 20U;

struct Record {
    std::string action;
    std::string package;
    std::string test;
    std::string output;
    std::string build; // ImportPath, or FailedBuild
    double elapsed = 0;
};

std::optional<Record> parseRecord(std::string_view line) {
    constexpr std::array<std::string_view, 12> actions{"start", "run",          "pause",      "cont",
                                                       "pass",  "bench",        "fail",       "output",
                                                       "skip",  "build-output", "build-fail", "attr"};
    if (!line.starts_with('{') || line.size() > longestRecord) {
        return std::nullopt;
    }
    const Result<Json> json = parseJson(line, "record");
    if (!json || !json->is_object()) {
        return std::nullopt;
    }
    const JsonObject& object = json->get_object();
    Record record{textAt(object, "Action"), textAt(object, "Package"),    textAt(object, "Test"),
                  textAt(object, "Output"), textAt(object, "ImportPath"), 0};
    if (std::ranges::find(actions, record.action) == actions.end()) {
        return std::nullopt;
    }
    if (record.build.empty()) {
        record.build = textAt(object, "FailedBuild");
    }
    if (const Json* elapsed = object.if_contains("Elapsed"); elapsed != nullptr && elapsed->is_number()) {
        record.elapsed = elapsed->to_number<double>();
    }
    return record;
}

// Begun like a record; the last line may have been torn earlier still.
bool looksLikeRecord(std::string_view line, bool torn) {
    constexpr std::array<std::string_view, 5> beginnings{
        "{\"Time\":", "{\"Action\":", "{\"Package\":", "{\"ImportPath\":", "{\"Test\":"};
    return std::ranges::any_of(beginnings, [&](std::string_view begin) {
        return line.starts_with(begin) || (torn && !line.empty() && begin.starts_with(line));
    });
}

// It may have been the one of a test that failed.
bool isBroken(std::string_view line, bool torn) {
    return looksLikeRecord(line, torn) && (line.size() > longestRecord || !parseJson(line, "record"));
}

// What was printed is kept whole until it is told: a record may end, and a cut may fall, inside a secret.
// Told is its end, which is where the reason stands.
struct Test {
    std::string output;
    bool hasSubtests = false;
    bool subtestFailed = false;
};

struct Package {
    std::map<std::string, Test, std::less<>> running;
    std::string output;
    bool testFailed = false;
    bool ended = false;
};

class Reader {
  public:
    explicit Reader(const Texts& texts) : texts_(texts) {}

    Result<TestReport> run(std::string_view bytes) {
        const bool ended = bytes.ends_with('\n');
        std::string_view line;
        for (int number = 1; nextLine(bytes, line); ++number) {
            const std::string_view text = trim(line);
            if (const auto record = parseRecord(text)) {
                take(*record);
            } else if (isBroken(text, bytes.empty() && !ended)) {
                return fail(ErrorCode::InvalidPlan,
                            fmt::format("line {}: a record of go test -json is broken", number),
                            "check that go test came to its end, and that nothing else wrote into its lines");
            }
        }
        if (packages_.empty() && builds_.empty()) {
            return fail(ErrorCode::InvalidPlan, "there is no record of go test -json in it");
        }
        finish();
        return std::move(report_);
    }

  private:
    void take(const Record& record) {
        currentPackage_ = record.package;
        if (record.action == "build-output") {
            builds_[record.build].output += record.output;
        } else if (record.action == "build-fail") {
            builds_[record.build].failed = true;
        } else if (record.test.empty()) {
            ofPackage(packages_[record.package], record);
        } else {
            ofTest(packages_[record.package], record);
        }
    }

    void ofTest(Package& package, const Record& record) {
        package.ended = false; // the same package once more, or a record after its end
        Test& test = package.running[record.test];
        if (record.action == "run") {
            markParents(package, record.test, [](Test& parent) { parent.hasSubtests = true; });
        } else if (record.action == "output") {
            test.output += record.output;
        } else if (record.action == "pass" || record.action == "bench" || record.action == "skip") {
            if (!test.hasSubtests) {
                ++(record.action == "skip" ? report_.skipped : report_.passed);
            }
            package.running.erase(record.test);
        } else if (record.action == "fail") {
            testFailed(package, record.test, toMillis(record.elapsed));
            package.running.erase(record.test);
        }
    }

    // TestA/b/c makes TestA/b and TestA parents.
    template <class Fn>
    static void markParents(Package& package, std::string_view name, Fn&& fn) {
        for (std::size_t at = name.rfind('/'); at != std::string_view::npos && at > 0;
             at = name.rfind('/', at - 1)) {
            if (const auto parent = package.running.find(name.substr(0, at));
                parent != package.running.end()) {
                fn(parent->second);
            }
        }
    }

    void testFailed(Package& package, const std::string& name, Millis took) {
        Test& test = package.running[name];
        package.testFailed = true;
        markParents(package, name, [](Test& parent) { parent.subtestFailed = true; });
        if (test.subtestFailed) {
            return;
        }
        event::TestCase failed;
        failed.suite = currentPackage_;
        failed.name = name;
        failed.duration = took;
        tell(std::move(failed), test.output);
    }

    void ofPackage(Package& package, const Record& record) {
        if (record.action == "output") {
            package.output += record.output;
        } else if (record.action == "pass" || record.action == "fail" || record.action == "skip") {
            report_.duration += toMillis(record.elapsed);
            if (record.action == "fail") {
                packageFailed(package, record);
            }
            package = Package{};
            package.ended = true;
        } else {
            package.ended = false;
        }
    }

    // Tests that were at work when the package died are what made it fail; else the package itself.
    void packageFailed(Package& package, const Record& record) {
        std::vector<std::string> running;
        for (const auto& [name, test] : package.running) {
            running.push_back(name);
        }
        for (auto name = running.rbegin(); name != running.rend(); ++name) { // subtests before their parents
            testFailed(package, *name, Millis{0});
        }
        if (!package.testFailed) {
            event::TestCase failed;
            failed.suite = record.package;
            failed.name = record.package;
            const auto build = builds_.find(record.build);
            if (build != builds_.end()) {
                build->second.failed = false; // told
            }
            tell(std::move(failed), build == builds_.end() ? package.output : build->second.output);
        }
    }

    void finish() {
        for (auto& [name, build] : builds_) {
            if (build.failed) {
                event::TestCase failed;
                failed.suite = name;
                failed.name = name;
                tell(std::move(failed), build.output);
            }
        }
        for (const auto& [name, package] : packages_) {
            if (!package.ended) {
                report_.addFlaw(
                    fmt::format("package '{}' has no result: its tests were broken off", texts_.name(name)));
            }
        }
    }

    // Cuts `output`, so that what many failures share is looked through once.
    void tell(event::TestCase failed, std::string& output) {
        output = texts_.end(output);
        failed.message = output;
        report_.addFailure(std::move(failed), texts_);
    }

    struct Build {
        std::string output;
        bool failed = false;
    };

    const Texts& texts_;
    TestReport report_;
    std::map<std::string, Package, std::less<>> packages_;
    std::map<std::string, Build, std::less<>> builds_;
    std::string currentPackage_;
};

} // namespace

Result<TestReport> parseGoTest(std::string_view bytes, const Texts& texts) {
    return Reader(texts).run(bytes);
}

bool isGoTestLine(std::string_view line) {
    return line.starts_with("{\"") && parseRecord(trim(line)).has_value();
}

} // namespace cirque::feedback
