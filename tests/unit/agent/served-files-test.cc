// SPDX-License-Identifier: Apache-2.0
#include "agent/server/files.hh"
#include "temporary-folder.hh"

#include <gtest/gtest.h>

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

} // namespace
} // namespace cirque::agent
