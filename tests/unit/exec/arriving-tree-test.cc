// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/arriving-tree.hh"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

namespace cirque::exec {
namespace {

// Were it congested still, nothing would be read any more, and nobody would hear of the failure.
TEST(ArrivingTree, IsNotCongestedAfterAFailure) {
    std::string folder = testing::TempDir() + "/arriving-tree-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        ArrivingTree tree(artifact::TreeUnpacker::create(folder + "/tree").value());
        io::TaskGroup writer;
        co_await writer.start();
        EXPECT_TRUE(tree.write(std::string(1U << 20U, '\xff'), false));
        writer.spawn(tree.serve());
        co_await io::yieldNow(); // now the first bytes are being refused
        (void)tree.write(std::string(8U << 20U, '\xff'), false);
        co_await writer.join();
        EXPECT_FALSE(tree.congested());
        EXPECT_FALSE(tree.write("more", false));
        EXPECT_FALSE(tree.finish());
    });
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace cirque::exec
