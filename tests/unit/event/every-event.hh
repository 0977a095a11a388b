// SPDX-License-Identifier: Apache-2.0
// One event of every type, with every field set, and helpers the tests of events share.
#pragma once

#include "event/types/event.hh"
#include "io/process/fd.hh"
#include "tests/support/look.hh"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace cirque::test {

inline RunId someRun() {
    return *RunId::parse("0197a8c2-1f3e-7abc-8def-0123456789ab");
}

inline std::vector<event::Event> numbered(std::vector<event::Body> bodies) {
    std::vector<event::Event> out;
    for (event::Body& body : bodies) {
        const auto n = static_cast<std::int64_t>(out.size());
        out.push_back({n + 1, WallTime{1'795'214'036'780'123 + n * 1'500'000},
                       MonoTime{5'000'000'000 + n * 1'500'000'000}, someRun(), std::move(body)});
    }
    return out;
}

inline std::vector<event::Event> everyEvent() {
    using namespace event;
    Outcome failed = Outcome::failedExit(7);
    failed.message = "line one\nline \"two\"";
    failed.hint = "look at it";
    Outcome timedOut = Outcome::failedTimeout("timed out after 2s");
    timedOut.signal = 15;
    const TryRef ref{"build/linux", 2, 1, 3};
    return numbered({
        RunStarted{"ci", "ci.nix#main", "/home/a b/tree", "0.1.0", 4242, someRun().text(), "00ff"},
        EvaluationFinished{Millis(40), true, 12, 1},
        JobsAdded{{{"lint", {}, {"check"}}, {"build/linux", {"lint"}, {"compile", "тест"}, {"db", "web"}}},
                  "matrix"},
        PlanCompleted{},
        JobQueued{"lint"},
        JobStarted{"lint", 1, "local", R"({"cgroup":"/x"})"},
        JobRetrying{"lint", 1, 3, Millis(1500), Outcome::failedSignal(9, true)},
        JobFinished{"lint", 2, failed, true, someRun().text()},
        ProvisionStarted{"build/linux", 2},
        ProvisionFinished{"build/linux", 2, Millis(120)},
        BuildProgress{ref, 1, 2, 3, 4, 500, 6000, "hello-2.12: buildPhase"},
        StepStarted{ref, "тест"},
        StepRetrying{ref, "тест", 4, Millis(2000), timedOut},
        StepFinished{ref, "тест", Outcome::skipped(SkipReason::OwnCondition, "x is false"), Millis(63)},
        StepFinished{ref,
                     "hello",
                     Outcome::cached(),
                     Millis(5),
                     {"out=/nix/store/1-hello", "man=/nix/store/2-hello-man"}},
        ServiceStarted{{"build/linux", 2, -2, 1}, "db", 2},
        ServiceReady{{"build/linux", 2, -2, 1}, "db", Millis(1200)},
        ServiceStopped{{"build/linux", 2, -3, 1}, "web", Outcome::failedExit(7)},
        LogProgress{ref, 123'456'789'012, 17},
        ArtifactSaved{"lint", "dist", "out/dist", 4096, 3, std::string(64, 'a')},
        ArtifactRestored{"build/linux", "dist", "."},
        ResultExported{"lint", "matrix", "[\"a\",\"b\"]"},
        Annotation{ref, "error", "src/a.c", 3, 5, 9, "title", "expected ;"},
        TestsReported{"lint",
                      "report.xml",
                      "junit",
                      10,
                      1,
                      2,
                      Millis(900),
                      {{"suite", "name", "t.c", 7, Millis(8), "1 != 2"}}},
        SummaryWritten{ref, "# All good"},
        Notice{"warning", "lint", "bytes \xff here", "make them UTF-8"},
        CancelRequested{"SIGINT", true, "lint"},
        RunFinished{Outcome::infrastructure("disk full", "free some space"), 3},
        ServiceRestarting{{"build/linux", 2, -2, 1}, "db", 2, Outcome::failedExit(3)},
    });
}

// A folder that is gone when the test ends.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string pattern = testing::TempDir() + "cirque-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    ~TemporaryFolder() { static_cast<void>(io::removeTree(path_)); }

    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

inline void spill(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Compares with a file below tests/data, or rewrites it when CIRQUE_ACCEPT=1.
inline void expectGolden(const std::string& path, const std::string& actual) {
    const char* accept = std::getenv("CIRQUE_ACCEPT");
    if (accept != nullptr && std::string(accept) == "1") {
        spill(path, actual);
    }
    EXPECT_EQ(slurp(path), actual) << "differs from " << path << "; CIRQUE_ACCEPT=1 rewrites it";
}

} // namespace cirque::test
