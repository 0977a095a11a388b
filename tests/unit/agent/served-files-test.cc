// SPDX-License-Identifier: Apache-2.0
#include "agent/server/files.hh"
#include "agent/server/half-made.hh"
#include "temporary-folder.hh"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace cirque::agent {
namespace {

std::string packed(const std::string& folder) {
    artifact::TreePacker packer = artifact::TreePacker::open(folder).value();
    std::string bytes;
    while (packer.fill(bytes, 1U << 20U).value()) {
    }
    return bytes;
}

// What the loop wrote itself would keep it from answering pings for as long as the disk takes.
TEST(ServedFiles, WriteBesideTheLoop) {
    const TemporaryFolder temporary;
    const std::string from = temporary.path() + "/from";
    const std::string to = temporary.path() + "/to";
    std::filesystem::create_directory(from);
    std::ofstream(from + "/file") << "text";
    const std::string bytes = packed(from);
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        ServedFiles files;
        const std::string put = toBytes(PutTree{to});
        files.begin(1, put);
        files.take(1, bytes);
        files.end(1);
        EXPECT_FALSE(std::filesystem::exists(to));
        const Result<std::string> done = co_await files.putTree(1, put, {});
        EXPECT_TRUE(done && parseDone(*done));
        EXPECT_TRUE(std::filesystem::exists(to + "/file"));
    });
}

// Else it would stay in /nix/store for ever, and the next job could not make its own.
TEST(ServedFiles, LeaveNothingOfAStorePathThatDidNotComeWhole) {
    const TemporaryFolder temporary;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        ServedFiles files;
        const std::string put = toBytes(PutTree{temporary.path() + "/.cirque-run-1", "entry"});
        files.begin(1, put);
        io::StopSource stop;
        stop.request(io::StopLevel::Immediate, io::StopReason::Cancelled);
        EXPECT_FALSE(co_await files.putTree(1, put, stop.token()));
        EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
        files.forget(1);
        files.begin(2, put);
        files.take(2, "no tree");
        files.end(2);
        EXPECT_FALSE(co_await files.putTree(2, put, {}));
        EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
    });
}

// An agent that was killed cannot remove it; but what another one is writing is none of that.
TEST(ServedFiles, RemoveWhatAKilledAgentLeft) {
    const TemporaryFolder temporary;
    const auto make = [&](const std::string& name, std::chrono::hours age) {
        const std::string path = temporary.path() + "/" + name;
        std::filesystem::create_directories(path + "/entry");
        std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
        return path;
    };
    constexpr std::chrono::hours old{2};
    const std::string left = make(".cirque-left", old);
    const std::string held = make(".cirque-held", old);
    const std::string fresh = make(".cirque-fresh", {});
    const std::string other = make("cirque-1.0", old);
    const io::UniqueFd lock = holdHalfMade(held);
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        ServedFiles files;
        const std::string put = toBytes(PutTree{temporary.path() + "/.cirque-run-1", "entry"});
        files.begin(1, put);
        files.end(1);
        EXPECT_FALSE(co_await files.putTree(1, put, {}));
    });
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_TRUE(std::filesystem::exists(held));
    EXPECT_TRUE(std::filesystem::exists(fresh));
    EXPECT_TRUE(std::filesystem::exists(other));
}

} // namespace
} // namespace cirque::agent
