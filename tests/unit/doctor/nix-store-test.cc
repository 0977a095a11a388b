// SPDX-License-Identifier: Apache-2.0
#include "doctor/nix-store.hh"

#include <gtest/gtest.h>

namespace cirque::doctor {
namespace {

StoreFacts facts(const std::string& remote = "") {
    StoreFacts out;
    out.remote = remote;
    out.stateDir = "/nix/var/nix";
    out.socketPath = "/nix/var/nix/daemon-socket/socket";
    return out;
}

bool says(const Finding& found, Health health, const std::string& text) {
    return found.health == health && found.fact.find(text) != std::string::npos;
}

TEST(Store, AStateFolderThatMayBeWrittenIsUsedDirectly) {
    StoreFacts given = facts("auto");
    given.stateWritable = true;
    given.socket = Socket::Dead; // Nix does not look at it then
    EXPECT_TRUE(says(judgeStore(given), Health::Ok, "directly"));
}

TEST(Store, AnAnsweringSocketIsADaemonAndASilentOneIsDead) {
    StoreFacts given = facts();
    given.stateExists = true;
    given.socket = Socket::Answers;
    EXPECT_TRUE(says(judgeStore(given), Health::Ok, "through the daemon"));
    given.socket = Socket::Dead;
    EXPECT_TRUE(says(judgeStore(given), Health::Warning, "no daemon answers"));
    given.remote = "daemon";
    EXPECT_TRUE(says(judgeStore(given), Health::Warning, "no daemon answers"));
    given.socket = Socket::None;
    EXPECT_TRUE(says(judgeStore(given), Health::Warning, "is not there"));
}

TEST(Store, APathIsAChrootStore) {
    for (const char* remote : {"/home/u/store", "local?root=/home/u/store"}) {
        StoreFacts given = facts(remote);
        given.stateWritable = true;
        EXPECT_TRUE(says(judgeStore(given), Health::Warning, "chroot store")) << remote;
    }
}

TEST(Store, AFreshDebianWithoutRootHasNone) {
    EXPECT_TRUE(says(judgeStore(facts()), Health::Warning, "none that this user may write"));
    StoreFacts given = facts();
    given.stateExists = true;
    EXPECT_TRUE(says(judgeStore(given), Health::Warning, "may not be written"));
}

TEST(Store, AStoreElsewhereIsNotOnThisMachine) {
    EXPECT_TRUE(says(judgeStore(facts("ssh://host")), Health::Warning, "not on this machine"));
}

} // namespace
} // namespace cirque::doctor
