// SPDX-License-Identifier: Apache-2.0
#include "nix/observe/observe.hh"

#include "nix/observe/observation.hh"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace cirque::nix {
namespace {

struct Observed {
    int status = 0; // as waitpid says it
    Observation seen;
};

// In a process of its own, as it is meant to be used.
Observed observed(const std::vector<std::string>& argv) {
    const int record = ::memfd_create("record", MFD_CLOEXEC);
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(runObserved(record, argv));
    }
    Observed out;
    EXPECT_EQ(::waitpid(child, &out.status, 0), child);
    std::array<char, 1 << 20> buffer{};
    const ssize_t size = ::pread(record, buffer.data(), buffer.size(), 0);
    out.seen = parseRecords({buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
    ::close(record);
    return out;
}

Observed bash(const std::string& script) {
    return observed({"bash", "--norc", "-c", script});
}

bool saw(const Observation& seen, const std::string& path, bool opened) {
    return std::ranges::find(seen.looks, Look{.path = path, .opened = opened}) != seen.looks.end();
}

TEST(Observe, SeesWhatIsReadLookedAtAndMissing) {
    const Observed out =
        bash("read -r x < /etc/hostname; [ -e /nowhere/at/all ]; [ -d /etc ]; cd /usr; [ -e lib/none ]; "
             "exit 7");
    EXPECT_EQ(WEXITSTATUS(out.status), 7);
    ASSERT_TRUE(out.seen.complete);
    EXPECT_TRUE(saw(out.seen, "/etc/hostname", true));
    EXPECT_TRUE(saw(out.seen, "/nowhere/at/all", false));
    EXPECT_TRUE(saw(out.seen, "/usr/lib/none", false))
        << "a relative path belongs to the folder it was said in";
    EXPECT_FALSE(out.seen.programs);
    EXPECT_FALSE(out.seen.network);
}

TEST(Observe, OtherProgramsAreToldButNotFollowed) {
    const Observed out = bash("/bin/cat /etc/hosts > /dev/null; true");
    ASSERT_TRUE(out.seen.complete);
    EXPECT_TRUE(out.seen.programs);
    EXPECT_FALSE(saw(out.seen, "/etc/hosts", true));
}

TEST(Observe, TheNetworkIsTold) {
    // nothing listens there, and the attempt alone says enough
    EXPECT_TRUE(bash("exec 2> /dev/null; : < /dev/tcp/127.0.0.1/1; true").seen.network);
}

TEST(Observe, ASignalsEndIsTheProgramsEnd) {
    const Observed out = bash("kill -KILL $$");
    EXPECT_TRUE(WIFSIGNALED(out.status));
    EXPECT_EQ(WTERMSIG(out.status), SIGKILL);
    EXPECT_EQ(WEXITSTATUS(observed({"/nowhere/at/all"}).status), 127);
}

TEST(Observe, TheProgramStartsWithSignalsAsUsual) {
    EXPECT_EQ(WEXITSTATUS(bash("trap 'exit 3' TERM; kill -TERM $$; exit 4").status), 3);
    const Observed out = bash("kill -PIPE $$; exit 5");
    EXPECT_TRUE(WIFSIGNALED(out.status)) << "an ignored SIGPIPE would be passed on";
}

TEST(Records, ComeBackAsTheyWere) {
    const Observation seen{
        .complete = true, .network = true, .programs = true, .looks = {{"/a b\n", true}, {"/c", false}}};
    const Observation back = parseRecords(toRecords(seen));
    EXPECT_TRUE(back.complete && back.network && back.programs);
    EXPECT_EQ(back.looks, seen.looks);
}

TEST(Records, WhatIsCutOffIsNotComplete) {
    const std::string text = toRecords({.complete = true, .looks = {{"/a", true}, {"/c", false}}});
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_FALSE(parseRecords(std::string_view(text).substr(0, size)).complete) << size;
    }
    EXPECT_FALSE(parseRecords(text + text).complete);
    EXPECT_FALSE(parseRecords("rubbish").complete);
}

} // namespace
} // namespace cirque::nix
