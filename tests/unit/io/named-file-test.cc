// SPDX-License-Identifier: Apache-2.0
#include "io/process/fd.hh"
#include "tests/unit/io/temp-folder.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

namespace cirque::io {
namespace {

mode_t kindOf(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & S_IFMT : 0;
}

std::string textOf(const std::string& path) {
    const auto bytes = readFile(path);
    return bytes ? *bytes : bytes.error().message;
}

} // namespace

TEST(WriteNamedFile, AFileIsReplacedAndKeepsItsMode) {
    const TempFolder folder;
    ASSERT_TRUE(writeNamedFile(folder / "f", "old"));
    ASSERT_EQ(::chmod((folder / "f").c_str(), 0600), 0);
    const UniqueFd reader(::open((folder / "f").c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(writeNamedFile(folder / "f", "new"));
    EXPECT_EQ(textOf(folder / "f"), "new");
    std::array<char, 8> seen{};
    EXPECT_EQ(::read(reader.get(), seen.data(), seen.size()), 3);
    EXPECT_EQ(std::string(seen.data()), "old") << "a reader sees the old or the new";
    struct stat info{};
    ASSERT_EQ(::stat((folder / "f").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777u, 0600u);
}

TEST(WriteNamedFile, ALinkStaysAndItsTargetIsWritten) {
    const TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "d"));
    ASSERT_TRUE(writeFileAtomic(folder / "d/target", "green, of yesterday"));
    ASSERT_EQ(::symlink("target", (folder / "d/second").c_str()), 0);
    ASSERT_EQ(::symlink("d/second", (folder / "first").c_str()), 0);
    ASSERT_TRUE(writeNamedFile(folder / "first", "red"));
    EXPECT_EQ(textOf(folder / "d/target"), "red");
    EXPECT_EQ(kindOf(folder / "first"), mode_t{S_IFLNK});
    EXPECT_EQ(kindOf(folder / "d/second"), mode_t{S_IFLNK});
    EXPECT_EQ(kindOf(folder / "d/target"), mode_t{S_IFREG});
}

TEST(WriteNamedFile, ALinkToNothingMakesWhatItNames) {
    const TempFolder folder;
    ASSERT_EQ(::symlink((folder / "new").c_str(), (folder / "link").c_str()), 0);
    ASSERT_TRUE(writeNamedFile(folder / "link", "x"));
    EXPECT_EQ(textOf(folder / "new"), "x");
    EXPECT_EQ(kindOf(folder / "link"), mode_t{S_IFLNK});
    ASSERT_EQ(::symlink("round", (folder / "round").c_str()), 0);
    EXPECT_FALSE(writeNamedFile(folder / "round", "x"));
    EXPECT_EQ(kindOf(folder / "round"), mode_t{S_IFLNK});
}

TEST(WriteNamedFile, APipeIsWrittenInto) {
    const TempFolder folder;
    const std::string path = folder / "fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    const std::string bytes(300'000, 'x'); // more than a pipe holds
    const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_EQ(::fcntl(reader.get(), F_SETFL, 0), 0);
    std::size_t seen = 0;
    std::atomic<bool> written = false;
    std::jthread reading([&] {
        std::array<char, 4096> buffer{};
        for (bool last = false; !last;) {
            last = written; // before the read: what was written until then is still to be seen
            for (ssize_t count = 1; count > 0;) {
                count = ::read(reader.get(), buffer.data(), buffer.size());
                seen += count > 0 ? static_cast<std::size_t>(count) : 0;
            }
            std::this_thread::yield();
        }
    });
    EXPECT_TRUE(writeNamedFile(path, bytes));
    written = true;
    reading.join();
    EXPECT_EQ(seen, bytes.size());
    EXPECT_EQ(kindOf(path), mode_t{S_IFIFO});
}

TEST(WriteNamedFile, APipeThatNobodyReadsIsAFailureAndNoWait) {
    const TempFolder folder;
    ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
    const auto written = writeNamedFile(folder / "fifo", "x");
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().message.find("nobody reads it"), std::string::npos) << written.error().message;
    EXPECT_EQ(kindOf(folder / "fifo"), mode_t{S_IFIFO});
}

// Wrong: as root, /dev/null becomes a file that grows.
TEST(WriteNamedFile, ADeviceStaysOne) {
    constexpr unsigned memory = 1;
    constexpr unsigned null = 3;
    const TempFolder folder;
    const std::string path = folder / "null";
    const int made = ::mknod(path.c_str(), S_IFCHR | 0600, makedev(memory, null));
    const UniqueFd fd(made == 0 ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC) : -1);
    if (!fd) {
        GTEST_SKIP() << "only a real root makes devices that can be opened";
    }
    ASSERT_TRUE(writeNamedFile(path, "x"));
    EXPECT_EQ(kindOf(path), mode_t{S_IFCHR});
}

TEST(WriteNamedFile, AFolderIsRefused) {
    const TempFolder folder;
    ASSERT_TRUE(makeFolders(folder / "d"));
    ASSERT_EQ(::symlink("d", (folder / "link").c_str()), 0);
    EXPECT_FALSE(writeNamedFile(folder / "d", "x"));
    EXPECT_FALSE(writeNamedFile(folder / "link", "x"));
    EXPECT_EQ(kindOf(folder / "link"), mode_t{S_IFLNK});
}

} // namespace cirque::io
