// SPDX-License-Identifier: Apache-2.0
// What decides about a connection before there is one. The rest is tested with a real sshd
// (tests/functional/ssh-test.cc).
#include "exec/ssh/command.hh"
#include "exec/ssh/errors.hh"
#include "exec/ssh/keeper.hh"
#include "exec/ssh/options.hh"

#include <gtest/gtest.h>

#include <algorithm>

namespace cirque::exec {
namespace {

Result<std::vector<SshTarget>> parse(std::string_view text) {
    return parseSshOptions(parseJson(text, "options").value().as_object());
}

TEST(SshOptions, EachHostOfAPoolIsATargetOfTheSameSettings) {
    const auto targets = parse(R"({"hosts": ["a", "b"], "user": "u", "port": 22, "identityFile": "~/k",
                                   "options": {"ProxyJump": "gate", "Compression": true}})");
    ASSERT_TRUE(targets);
    ASSERT_EQ(targets->size(), 2U);
    EXPECT_EQ((*targets)[1].host, "b");
    EXPECT_EQ((*targets)[1].port, "22");
    EXPECT_EQ((*targets)[0].options, (std::vector<std::string>{"ProxyJump=gate", "Compression=yes"}));
}

// A workflow of somebody else must not make ssh run a program here.
TEST(SshOptions, WhatWouldBeAnOptionOfSshIsNoHostAndNoUser) {
    EXPECT_FALSE(parse(R"({"host": "-oProxyCommand=touch x"})"));
    EXPECT_FALSE(parse(R"({"host": "a", "user": "-oProxyCommand=touch x"})"));
    EXPECT_FALSE(parse(R"({"host": "a\nb"})"));
    EXPECT_FALSE(parse(R"({"host": "a", "workspaceDir": "it's"})"));
    EXPECT_FALSE(parse(R"({})"));
}

TEST(SshCommand, OwnOptionsCannotMakeItAskOrShareAnotherConnection) {
    SshTarget target;
    target.host = "h";
    target.options = {"BatchMode=no", "ControlMaster=auto", "ServerAliveInterval=60"};
    const auto words = sshCommand(target, "/run/100%/s", SshRole::Session, "true");
    const auto at = [&words](std::string_view word) {
        return std::ranges::find(words, word) - words.begin();
    };
    EXPECT_LT(at("BatchMode=yes"), at("BatchMode=no")); // the first one counts
    EXPECT_LT(at("ControlMaster=no"), at("ControlMaster=auto"));
    EXPECT_LT(at("ServerAliveInterval=60"), at("ServerAliveInterval=5"));
    EXPECT_EQ(words[at("-S") + 1], "/run/100%%/s");
    EXPECT_EQ(words[words.size() - 3], "--");
}

TEST(SshCommand, ASocketsPathFitsIntoItsAddress) {
    EXPECT_EQ(socketPath("/run/user/0/cirque/run", "/proc/1/fd/3", 7), "/run/user/0/cirque/run/ssh-7");
    EXPECT_EQ(socketPath("/" + std::string(90, 'd'), "/proc/1/fd/3", 7), "/proc/1/fd/3/ssh-7");
}

TEST(Keeper, ItsWordsAreFoundAmongThoseOfALoginShell) {
    const std::string said = "Welcome!\n\x1e"
                             "cirque folder /f g/r.1\n\x1e"
                             "cirque kernel Linux\nnoise\n\x1e"
                             "cirque machine x86_64\n\x1e"
                             "cirque private /run/user/1/x\n\x1e"
                             "cirque private /dev/shm/y\n\x1e"
                             "cirque nix /bin/nix-store\n";
    EXPECT_FALSE(parseFacts(said));
    const auto facts = parseFacts(said + "\x1e"
                                         "cirque ready\n");
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->folder, "/f g/r.1");
    EXPECT_EQ(facts->machine, "x86_64");
    EXPECT_EQ(facts->privateRoots, (std::vector<std::string>{"/run/user/1/x", "/dev/shm/y"}));
    EXPECT_EQ(facts->nixStore, "/bin/nix-store");
    EXPECT_FALSE(facts->storeWritable);
}

TEST(SshErrors, TheHintFitsWhatSshSaid) {
    const Error changed =
        unreachable({.host = "h"}, "@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"
                                   "@@@@@@\nHost key verification failed.\r\n");
    EXPECT_EQ(changed.code, ErrorCode::Unreachable);
    EXPECT_EQ(changed.message,
              "h cannot be reached by ssh: WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!; "
              "Host key verification failed.");
    EXPECT_NE(changed.hint.find("ssh-keygen -R h"), std::string::npos);
    EXPECT_NE(unreachable({.host = "h"}, "Host key verification failed.").hint.find("compare"),
              std::string::npos);
    // what is said to be done by hand has to get to the same place
    const std::string said =
        "REMOTE HOST IDENTIFICATION HAS CHANGED!\n  ssh-keygen -f \"/k\" -R \"[h]:2222\"\n";
    EXPECT_TRUE(unreachable({.host = "h", .port = "2222"}, said).hint.ends_with("-f \"/k\" -R \"[h]:2222\""));
    EXPECT_TRUE(
        unreachable({.host = "h", .user = "u", .port = "2222"}, "").hint.ends_with("-p 2222 u@h true"));
    EXPECT_EQ(failedThere("h", "make x", "cat: write error: No space left on device").code,
              ErrorCode::DiskFull);
}

} // namespace
} // namespace cirque::exec
