// SPDX-License-Identifier: Apache-2.0
#include "event/journal/log-file.hh"
#include "tests/unit/event/every-event.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <random>

namespace cirque::event {
namespace {

MonoTime at(std::int64_t millis) {
    return MonoTime{millis * 1'000'000};
}

class LogTest : public testing::Test {
  protected:
    test::TemporaryFolder folder;
    std::string base = folder / "1-0-1";

    LogWriter writer() { return std::move(LogWriter::create(base, at(0)).value()); }

    LogReader reader() { return std::move(LogReader::open(base).value()); }

    std::vector<std::string> texts() {
        std::vector<std::string> out;
        for (const LogLine& line : reader().lines(0, 1'000'000).value()) {
            out.push_back(line.text);
        }
        return out;
    }

    std::size_t indexSize() { return test::slurp(base + ".idx").size(); }
};

// What the rule of lines.hh says, straight from the bytes.
std::vector<std::string> splitAll(const std::string& bytes) {
    std::vector<std::string> out;
    LineSplitter splitter;
    const auto take = [&](std::string_view text, LineEnd) { out.emplace_back(text); };
    splitter.feed(bytes, take);
    splitter.finish(take);
    return out;
}

} // namespace

TEST_F(LogTest, KeepsTheBytesAsTheyCame) {
    LogWriter log = writer();
    const std::string bytes("a\0b\xff\r\n\x1b[31mred\n\nno newline", 27);
    ASSERT_TRUE(log.append(bytes.substr(0, 5), at(1)));
    ASSERT_TRUE(log.append(bytes.substr(5), at(2)));
    log.markLate();
    ASSERT_TRUE(log.append("late\n", at(3)));
    ASSERT_TRUE(log.finish());
    EXPECT_EQ(test::slurp(base + ".log"), bytes + "late\n");
}

TEST_F(LogTest, CountsLinesAndALastOneWithoutNewline) {
    LogWriter log = writer();
    EXPECT_EQ(log.lines(), 0);
    ASSERT_TRUE(log.append("one\ntw", at(0)));
    EXPECT_EQ(log.lines(), 2);
    ASSERT_TRUE(log.append("o\n", at(0)));
    EXPECT_EQ(log.lines(), 2);
    ASSERT_TRUE(log.append("\n", at(0)));
    EXPECT_EQ(log.lines(), 3);
    EXPECT_EQ(log.bytes(), 9);
    EXPECT_EQ(reader().lineCount().value(), 3);
}

TEST_F(LogTest, TellsWhenALineCameAndWhetherItEnded) {
    LogWriter log = writer();
    ASSERT_TRUE(log.append("first\nsec", at(10)));
    ASSERT_TRUE(log.append("ond\nthird\n", at(500)));
    ASSERT_TRUE(log.append("fourth", at(900)));
    const auto lines = reader().lines(0, 10).value();
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0].at, Millis(10));
    EXPECT_EQ(lines[1].at, Millis(10)); // when its first byte came
    EXPECT_EQ(lines[1].text, "second");
    EXPECT_EQ(lines[2].at, Millis(500));
    EXPECT_EQ(lines[3].at, Millis(900));
    EXPECT_TRUE(lines[2].newline);
    EXPECT_FALSE(lines[3].newline);
}

TEST_F(LogTest, LinesAreSplitInTheIndexOnlyAtExactlyTheLimit) {
    const std::string full(maxLineBytes, 'x');
    LogWriter log = writer();
    ASSERT_TRUE(log.append(full + "\n" + full + "y\nend\n", at(1)));
    EXPECT_EQ(log.lines(), 4);
    const auto lines = reader().lines(0, 10).value();
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0].text, full);
    EXPECT_FALSE(lines[0].split);
    EXPECT_TRUE(lines[1].split);
    EXPECT_EQ(lines[2].text, "y");
    EXPECT_EQ(lines[3].text, "end");
    EXPECT_EQ(test::slurp(base + ".log"), full + "\n" + full + "y\nend\n");
}

TEST_F(LogTest, BytesAfterTheEndOfTheStepAreMarked) {
    LogWriter log = writer();
    ASSERT_TRUE(log.append("done\nhalf", at(1)));
    log.markLate();
    ASSERT_TRUE(log.append(" of a daemon\nmore\n", at(2)));
    ASSERT_TRUE(log.finish());
    const auto lines = reader().lines(0, 10).value();
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_FALSE(lines[1].late);
    EXPECT_EQ(lines[1].text, "half");
    EXPECT_TRUE(lines[1].split);
    EXPECT_TRUE(lines[2].late);
    EXPECT_EQ(lines[2].text, " of a daemon");
    EXPECT_TRUE(lines[3].late);
}

// Whatever the pieces, writer and reader must agree with the plain rule on every line.
TEST_F(LogTest, RandomPiecesGiveTheLinesOfTheWhole) {
    std::mt19937 random(7); // the same pieces in every run
    std::string bytes;
    while (bytes.size() < 1'500'000) {
        const std::size_t length = random() % 50 == 0 ? random() % 200'000 : random() % 90;
        bytes += std::string(length, static_cast<char>('a' + random() % 26)) + "\n";
    }
    LogWriter log = writer();
    std::int64_t now = 0;
    for (std::size_t from = 0; from < bytes.size();) {
        const std::size_t length = random() % 3 == 0 ? random() % 150'000 : random() % 700;
        now += random() % 3 == 0 ? static_cast<std::int64_t>(random() % 80) : 0;
        ASSERT_TRUE(log.append(std::string_view(bytes).substr(from, length), at(now)));
        from += length;
    }
    const auto expected = splitAll(bytes);
    EXPECT_EQ(log.lines(), static_cast<std::int64_t>(expected.size()));
    LogReader back = reader();
    EXPECT_EQ(back.lineCount().value(), log.lines());
    EXPECT_EQ(texts(), expected);
    for (int i = 0; i < 200; ++i) {
        const auto n = static_cast<std::int64_t>(random() % expected.size());
        const auto one = back.lines(n, 1).value();
        ASSERT_EQ(one.size(), 1U);
        ASSERT_EQ(one[0].text, expected[static_cast<std::size_t>(n)]) << n;
    }
    EXPECT_LT(indexSize(), bytes.size() / 10);
}

TEST_F(LogTest, AMillionLinesAreCountedAndFound) {
    std::string block;
    LogWriter log = writer();
    for (int i = 0; i < 1'000'000; ++i) {
        fmt::format_to(std::back_inserter(block), "line {}\n", i);
        if (block.size() >= 65536) {
            ASSERT_TRUE(log.append(block, at(i / 1000)));
            block.clear();
        }
    }
    ASSERT_TRUE(log.append(block, at(1000)));
    ASSERT_TRUE(log.finish());
    EXPECT_EQ(log.lines(), 1'000'000);
    LogReader back = reader();
    EXPECT_EQ(back.lineCount().value(), 1'000'000);
    EXPECT_EQ(back.lines(765'432, 1).value()[0].text, "line 765432");
    EXPECT_EQ(back.last(2).value()[0].text, "line 999998");
    EXPECT_LT(indexSize(), 100'000U);
}

TEST_F(LogTest, AReaderSeesWhatIsWrittenAfterItOpened) {
    LogWriter log = writer();
    LogReader back = reader();
    EXPECT_EQ(back.lineCount().value(), 0);
    EXPECT_TRUE(back.lines(0, 5).value().empty());
    ASSERT_TRUE(log.append("a\nb", at(1)));
    EXPECT_EQ(back.lineCount().value(), 2);
    ASSERT_TRUE(log.append("b\nc\n", at(200)));
    EXPECT_EQ(back.lineCount().value(), 3);
    EXPECT_EQ(back.lines(1, 1).value()[0].text, "bb");
    EXPECT_EQ(back.lines(2, 1).value()[0].at, Millis(200));
}

TEST_F(LogTest, PartsAndEndsAreCutToWhatIsThere) {
    LogWriter log = writer();
    ASSERT_TRUE(log.append("a\nb\nc\n", at(1)));
    EXPECT_EQ(reader().lines(1, 1).value().size(), 1U);
    EXPECT_EQ(reader().lines(1, 100).value().size(), 2U);
    EXPECT_TRUE(reader().lines(3, 1).value().empty());
    EXPECT_TRUE(reader().lines(-1, 1).value().empty());
    EXPECT_TRUE(reader().lines(0, 0).value().empty());
    EXPECT_EQ(reader().last(100).value().size(), 3U);
    EXPECT_EQ(reader().last(1).value()[0].text, "c");
}

// An index that is missing, cut anywhere, or full of rubbish must never hide or change a line.
TEST_F(LogTest, EveryLineIsFoundWhateverHappenedToTheIndex) {
    std::string bytes;
    {
        LogWriter log = writer();
        for (int i = 0; i < 40; ++i) {
            const std::string block = fmt::format("{}\n", i) + std::string(30'000, 'z') + "\n";
            ASSERT_TRUE(log.append(block, at(i * 60)));
            bytes += block;
        }
        ASSERT_TRUE(log.finish());
    }
    const auto expected = splitAll(bytes);
    const std::string index = test::slurp(base + ".idx");
    const auto check = [&](const std::string& what) {
        ASSERT_EQ(texts(), expected) << what;
        ASSERT_EQ(reader().lineCount().value(), static_cast<std::int64_t>(expected.size())) << what;
        ASSERT_EQ(reader().lines(61, 1).value()[0].text, expected[61]) << what;
    };
    check("whole");
    for (std::size_t size = 0; size < index.size(); size += 7) {
        test::spill(base + ".idx", index.substr(0, size));
        check(fmt::format("cut to {}", size));
    }
    test::spill(base + ".idx", std::string(index.size(), '\0'));
    check("zeros");
    test::spill(base + ".idx", index.substr(0, 16) + std::string(index.size() - 16, '\xff'));
    check("ones after the header");
    test::spill(base + ".idx", index.substr(0, 160) + std::string(64, '\0'));
    check("zeros at the end");
    ASSERT_EQ(::unlink((base + ".idx").c_str()), 0);
    check("missing");
}

// A log that was cut (disk trouble) must read as what is left.
TEST_F(LogTest, ALogShorterThanItsIndexReadsAsItIs) {
    {
        LogWriter log = writer();
        ASSERT_TRUE(log.append("one\n", at(1)));
        ASSERT_TRUE(log.append("two\n", at(100)));
        ASSERT_TRUE(log.append("three\n", at(200)));
    }
    test::spill(base + ".log", "one\ntw");
    EXPECT_EQ(texts(), (std::vector<std::string>{"one", "tw"}));
    EXPECT_EQ(reader().lineCount().value(), 2);
}

TEST_F(LogTest, MissingAndExistingLogsAreErrorsThatNameThem) {
    const auto missing = LogReader::open(folder / "none");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_NE(missing.error().message.find("none.log"), std::string::npos);
    const LogWriter log = writer();
    EXPECT_FALSE(LogWriter::create(base, at(0)));
}

TEST(LogNames, TellTriesAndJobsApart) {
    EXPECT_EQ(logBase(3, TryRef{"a/b", 2, 0, 4}), "logs/3/2-0-4");
    EXPECT_EQ(logBase(3, TryRef{"a/b", 2, -1, 1}), "logs/3/2-setup-1");
    JobNumbers numbers;
    numbers.add(JobsAdded{{{"a", {}, {}}, {"b", {}, {}}}, ""});
    numbers.add(JobsAdded{{{"b", {}, {}}, {"c", {}, {}}}, "a"});
    EXPECT_EQ(numbers.of("a"), 1);
    EXPECT_EQ(numbers.of("b"), 2);
    EXPECT_EQ(numbers.of("c"), 3);
    EXPECT_EQ(numbers.of("d"), 0);
}

} // namespace cirque::event
