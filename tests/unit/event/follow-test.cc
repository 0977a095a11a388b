// SPDX-License-Identifier: Apache-2.0
// A run's files while they grow: what a listener far away hears has to be what one in the run would have
// heard.
#include "event/journal/follow.hh"

#include "event/journal/journal.hh"
#include "event/types/json.hh"
#include "tests/unit/io/temp-folder.hh"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <random>

namespace cirque::event {
namespace {

const TryRef step{"a", 1, 0, 1};

class Follow : public ::testing::Test {
  protected:
    Follow()
        : follower_(folder_.path(), {[this](const Event& event) { heard_ += typeOf(event) + "\n"; },
                                     [this](const TryRef& ref, std::string_view bytes) {
                                         logs_[ref] += bytes;
                                         heard_ += "log " + ref.job + " " + std::string(bytes) + "\n";
                                     }}) {}

    static std::string typeOf(const Event& event) {
        const std::string line = toLine(event);
        const std::size_t at = line.find("\"type\":\"") + 8;
        return line.substr(at, line.find('"', at) - at);
    }

    void append(const std::string& file, std::string_view bytes) {
        const io::UniqueFd fd(
            ::open((folder_ / file).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        ASSERT_TRUE(io::writeAll(fd.get(), bytes, file));
    }

    void journal(Body body) {
        std::string line;
        appendLine(line,
                   {++seq_, {}, {}, *RunId::parse("0197a8c2-1f3e-7000-8000-000000000000"), std::move(body)});
        append("journal.jsonl", line);
    }

    void begin() {
        journal(RunStarted{"w", "ci.nix", "/t", "1", 1});
        journal(JobsAdded{{{"a", {}, {"s"}}}, ""});
        ASSERT_TRUE(io::makeFolders(folder_ / "logs/1"));
        base_ = logBase(1, step);
        ASSERT_TRUE(io::makeFolders(folder_ / base_.substr(0, base_.rfind('/'))));
    }

    // Until there is nothing more; what was heard meanwhile.
    std::string hear() {
        heard_.clear();
        for (;;) {
            const auto news = follower_.poll();
            EXPECT_TRUE(news) << news.error().text();
            if (!news || !*news) {
                return heard_;
            }
        }
    }

    io::TempFolder folder_;
    std::string heard_;
    std::map<TryRef, std::string> logs_;
    Follower follower_;
    std::string base_;
    std::int64_t seq_ = 0;
};

TEST_F(Follow, NothingIsThereYet) {
    EXPECT_EQ(hear(), "");
    EXPECT_FALSE(follower_.ended());
    journal(RunStarted{"w", "ci.nix", "/t", "1", 1});
    EXPECT_EQ(hear(), "run.started\n");
}

TEST_F(Follow, BytesComeBeforeTheEventThatCountsThem) {
    begin();
    journal(StepStarted{step, "s"});
    append(base_ + ".log", "one\ntwo\n");
    journal(LogProgress{step, 4, 1});
    journal(Notice{"info", "", "between", ""});
    journal(LogProgress{step, 8, 2});
    journal(StepFinished{step, "s", Outcome::succeeded(), Millis{1}});
    journal(JobFinished{"a", 1, Outcome::succeeded(), false});
    journal(RunFinished{Outcome::succeeded(), 0});
    EXPECT_EQ(hear(),
              "run.started\njobs.added\nstep.started\nlog a one\n\nlog.progress\nnotice\nlog a two\n\n"
              "log.progress\nstep.finished\njob.finished\nrun.finished\n");
    EXPECT_TRUE(follower_.ended());
    EXPECT_EQ(hear(), "") << "nothing comes twice";
}

TEST_F(Follow, BytesAreHeardBeforeAnyEventTellsOfThem) {
    begin();
    journal(StepStarted{step, "s"});
    (void)hear();
    append(base_ + ".log", "soon\n");
    EXPECT_EQ(hear(), "log a soon\n\n");
    journal(LogProgress{step, 5, 1});
    EXPECT_EQ(hear(), "log.progress\n") << "and not again";
}

TEST_F(Follow, ATornLineWaitsForItsRest) {
    begin();
    (void)hear();
    std::string line;
    appendLine(
        line,
        {3, {}, {}, *RunId::parse("0197a8c2-1f3e-7000-8000-000000000000"), Notice{"info", "", "x", ""}});
    append("journal.jsonl", line.substr(0, line.size() / 2));
    EXPECT_EQ(hear(), "");
    append("journal.jsonl", line.substr(line.size() / 2));
    EXPECT_EQ(hear(), "notice\n");
}

// A writer that failed in the middle cuts the torn end off before it goes on.
TEST_F(Follow, ATornEndThatIsCutOffIsForgotten) {
    begin();
    (void)hear();
    const auto size = io::readFile(folder_ / "journal.jsonl")->size();
    append("journal.jsonl", "{\"v\":1,\"seq\":3,\"ty");
    EXPECT_EQ(hear(), "");
    ASSERT_EQ(::truncate((folder_ / "journal.jsonl").c_str(), static_cast<off_t>(size)), 0);
    journal(Notice{"info", "", "x", ""});
    EXPECT_EQ(hear(), "notice\n");
}

TEST_F(Follow, ABrokenLineIsAnError) {
    begin();
    append("journal.jsonl", "nonsense\n");
    const auto news = follower_.poll();
    ASSERT_FALSE(news);
    EXPECT_NE(news.error().text().find("line 3"), std::string::npos) << news.error().text();
}

TEST_F(Follow, WhatDaemonsWriteAfterTheStepComesBeforeTheJobsEnd) {
    begin();
    journal(StepStarted{step, "s"});
    journal(StepFinished{step, "s", Outcome::succeeded(), Millis{1}});
    (void)hear();
    append(base_ + ".log", "late\n");
    journal(JobFinished{"a", 1, Outcome::succeeded(), false});
    EXPECT_EQ(hear(), "log a late\n\njob.finished\n");
}

// Whatever pieces the files grow by, everything is heard once and in order.
TEST_F(Follow, AnyGrowthIsHeardOnceAndInOrder) {
    std::mt19937 dice(7);
    begin();
    journal(StepStarted{step, "s"});
    std::string written;
    std::int64_t lines = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::string line = "line " + std::to_string(i) + std::string(dice() % 300, 'x') + "\n";
        append(base_ + ".log", line);
        written += line;
        ++lines;
        if (dice() % 5 == 0) {
            journal(LogProgress{step, static_cast<std::int64_t>(written.size()), lines});
        }
        if (dice() % 7 == 0) {
            (void)hear();
        }
    }
    journal(StepFinished{step, "s", Outcome::succeeded(), Millis{1}});
    journal(JobFinished{"a", 1, Outcome::succeeded(), false});
    journal(RunFinished{Outcome::succeeded(), 0});
    (void)hear();
    EXPECT_EQ(logs_[step], written);
    EXPECT_TRUE(follower_.ended());
}

} // namespace
} // namespace cirque::event
