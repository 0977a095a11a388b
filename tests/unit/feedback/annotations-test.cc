// SPDX-License-Identifier: Apache-2.0
#include "feedback/annotations.hh"

#include "tests/unit/feedback/samples.hh"

#include <fmt/format.h>

namespace cirque::feedback {
namespace {

using Texts = std::vector<std::string>;

std::string describe(const event::Annotation& found) {
    return fmt::format("{} {}:{}-{}:{} [{}] {}", found.level, found.file, found.line, found.endLine,
                       found.column, found.title, found.message);
}

// In pieces of `size` bytes.
Texts scan(std::string_view text, std::size_t size) {
    Texts out;
    AnnotationScanner scanner;
    const AnnotationScanner::Found found = [&](const event::Annotation& one) {
        out.push_back(describe(one));
    };
    while (!text.empty()) {
        scanner.feed(text.substr(0, size), found);
        text.remove_prefix(std::min(size, text.size()));
    }
    scanner.finish(found);
    return out;
}

TEST(Annotations, AreFoundWhateverThePiecesAre) {
    const std::string log = sample("annotations/log.txt");
    const Texts expected{"error src/a.c:3-5:9 [Type: error] expected %22;%22\nat the end%",
                         "warning :0-0:0 [] no file", "notice b,c.c:0-0:0 [] done"};
    for (std::size_t size = 1; size <= log.size(); ++size) {
        ASSERT_EQ(scan(log, size), expected) << "in pieces of " << size;
    }
}

TEST(Annotations, OnlyTheBeginningOfALineCounts) {
    for (const char* text : {"x ::error::no\n", "a::error::no\n", ":error::no\n", "::error:no\n", "::error\n",
                             "::errors::no\n", "std::vector::error::\n", "::add-mask::x\n", "::group::g\n"}) {
        EXPECT_EQ(scan(text, 1000), Texts{}) << text;
        EXPECT_EQ(scan(text, 1), Texts{}) << text;
    }
    EXPECT_EQ(scan("x\n\t ::Error LINE=7 , FILE=f::yes", 3), Texts{"error f:7-0:0 [] yes"});
    EXPECT_EQ(scan("::error ::a::b\r\n", 4), Texts{"error :0-0:0 [] a::b"});
}

TEST(Annotations, EscapesOfPropertiesAreNotThoseOfTheMessage) {
    EXPECT_EQ(scan("::error title=a%3Ab%2Cc%25%0D%::m%3A%2C%0D%0A%25 %zz", 100),
              Texts{"error :0-0:0 [a:b,c%\r%] m%3A%2C\r\n% %zz"});
    EXPECT_EQ(scan("::error line=x,endLine=-3,col=99999999999999999999,junk,=,file=::m", 100),
              Texts{"error :0-0:0 [] m"});
}

TEST(Annotations, StopCommandsIsHonoured) {
    EXPECT_EQ(scan("::stop-commands::T\n::error::a\n::t::\n::error::b\n", 5), Texts{"error :0-0:0 [] b"});
    EXPECT_EQ(scan("::stop-commands::T\n::stop-commands::U\n::U::\n::error::a\n", 5), Texts{});
    // a token that could not end it stops nothing
    EXPECT_EQ(scan("::stop-commands::\n::error::a\n", 5), Texts{"error :0-0:0 [] a"});
    EXPECT_EQ(scan("::stop-commands::error\n::error::a\n", 5), Texts{"error :0-0:0 [] a"});
}

TEST(Annotations, LongLinesAreCutAndMemoryStaysFlat) {
    const std::string text = "::error::" + std::string(1U << 20U, 'x') + "\n::notice::after\n";
    const Texts found = scan(text, 4096);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_LT(found[0].size(), 5000U);
    EXPECT_EQ(found[1], "notice :0-0:0 [] after");
    EXPECT_EQ(scan(std::string(1U << 20U, ' ') + "::error::late\n::error::x\n", 4096).size(), 1U);
}

} // namespace
} // namespace cirque::feedback
