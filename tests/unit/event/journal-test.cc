// SPDX-License-Identifier: Apache-2.0
#include "event/journal/journal.hh"

#include "event/types/json.hh"
#include "tests/unit/event/every-event.hh"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>

namespace cirque::event {
namespace {

class JournalTest : public testing::Test {
  protected:
    test::TemporaryFolder folder;
    std::string path = folder / "journal.jsonl";

    std::vector<std::string> read(std::size_t most = 1000) {
        std::vector<std::string> out;
        result = readJournal(path, [&](const Event& event) {
            out.push_back(toLine(event));
            return out.size() < most;
        });
        return out;
    }

    Result<void> result;
};

std::vector<std::string> toLines(const std::vector<Event>& events) {
    std::vector<std::string> out;
    for (const Event& event : events) {
        out.push_back(toLine(event));
    }
    return out;
}

} // namespace

TEST_F(JournalTest, ReadsBackWhatWasAppended) {
    const auto events = test::everyEvent();
    auto writer = JournalWriter::create(path);
    ASSERT_TRUE(writer) << writer.error().text();
    ASSERT_TRUE(writer->append(std::span(events).first(5)));
    ASSERT_TRUE(writer->append(std::span(events).subspan(5)));
    EXPECT_EQ(read(), toLines(events));
    EXPECT_TRUE(result);
}

// Bytes must be in the file when append returns, not when the writer ends: a kill -9 would lose them.
TEST_F(JournalTest, AppendedEventsAreInTheFileAtOnce) {
    const auto events = test::everyEvent();
    auto writer = JournalWriter::create(path);
    ASSERT_TRUE(writer->append(std::span(events).first(1)));
    EXPECT_EQ(test::slurp(path), toLine(events[0]) + "\n");
}

TEST_F(JournalTest, RefusesAFileThatExists) {
    test::spill(path, "");
    const auto writer = JournalWriter::create(path);
    ASSERT_FALSE(writer);
    EXPECT_NE(writer.error().message.find(path), std::string::npos);
}

// Wherever a crash tears the last line, the lines before it must read.
TEST_F(JournalTest, ATornLastLineIsIgnoredWhereverItIsTorn) {
    const auto events = test::everyEvent();
    const std::string whole = toLine(events[0]) + "\n";
    const std::string last = toLine(events[1]);
    for (std::size_t cut = 0; cut <= last.size(); ++cut) {
        test::spill(path, whole + last.substr(0, cut));
        EXPECT_EQ(read(), toLines({events[0]})) << cut;
        EXPECT_TRUE(result) << cut;
    }
}

TEST_F(JournalTest, ABrokenLineInTheMiddleIsNamed) {
    const auto events = test::everyEvent();
    test::spill(path,
                toLine(events[0]) + "\n" + toLine(events[1]).substr(0, 40) + "\n" + toLine(events[2]) + "\n");
    EXPECT_EQ(read(), toLines({events[0]}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Corrupt);
    EXPECT_NE(result.error().message.find("line 2 of the journal " + path), std::string::npos)
        << result.error().message;
}

TEST_F(JournalTest, UnknownTypesAreSkipped) {
    const auto events = test::everyEvent();
    std::string strange = toLine(events[3]);
    strange.replace(strange.find("plan.completed"), 14, "plan.dissolved");
    test::spill(path, strange + "\n" + toLine(events[4]) + "\n");
    EXPECT_EQ(read(), toLines({events[4]}));
    EXPECT_TRUE(result);
}

TEST_F(JournalTest, StopsWhenTheReaderHasEnough) {
    test::spill(path, toLine(test::everyEvent()[0]) + "\n" + toLine(test::everyEvent()[1]) + "\nbroken\n");
    EXPECT_EQ(read(2).size(), 2U);
    EXPECT_TRUE(result);
}

// Lines longer than one block of the reader must come whole.
TEST_F(JournalTest, LinesLongerThanABlockRead) {
    const auto events = test::numbered({Notice{"info", "", std::string(700'000, 'x'), ""}, PlanCompleted{}});
    auto writer = JournalWriter::create(path);
    ASSERT_TRUE(writer->append(events));
    EXPECT_EQ(read(), toLines(events));
}

TEST_F(JournalTest, AMissingJournalIsNotFound) {
    read();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::NotFound);
}

// After an append that the system cut short, the next one must not leave a broken line in the middle.
TEST_F(JournalTest, AnAppendAfterAFailedOneCutsTheTornEndOff) {
    const auto events = test::everyEvent();
    auto writer = JournalWriter::create(path);
    ASSERT_TRUE(writer->append(std::span(events).first(1)));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{};
    getrlimit(RLIMIT_FSIZE, &old);
    const rlimit small{test::slurp(path).size() + 20, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const auto failed = writer->append(std::span(events).subspan(1, 1));
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, SIG_DFL);
    ASSERT_FALSE(failed);
    EXPECT_EQ(test::slurp(path).size(), small.rlim_cur); // it did tear
    ASSERT_TRUE(writer->append(std::span(events).subspan(2, 1)));
    EXPECT_EQ(read(), toLines({events[0], events[2]}));
    EXPECT_TRUE(result);
}

} // namespace cirque::event
