// SPDX-License-Identifier: Apache-2.0
// Nix's own streams of both versions, in one piece and byte by byte, and streams that nobody should send.
#include "nix/log/parser.hh"
#include "tests/unit/nix/log-support.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

TEST(NixLog, BothVersionsTellTheSameStory) {
    for (const char* version : {"2.8", "2.34"}) {
        const Heard heard = hear(recorded("keep-going", version));
        EXPECT_TRUE(heard.has("started bad-2.0")) << heard.all();
        EXPECT_TRUE(heard.has("line bad-2.0: deep no")) << heard.all();
        EXPECT_TRUE(heard.has("ended bad-2.0")) << heard.all();
        EXPECT_TRUE(heard.has("line dep-1.0: dep line")) << heard.all();
        EXPECT_TRUE(heard.has("phase dep-1.0: buildPhase")) << heard.all();
        EXPECT_TRUE(heard.has("line dep-1.0: after")) << heard.all();
        EXPECT_TRUE(heard.before("ended dep-1.0", "started top-1.0")) << heard.all();
        EXPECT_EQ(heard.counts.built, 2U);
        EXPECT_EQ(heard.most.building, 1U);
        EXPECT_EQ(heard.most.failed, 2U);
        EXPECT_EQ(heard.most.toBuild, 5U);
        EXPECT_EQ(heard.activities, 0U);
    }
}

TEST(NixLog, AFetchIsNoBuild) {
    for (const char* version : {"2.8", "2.34"}) {
        const Heard heard = hear(recorded("fetch", version));
        EXPECT_TRUE(heard.has("fetch top-1.0 from file:///cache")) << heard.all();
        EXPECT_TRUE(heard.has("fetched top-1.0")) << heard.all();
        EXPECT_FALSE(heard.has("started top-1.0")) << heard.all();
        EXPECT_EQ(heard.counts.fetched, 1U);
        EXPECT_EQ(heard.counts.toFetch, 1U);
        EXPECT_EQ(heard.counts.built, 0U);
        EXPECT_EQ(heard.counts.toBuild, 0U);
        EXPECT_EQ(heard.most.bytesToFetch, 120U);
    }
}

// Wrong: what is said depends on how the pipe cut it.
TEST(NixLog, PiecesOfAnySizeTellTheSame) {
    for (const char* version : {"2.8", "2.34"}) {
        const std::string text = recorded("keep-going", version);
        const Heard whole = hear(text);
        for (const std::size_t size : {1U, 7U, 100U, 4096U}) {
            EXPECT_EQ(hear(text, size).lines, whole.lines) << size;
        }
    }
}

TEST(NixLog, WhatIsNoRecordIsALine) {
    const Heard heard = hear("warning: the group 'nixbld' does not exist\n"
                             "@nix {\"action\":\n"
                             "@nix []\n"
                             "@nix {} trailing\n"
                             "@nix\n"
                             "\n"
                             "unfinished");
    EXPECT_EQ(heard.lines, (Texts{"plain warning: the group 'nixbld' does not exist",
                                  "plain @nix {\"action\":", "plain @nix []", "plain @nix {} trailing",
                                  "plain @nix", "plain ", "plain unfinished"}));
}

TEST(NixLog, UnknownTypesAndKeysAreNothing) {
    const Heard heard = hear(
        "@nix {}\n"
        "@nix {\"action\":\"dance\",\"id\":1}\n"
        "@nix {\"action\":\"start\",\"id\":1,\"type\":999,\"new\":{\"a\":[1,{\"b\":null}]},\"text\":\"x\"}\n"
        "@nix {\"action\":\"result\",\"id\":1,\"type\":999,\"fields\":[true,null,[1],{\"a\":2},5,6,7]}\n"
        "@nix {\"action\":\"result\",\"id\":77,\"type\":105,\"fields\":[1,2,3,4]}\n"
        "@nix {\"action\":\"stop\",\"id\":77}\n"
        "@nix {\"action\":\"stop\",\"id\":1}\n");
    EXPECT_EQ(heard.lines, Texts{}) << heard.all();
    EXPECT_EQ(heard.counts, Counts{});
}

TEST(NixLog, TextsAreDecoded) {
    const Heard heard = hear(
        R"(@nix {"action":"start","id":1,"type":105,"fields":["/nix/store/a.drv","",1,1]})"
        "\n"
        R"(@nix {"action":"result","id":1,"type":101,"fields":["tab\t \u00e4 \ud83d\ude00 \ud800 \"\\\/"]})"
        "\n");
    EXPECT_TRUE(heard.has("line a: tab\t \xc3\xa4 \xf0\x9f\x98\x80 \xef\xbf\xbd \"\\/")) << heard.all();
}

// Nix dies: what was under way must not count for ever.
TEST(NixLog, TheEndEndsEverything) {
    const Heard heard =
        hear(R"(@nix {"action":"start","id":1,"type":105,"fields":["/nix/store/a.drv","",1,1]})");
    EXPECT_EQ(heard.lines, (Texts{"started a", "ended a"}));
    EXPECT_EQ(heard.activities, 0U);
}

TEST(NixLog, AnIdThatIsUsedTwiceEndsTheFirst) {
    const Heard heard =
        hear("@nix {\"action\":\"start\",\"id\":1,\"type\":105,\"fields\":[\"/nix/store/a.drv\"]}\n"
             "@nix {\"action\":\"start\",\"id\":1,\"type\":105,\"fields\":[\"/nix/store/b.drv\"]}\n"
             "@nix {\"action\":\"stop\",\"id\":1}\n");
    EXPECT_EQ(heard.lines, (Texts{"started a", "ended a", "started b", "ended b"}));
}

TEST(NixLog, SeveralTransfersAddUp) {
    const Heard heard = hear("@nix {\"action\":\"start\",\"id\":1,\"type\":100,\"fields\":[\"a\",\"c\"]}\n"
                             "@nix {\"action\":\"start\",\"id\":2,\"type\":100,\"fields\":[\"b\",\"c\"]}\n"
                             "@nix {\"action\":\"result\",\"id\":1,\"type\":105,\"fields\":[10,100,0,0]}\n"
                             "@nix {\"action\":\"result\",\"id\":2,\"type\":105,\"fields\":[50,50,0,0]}\n"
                             "@nix {\"action\":\"result\",\"id\":1,\"type\":105,\"fields\":[40,100,0,0]}\n"
                             "@nix {\"action\":\"stop\",\"id\":2}\n",
                             0, false);
    EXPECT_EQ(heard.counts.bytes, 90U);
    EXPECT_EQ(heard.counts.bytesToFetch, 150U);
}

TEST(NixLog, ALineWithoutEndTakesNoMemory) {
    LogParser parser;
    std::size_t longest = 0;
    int lines = 0;
    const LogParser::Receive receive = [&](const LogEvent& event) {
        ++lines;
        longest = std::max(longest, std::get<PlainLine>(event).text.size());
    };
    const std::string piece(1u << 16u, 'x');
    for (int i = 0; i < 100; ++i) {
        parser.feed(piece, receive);
    }
    parser.feed("\nnext\n", receive);
    EXPECT_EQ(lines, 2);
    EXPECT_EQ(longest, LogParser::longestLine);
}

TEST(NixLog, ActivitiesWithoutEndAreNotFollowedForEver) {
    LogParser parser;
    const LogParser::Receive receive = [](const LogEvent&) {};
    for (std::size_t i = 0; i < LogParser::mostActivities + 1000; ++i) {
        parser.feed(fmt::format("@nix {{\"action\":\"start\",\"id\":{},\"type\":0}}\n", i + 1), receive);
    }
    EXPECT_EQ(parser.activities(), LogParser::mostActivities);
}

TEST(NixLog, DeepNestingIsRefusedNotFollowed) {
    const std::string deep(200'000, '[');
    const Heard heard =
        hear("@nix {\"x\":" + deep + "\n@nix {\"x\":" + std::string(60, '[') + std::string(60, ']') + "}\n");
    ASSERT_EQ(heard.lines.size(), 1U);
    EXPECT_TRUE(heard.lines[0].starts_with("plain @nix {\"x\":[["));
}

} // namespace
} // namespace cirque::nix
