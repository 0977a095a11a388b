// SPDX-License-Identifier: Apache-2.0
#include "base/columns.hh"
#include "base/text.hh"

#include <gtest/gtest.h>

#include <clocale>
#include <cwchar>
#include <random>
#include <string>

namespace cirque {
namespace {

std::string utf8(char32_t code) {
    std::string out;
    const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6U);
        put(0x80 | (code & 0x3fU));
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12U);
        put(0x80 | (code >> 6U & 0x3fU));
        put(0x80 | (code & 0x3fU));
    } else {
        put(0xf0 | code >> 18U);
        put(0x80 | (code >> 12U & 0x3fU));
        put(0x80 | (code >> 6U & 0x3fU));
        put(0x80 | (code & 0x3fU));
    }
    return out;
}

} // namespace

TEST(ColumnsProperty, MeasuresWideCombiningAndEmoji) {
    EXPECT_EQ(columns("plain"), 5U);
    EXPECT_EQ(columns("Grüße"), 5U);
    EXPECT_EQ(columns("日本語"), 6U);
    EXPECT_EQ(columns("e\u0301"), 1U); // with a combining accent
    EXPECT_EQ(columns("🚀"), 2U);
    EXPECT_EQ(columns("\u2764\ufe0f"), 2U); // a heart made an emoji
    EXPECT_EQ(columns("한국"), 4U);
    EXPECT_EQ(columns("\u1112\u1161\u11ab"), 2U); // the same kind of syllable from its parts
    EXPECT_EQ(columns(""), 0U);
}

// The C library has a table of its own. Where it says more columns than we do, a line could be too wide.
TEST(ColumnsProperty, IsNeverLessThanTheCLibrarySays) {
    const std::string before = std::setlocale(LC_CTYPE, nullptr);
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    for (char32_t code = 0x20; code < 0x110000; ++code) {
        if (code >= 0xd800 && code <= 0xdfff) {
            continue;
        }
        const std::string text = "a" + utf8(code);
        const int theirs = wcwidth(static_cast<wchar_t>(code));
        if (!isValidUtf8(text) || hasControlCharacter(text) || theirs < 0) {
            continue;
        }
        // format characters and these marks are shown by no terminal, though the C library counts some
        const bool invisible = columns(text) == 1;
        EXPECT_TRUE(invisible || columns(text) >= 1 + static_cast<std::size_t>(theirs))
            << std::hex << static_cast<unsigned>(code);
        if (invisible && theirs > 1) {
            ADD_FAILURE() << "wide, and not seen: " << std::hex << static_cast<unsigned>(code);
        }
    }
    std::setlocale(LC_CTYPE, before.c_str());
}

TEST(ColumnsProperty, FitsWithAnEllipsisOnlyWhenSomethingHadToGo) {
    EXPECT_EQ(fitColumns("abc", 3), "abc");
    EXPECT_EQ(fitColumns("abcd", 3), "ab…");
    EXPECT_EQ(fitColumns("日本語", 6), "日本語");
    EXPECT_EQ(fitColumns("日本語", 5), "日本…");
    EXPECT_EQ(fitColumns("日本語", 4), "日…");
    EXPECT_EQ(fitColumns("日", 1), "…");
    EXPECT_EQ(fitColumns("x", 0), "");
    EXPECT_EQ(fitColumns("ae\u0301b", 2), "a…");
    EXPECT_EQ(padColumns("日", 4), "日  ");
}

TEST(ColumnsProperty, NoCutTextIsEverWiderThanAsked) {
    std::mt19937 random(7); // NOLINT(cert-msc51-cpp): the same texts in every run
    const std::u32string alphabet = U"ab \u0301\ufe0f\u200d日🚀❤👩🇩🇪한\u1161ß…";
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        for (std::size_t i = random() % 12; i > 0; --i) {
            text += utf8(alphabet[random() % alphabet.size()]);
        }
        const std::size_t most = random() % 14;
        const std::string cut = fitColumns(text, most);
        EXPECT_LE(columns(cut), most) << text;
        EXPECT_TRUE(isValidUtf8(cut)) << text;
        EXPECT_TRUE(columns(text) > most || cut == text || most == 0) << text;
        EXPECT_EQ(columns(padColumns(text, most)), most) << text;
    }
}

TEST(ColumnsProperty, TabsReachTheNextStop) {
    EXPECT_EQ(expandTabs("\tx"), "        x");
    EXPECT_EQ(expandTabs("ab\tc\td"), "ab      c       d");
    EXPECT_EQ(expandTabs("日\tx", 4), "日  x");
}

} // namespace cirque
