// SPDX-License-Identifier: Apache-2.0
// The live view on a terminal in memory, and a run in the middle of it.
#pragma once

#include "base/text.hh"
#include "report/tui/tui.hh"
#include "tests/support/vt.hh"
#include "tests/unit/event/every-event.hh"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace cirque::test {

class TuiRun {
  public:
    explicit TuiRun(report::tui::Size size = {80, 24}, bool colour = false)
        : vt(size.columns, size.rows), view(optionsOf(size, colour)) {}

    TuiRun(const TuiRun&) = delete;
    TuiRun& operator=(const TuiRun&) = delete;

    void tell(event::Body body) { view.onEvent({++seq, WallTime{}, now, someRun(), std::move(body)}); }

    void log(const TryRef& ref, const std::string& text) {
        logs[ref] += text;
        view.onLog(ref, text);
    }

    void after(std::int64_t millis) { now.nanos += millis * 1'000'000; }

    void frame() { view.frame(now); }

    // Types, and draws what comes of it.
    std::vector<report::tui::Action> type(const std::string& keys) {
        auto actions = view.type(keys);
        frame();
        return actions;
    }

    void resize(report::tui::Size size) {
        vt.resize(size.columns, size.rows);
        view.resize(size);
        frame();
    }

    Vt vt;
    report::TuiListener view;
    std::int64_t seq = 0;
    MonoTime now{1'000'000'000};
    std::map<TryRef, std::string> logs;
    std::string bytes; // all that was written

  private:
    report::TuiListener::Options optionsOf(report::tui::Size size, bool colour) {
        return {colour, size,
                [this](std::string_view text) {
                    bytes += text;
                    vt.feed(text);
                },
                [this](const TryRef& ref, std::int64_t scroll, std::size_t count) {
                    return window(logs[ref], scroll, count);
                }};
    }

    static report::tui::LogWindow window(const std::string& text, std::int64_t scroll, std::size_t count) {
        std::vector<std::string> lines;
        for (const std::string_view line : split(text, '\n')) {
            lines.emplace_back(line);
        }
        if (!lines.empty() && lines.back().empty()) {
            lines.pop_back();
        }
        report::tui::LogWindow window;
        window.total = static_cast<std::int64_t>(lines.size());
        const auto wanted = static_cast<std::int64_t>(count);
        window.below = std::clamp<std::int64_t>(scroll, 0, std::max<std::int64_t>(window.total - wanted, 0));
        const std::int64_t first = std::max<std::int64_t>(window.total - wanted - window.below, 0);
        for (std::int64_t i = first; i < std::min(first + wanted, window.total); ++i) {
            window.lines.push_back(lines[static_cast<std::size_t>(i)]);
        }
        return window;
    }
};

// Several jobs in every state a person may see.
inline void playMiddle(TuiRun& run) {
    using namespace event;
    const std::string wide = "test: 日本語 with a name that is longer than most 🚀";
    run.tell(RunStarted{"ci", "ci.nix", "/tree", "0.1.0", 1});
    run.tell(JobsAdded{{{"lint", {}, {"style"}},
                        {"build", {}, {"configure", "compile", "link"}},
                        {"tools", {}, {"unit"}},
                        {"flaky", {}, {"fetch", "use"}},
                        {wide, {"build"}, {"unit", "integration"}},
                        {"deploy", {"build", wide, "flaky", "lint", "tools"}, {"push"}},
                        {"bad", {}, {"first", "second"}}},
                       ""});
    run.view.expect({{"build", Millis(41'200)}, {"deploy", Millis(400)}});
    for (const char* job : {"lint", "build", "tools", "flaky", "bad"}) {
        run.tell(JobQueued{job});
        run.tell(JobStarted{job, 1, "local", ""});
    }
    run.tell(StepStarted{{"lint", 1, 0, 1}, "style"});
    run.tell(StepStarted{{"build", 1, 0, 1}, "configure"});
    run.tell(ProvisionStarted{"tools", 1});
    run.tell(
        BuildProgress{{"tools", 1, -1, 1}, 3, 12, 5, 8, 12'900'000, 40'000'000, "hello-2.12: buildPhase"});
    run.tell(StepStarted{{"flaky", 1, 0, 1}, "fetch"});
    run.tell(StepStarted{{"bad", 1, 0, 1}, "first"});
    run.after(1500);
    run.tell(StepFinished{{"build", 1, 0, 1}, "configure", Outcome::succeeded(), Millis(1500)});
    run.tell(StepStarted{{"build", 1, 1, 1}, "compile"});
    run.log({"build", 1, 1, 1}, "cc main.c\n\x1b[31mwarn\x1b[0ming: \x1b[2J日本語 \tunused\r\n");
    run.tell(StepFinished{{"lint", 1, 0, 1}, "style", Outcome::succeeded(), Millis(1500)});
    run.tell(JobFinished{"lint", 1, Outcome::succeeded(), false});
    run.tell(StepRetrying{{"flaky", 1, 0, 1}, "fetch", 3, Millis(4000), Outcome::failedExit(22)});
    run.log({"bad", 1, 0, 1}, "one\ntwo\nthree\n");
    run.tell(StepFinished{{"bad", 1, 0, 1}, "first", Outcome::failedExit(7), Millis(1500)});
    run.tell(StepFinished{{"bad", 1, 1, 0}, "second", Outcome::skipped(SkipReason::NeedFailed), Millis(0)});
    run.tell(JobFinished{"bad", 1, Outcome::failedExit(7), false});
    run.tell(Notice{"warning", "", "the tree has no commit yet", "commit something"});
    run.after(2750);
}

} // namespace cirque::test
