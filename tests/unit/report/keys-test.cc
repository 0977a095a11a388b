// SPDX-License-Identifier: Apache-2.0
#include "report/tui/keys.hh"

#include <gtest/gtest.h>

#include <random>

namespace cirque::report::tui {
namespace {

std::vector<Key> decode(std::string_view bytes) {
    KeyDecoder decoder;
    std::vector<Key> keys = decoder.feed(bytes);
    for (Key& key : decoder.settle()) {
        keys.push_back(std::move(key));
    }
    return keys;
}

Key text(std::string of) {
    return {KeyKind::Text, std::move(of)};
}

} // namespace

TEST(Keys, ArrowsComeInBothModesOfATerminal) {
    EXPECT_EQ(decode("\x1b[A\x1b[B\x1bOA\x1bOB"),
              (std::vector<Key>{{KeyKind::Up}, {KeyKind::Down}, {KeyKind::Up}, {KeyKind::Down}}));
}

TEST(Keys, TextIsCharactersNotBytes) {
    EXPECT_EQ(decode("jé日"), (std::vector<Key>{text("j"), text("é"), text("日")}));
}

TEST(Keys, AnEscapeAloneIsAKeyOnceNothingFollows) {
    KeyDecoder decoder;
    EXPECT_TRUE(decoder.feed("\x1b").empty());
    EXPECT_TRUE(decoder.waiting());
    EXPECT_EQ(decoder.settle(), (std::vector<Key>{{KeyKind::Escape}}));
    EXPECT_FALSE(decoder.waiting());
}

// Sequences nobody knows (mouse, focus, F keys, pasted control characters) must not come out as letters.
TEST(Keys, WhatIsNotKnownIsSwallowedWhole) {
    EXPECT_EQ(decode("\x1b[<0;10;20Mx"), (std::vector<Key>{text("x")}));
    EXPECT_EQ(decode("\x1b[15~\x1b[I\x1b[1;5Cq"), (std::vector<Key>{text("q")}));
    EXPECT_EQ(decode("\x1bqj"), (std::vector<Key>{text("j")})) << "q with Alt is not q";
    EXPECT_EQ(decode("\x01\x02\tj"), (std::vector<Key>{text("j")}));
    EXPECT_EQ(decode("\xff\xfej"), (std::vector<Key>{text("j")}));
}

TEST(Keys, TheSameKeysComeOutHoweverTheBytesArrive) {
    const std::string all = "j\x1b[5~é\x1b[A\x1bOBq日\x1b[6~\r\x7f/\x1b[1;2H";
    const std::vector<Key> expected = decode(all);
    std::mt19937 random(3); // NOLINT(cert-msc51-cpp): the same pieces in every run
    for (int round = 0; round < 300; ++round) {
        KeyDecoder decoder;
        std::vector<Key> keys;
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t size = 1 + random() % 4;
            for (Key& key : decoder.feed(std::string_view(all).substr(at, size))) {
                keys.push_back(std::move(key));
            }
            at += size;
        }
        ASSERT_EQ(keys, expected);
    }
}

// A stream of nonsense ends: nothing is kept for ever.
TEST(Keys, NonsenseNeverPilesUp) {
    std::mt19937 random(4); // NOLINT(cert-msc51-cpp)
    KeyDecoder decoder;
    for (int i = 0; i < 20'000; ++i) {
        const char byte = static_cast<char>(random() % 256);
        (void)decoder.feed(std::string_view(&byte, 1));
    }
    (void)decoder.settle();
    EXPECT_EQ(decoder.feed("j").size(), 1U);
}

} // namespace cirque::report::tui
