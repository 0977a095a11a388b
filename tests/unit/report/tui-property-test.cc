// SPDX-License-Identifier: Apache-2.0
// Random runs on terminals of random sizes: whatever happens, the terminal shows the layout, no line is as
// wide as the terminal, and nothing is sent that a terminal could misunderstand.
#include "report/tui/layout.hh"
#include "tests/unit/report/tui-run.hh"

#include <gtest/gtest.h>

#include <random>

namespace cirque::report {
namespace {

using namespace event;
using tui::Size;

class Random {
  public:
    explicit Random(unsigned seed) : engine_(seed) {}

    int upTo(int limit) { return static_cast<int>(engine_() % static_cast<unsigned>(limit)); }

    std::string text() {
        static const std::vector<std::string> parts{"a",
                                                    "build",
                                                    " ",
                                                    "日本",
                                                    "🚀",
                                                    "e\u0301",
                                                    "\x1b[2J",
                                                    "\t",
                                                    "\r",
                                                    "\xff",
                                                    "❤\ufe0f",
                                                    "한",
                                                    "\u200b",
                                                    "x/y",
                                                    "\x9b"
                                                    "31m",
                                                    "…",
                                                    "👩‍👩‍👧",
                                                    "\x1b]0;t\x07"};
        std::string out;
        for (int i = upTo(9); i >= 0; --i) {
            out += parts[static_cast<std::size_t>(upTo(static_cast<int>(parts.size())))];
        }
        return out;
    }

    Outcome outcome() {
        switch (upTo(8)) {
        case 0:
            return Outcome::failedExit(upTo(200));
        case 1:
            return Outcome::failedTimeout(text());
        case 2:
            return Outcome::infrastructure(text(), text());
        case 3:
            return Outcome::cancelled();
        case 4:
            return Outcome::skipped(SkipReason::NeedFailed, text());
        case 5:
            return Outcome::cached();
        default:
            return Outcome::succeeded();
        }
    }

    Body event(std::vector<std::string>& jobs) {
        const auto job = [&] {
            return jobs.empty() ? std::string("none")
                                : jobs[static_cast<std::size_t>(upTo(static_cast<int>(jobs.size())))];
        };
        const TryRef ref{job(), 1 + upTo(2), upTo(4) - 1, 1 + upTo(2)};
        switch (upTo(14)) {
        case 0: {
            const std::string name = text() + std::to_string(jobs.size());
            JobsAdded added{{{name, {job(), job()}, {text(), text(), text()}}}, upTo(3) == 0 ? job() : ""};
            jobs.push_back(name);
            return added;
        }
        case 1:
            return JobQueued{job()};
        case 2:
        case 3:
            return JobStarted{job(), ref.attempt, "local", ""};
        case 4:
            return JobFinished{job(), ref.attempt, outcome(), upTo(4) == 0};
        case 5:
            return ProvisionStarted{job(), ref.attempt};
        case 6:
            return BuildProgress{ref,     upTo(9),       upTo(9),       upTo(9),
                                 upTo(9), upTo(1 << 30), upTo(1 << 30), text()};
        case 7:
        case 8:
            return StepStarted{ref, text()};
        case 9:
            return StepFinished{ref, text(), outcome(), Millis(upTo(100'000))};
        case 10:
            return StepRetrying{ref, text(), 3, Millis(upTo(9000)), outcome()};
        case 11:
            return Notice{upTo(2) == 0 ? "warning" : "error", job(), text(), text()};
        case 12:
            return JobRetrying{job(), 1, 2, Millis(10), outcome()};
        default:
            return CancelRequested{text(), upTo(2) == 0, upTo(2) == 0 ? job() : ""};
        }
    }

    Size size() { return {static_cast<std::size_t>(20 + upTo(180)), static_cast<std::size_t>(3 + upTo(50))}; }

    std::string keys() {
        static const std::vector<std::string> all{"j", "k", "\r", " ", "\x1b[5~", "\x1b[6~", "g",  "G",
                                                  "f", "c", "/",  "?", "\x1b",    "x",       "日", "\x7f"};
        return all[static_cast<std::size_t>(upTo(static_cast<int>(all.size())))];
    }

  private:
    std::mt19937 engine_;
};

// The rows from the block's first to the cursor's must be the lines of the layout.
void expectShown(const test::Vt& vt, const std::vector<tui::Line>& lines, unsigned seed) {
    const std::vector<std::string> screen = vt.screen();
    ASSERT_GE(vt.row() + 1, lines.size()) << seed;
    const std::size_t first = vt.row() + 1 - lines.size();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string expected = lines[i].render(false);
        expected.erase(expected.find_last_not_of(' ') + 1);
        ASSERT_EQ(screen[first + i], expected) << "seed " << seed << ", line " << i;
    }
    for (std::size_t i = vt.row() + 1; i < screen.size(); ++i) {
        ASSERT_EQ(screen[i], "") << "below the block, seed " << seed;
    }
}

} // namespace

TEST(TuiProperty, TheTerminalShowsTheLayoutWhateverHappens) {
    for (unsigned seed = 1; seed <= 150; ++seed) {
        Random random(seed);
        Size size = random.size();
        test::TuiRun run(size, seed % 2 == 0);
        RunModel model;
        std::vector<std::string> jobs;
        run.tell(RunStarted{random.text(), random.text(), "/t", "0", 1});
        for (int i = 0; i < 120; ++i) {
            const int what = random.upTo(10);
            if (what < 6) {
                run.tell(random.event(jobs));
            } else if (what == 6 && !jobs.empty()) {
                run.log({jobs.front(), 1, random.upTo(3), 1}, random.text() + "\n" + random.text());
            } else if (what == 7) {
                (void)run.view.type(random.keys());
            } else if (what == 8 && random.upTo(4) == 0) {
                size = random.size();
                run.vt.resize(size.columns, size.rows);
                run.view.resize(size);
            }
            run.after(random.upTo(300));
            run.frame();
            const std::vector<tui::Line> lines = run.view.lines();
            for (const tui::Line& line : lines) {
                ASSERT_LT(line.width(), size.columns) << "seed " << seed << ": " << line.render(false);
            }
            ASSERT_LT(lines.size(), size.rows) << seed;
            ASSERT_EQ(run.vt.errors(), "") << seed;
            expectShown(run.vt, lines, seed);
            if (HasFatalFailure()) {
                return;
            }
        }
        run.tell(RunFinished{random.outcome(), 1});
        ASSERT_TRUE(run.vt.cursorShown()) << seed;
        ASSERT_EQ(run.vt.errors(), "") << seed;
    }
}

} // namespace cirque::report
