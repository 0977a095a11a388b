// SPDX-License-Identifier: Apache-2.0
#include "report/github/github.hh"

#include "base/text.hh"
#include "tests/unit/event/every-event.hh"
#include "tests/unit/report/recorded.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cirque::report {
namespace {

using namespace event;

// What the runner of GitHub does with the lines it is shown, as its source and page describe it.
class Runner {
  public:
    void feed(std::string_view text) {
        for (const std::string_view line : split(text, '\n')) {
            read(line);
        }
    }

    std::vector<std::string> obeyed; // commands, groups included
    bool stopped = false;

  private:
    void read(std::string_view line) {
        const std::string_view trimmed = trim(line);
        if (stopped) {
            stopped = trimmed != "::" + word_ + "::";
            return;
        }
        if (trimmed.starts_with("::stop-commands::")) {
            word_ = trimmed.substr(17);
            stopped = true;
        } else if (trimmed.starts_with("::") || line.find("##[") != std::string_view::npos) {
            obeyed.emplace_back(trimmed);
        }
    }

    std::string word_;
};

class GitHubTest : public testing::Test {
  protected:
    std::string out;
    std::map<TryRef, std::string> logs;
    int words = 0;
    GitHubListener listener{
        {.colour = false,
         .sink = [this](std::string_view text) { out += text; },
         .log =
             [this](int, const TryRef& ref, std::int64_t bytes,
                    const std::function<void(std::string_view)>& sink) {
                 sink(std::string_view(logs[ref]).substr(0, static_cast<std::size_t>(bytes)));
             },
         .word = [this] { return fmt::format("word{}", ++words); }}};
    std::int64_t seq = 0;

    void tell(Body body) {
        listener.onEvent(
            {++seq, WallTime{}, MonoTime{seq * 1'000'000'000}, test::someRun(), std::move(body)});
    }

    void log(const TryRef& ref, const std::string& text) {
        logs[ref] += text;
        listener.onLog(ref, text);
    }

    void begin() {
        tell(RunStarted{"ci", "ci.nix", "/t", "0", 1});
        tell(JobsAdded{{{"a", {}, {"x"}}, {"b", {}, {"y"}}}, ""});
        tell(JobStarted{"a", 1, "local", ""});
        tell(JobStarted{"b", 1, "local", ""});
        tell(StepStarted{a, "x"});
        tell(StepStarted{b, "y"});
    }

    TryRef a{"a", 1, 0, 1};
    TryRef b{"b", 1, 0, 1};
};

} // namespace

TEST_F(GitHubTest, StepsBesideEachOtherBecomeBlocksThatAreWhole) {
    begin();
    log(a, "a1\n");
    log(b, "b1\n");
    log(a, "a2\n");
    log(b, "b2");
    tell(StepFinished{a, "x", Outcome::succeeded(), Millis(5)});
    log(b, "b3\n");
    tell(StepFinished{b, "y", Outcome::failedExit(2), Millis(5)});
    const std::string blockA = "::group::a/x\n::stop-commands::word2\na1\na2\n::word2::\n::endgroup::\n";
    const std::string blockB = "::group::b/y\n::stop-commands::word4\nb1\nb2b3\n::word4::\n::endgroup::\n";
    EXPECT_NE(out.find(blockA), std::string::npos) << out;
    EXPECT_NE(out.find(blockB), std::string::npos) << out;
    EXPECT_LT(out.find(blockA), out.find(blockB));
}

TEST_F(GitHubTest, TheOpenBlockIsShownAsItComes) {
    begin();
    log(a, "now\n");
    EXPECT_NE(out.find("now\n"), std::string::npos);
    log(b, "later\n");
    EXPECT_EQ(out.find("later\n"), std::string::npos);
}

// Nothing that a step prints or is called may be a command to the runner; what the runner does obey is ours.
TEST_F(GitHubTest, NothingOfAStepCommandsTheRunner) {
    const std::string evil = "::set-env name=X::1";
    const std::string old = "##[add-path]/evil";
    tell(RunStarted{evil, old, "/t", "0", 1});
    tell(JobsAdded{{{evil, {}, {old}}}, ""});
    tell(JobStarted{evil, 1, "local", ""});
    const TryRef ref{evil, 1, 0, 1};
    tell(StepStarted{ref, old});
    log(ref,
        evil + "\n" + old + "\n  ::warning::x\n::word1::\n::endgroup::\n::stop-commands::mine\n::mine::\n");
    tell(Notice{"warning", evil, old, evil});
    tell(Annotation{ref, "error", "a\nb::c", 3, 0, 0, "t,u:v%", "one\n::debug::two"});
    tell(StepFinished{ref, old, Outcome::failedWith(evil), Millis(1)});
    log(ref, evil + "\n");
    tell(JobFinished{evil, 1, Outcome::failedWith(old), false});
    tell(RunFinished{Outcome::failedWith(evil), 1});
    Runner runner;
    runner.feed(out);
    EXPECT_FALSE(runner.stopped) << "the runner stays deaf for what comes after\n" << out;
    ASSERT_EQ(runner.obeyed.size(), 4U) << out;
    EXPECT_EQ(runner.obeyed[0], "::group::::set-env name=X::1/##[add-path]/evil");
    EXPECT_EQ(runner.obeyed[1], "::endgroup::");
    EXPECT_EQ(runner.obeyed[2], "::error file=ab%3A%3Ac,line=3,title=t%2Cu%3Av%25::one%0A::debug::two");
    EXPECT_TRUE(runner.obeyed[3].starts_with("::error title=job %3A%3Aset-env")) << runner.obeyed[3];
}

TEST(GitHubWords, AreNeverTheSame) {
    EXPECT_NE(github::randomWord(), github::randomWord());
    EXPECT_GE(github::randomWord().size(), 32U);
}

TEST_F(GitHubTest, LooksAsTheGoldenFileSays) {
    test::play(listener);
    test::expectGolden(std::string(CIRQUE_TEST_DATA) + "/report/github.txt", out);
}

} // namespace cirque::report
