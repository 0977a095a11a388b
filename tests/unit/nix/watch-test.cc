// SPDX-License-Identifier: Apache-2.0
// A log that is written before anybody reads it.
#include "nix/store/watch.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cirque::nix {
namespace {

TEST(Watcher, WhoComesLaterReadsWhatWasSaidBefore) {
    Watcher watcher(MonoTime{});
    watcher.say("before\n");
    watcher.flush();
    std::string log;
    watcher.attach({.log = [&](std::string_view text) { log += text; }});
    EXPECT_EQ(log, "before\n");
    watcher.say("after\n");
    watcher.flush();
    EXPECT_EQ(log, "before\nafter\n");
}

// Wrong: a builder that talks without end before its turn takes the memory, or loses lines without a word.
TEST(Watcher, KeepsOnlySoMuchAndSaysSo) {
    Watcher watcher(MonoTime{});
    for (int i = 0; i < 50'000; ++i) {
        watcher.say(fmt::format("line {} of a builder that talks without an end to it\n", i));
        watcher.flush();
    }
    std::string log;
    watcher.attach({.log = [&](std::string_view text) { log += text; }});
    EXPECT_LE(log.size(), Watcher::mostUnread + 200);
    EXPECT_GE(log.size(), Watcher::mostUnread - 200);
    const std::size_t note = log.find("(what follows was not kept");
    ASSERT_NE(note, std::string::npos);
    EXPECT_EQ(log[note - 1], '\n');
    EXPECT_EQ(log.find('\n', note) + 1, log.size()) << "nothing stands after the note";
    log.clear();
    watcher.say("now it is read\n");
    watcher.flush();
    EXPECT_EQ(log, "now it is read\n");
}

} // namespace
} // namespace cirque::nix
