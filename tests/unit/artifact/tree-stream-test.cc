// SPDX-License-Identifier: Apache-2.0
#include "artifact/tree-stream.hh"

#include "artifact/tree-head.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

namespace cirque::artifact {
namespace {

namespace fs = std::filesystem;

class TreeStreamTest : public testing::Test {
  protected:
    TreeStreamTest() {
        std::string name = "/tmp/cirque-tree-test-XXXXXX";
        root_ = ::mkdtemp(name.data());
    }

    ~TreeStreamTest() override { (void)io::removeTree(root_); }

    void write(const std::string& path, const std::string& text, unsigned mode = 0644) const {
        fs::create_directories(fs::path(root_ + "/" + path).parent_path());
        std::ofstream(root_ + "/" + path, std::ios::binary) << text;
        ::chmod((root_ + "/" + path).c_str(), mode);
    }

    [[nodiscard]] std::string read(const std::string& path) const {
        std::ostringstream text;
        text << std::ifstream(root_ + "/" + path, std::ios::binary).rdbuf();
        return text.str();
    }

    [[nodiscard]] struct stat look(const std::string& path) const {
        struct stat status{};
        EXPECT_EQ(::lstat((root_ + "/" + path).c_str(), &status), 0) << path;
        return status;
    }

    [[nodiscard]] std::string packed(const std::string& folder, std::size_t about = 1000) const {
        auto packer = TreePacker::open(root_ + "/" + folder);
        EXPECT_TRUE(packer) << packer.error().text();
        std::string all;
        for (bool more = true; more;) {
            std::string piece;
            auto filled = packer->fill(piece, about);
            EXPECT_TRUE(filled) << filled.error().text();
            more = filled && *filled;
            all += piece;
        }
        return all;
    }

    [[nodiscard]] Result<void> unpack(const std::string& row, const std::string& folder,
                                      std::size_t piece = 100, TreeLimits limits = {}) const {
        auto unpacker = TreeUnpacker::create(root_ + "/" + folder, limits);
        if (!unpacker) {
            return fail(unpacker.error());
        }
        for (std::size_t at = 0; at < row.size(); at += piece) {
            CIRQUE_TRY(unpacker->take(std::string_view(row).substr(at, piece)));
        }
        return unpacker->finish();
    }

    static std::string entry(char type, const std::string& path, const std::string& more = {}) {
        std::string out;
        const auto size = static_cast<std::int64_t>(type == 'f' ? more.size() : 0);
        appendTreeEntry(out, {type, 0755, 1, 0, size}, path, type == 'l' ? more : "");
        return type == 'f' ? out + more : out;
    }

    std::string root_;
};

TEST_F(TreeStreamTest, KeepsModesLinksTimesDotfilesEmptyFoldersAndOddNames) {
    write("from/run", "#!/bin/sh\n", 0755);
    write("from/.hidden", "");
    write("from/deep/er/large", std::string(700'000, 'x'), 0400);
    write(std::string("from/a name\n\xff"), "odd");
    fs::create_directories(root_ + "/from/empty");
    fs::create_symlink("../nowhere", root_ + "/from/link");
    ::mkfifo((root_ + "/from/fifo").c_str(), 0600);
    const timespec old[2] = {{1000, 5}, {1000, 5}};
    for (const char* path : {"/from/run", "/from/link", "/from/deep/er", "/from/deep"}) {
        ::utimensat(AT_FDCWD, (root_ + path).c_str(), old, AT_SYMLINK_NOFOLLOW);
    }
    ::chmod((root_ + "/from/deep").c_str(), 0555);
    const std::string row = packed("from");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1'000'000}}) {
        const std::string to = "to" + std::to_string(piece);
        const auto unpacked = unpack(row, to, piece);
        ASSERT_TRUE(unpacked) << unpacked.error().text();
        EXPECT_EQ(read(to + "/run"), "#!/bin/sh\n");
        EXPECT_EQ(look(to + "/run").st_mode & 07777U, 0755U);
        EXPECT_EQ(look(to + "/run").st_mtim.tv_sec, 1000);
        EXPECT_EQ(look(to + "/run").st_mtim.tv_nsec, 5);
        EXPECT_EQ(read(to + "/.hidden"), "");
        EXPECT_EQ(read(to + "/deep/er/large"), std::string(700'000, 'x'));
        EXPECT_EQ(look(to + "/deep/er/large").st_mode & 07777U, 0400U);
        EXPECT_EQ(look(to + "/deep").st_mode & 07777U, 0555U);
        EXPECT_EQ(look(to + "/deep").st_mtim.tv_sec, 1000);
        EXPECT_EQ(look(to + "/deep/er").st_mtim.tv_sec, 1000);
        EXPECT_EQ(read(to + "/a name\n\xff"), "odd");
        EXPECT_TRUE(fs::is_empty(root_ + "/" + to + "/empty"));
        EXPECT_EQ(fs::read_symlink(root_ + "/" + to + "/link"), "../nowhere");
        EXPECT_EQ(look(to + "/link").st_mtim.tv_sec, 1000);
        EXPECT_FALSE(fs::exists(root_ + "/" + to + "/fifo"));
        ::chmod((root_ + "/" + to + "/deep").c_str(), 0755);
    }
    ::chmod((root_ + "/from/deep").c_str(), 0755);
}

TEST_F(TreeStreamTest, AnEmptyFolderIsARowToo) {
    fs::create_directories(root_ + "/from");
    ASSERT_TRUE(unpack(packed("from"), "to"));
    EXPECT_TRUE(fs::is_empty(root_ + "/to"));
}

// A place that is not to be trusted sends artifacts: none may be written beside the folder, or through a
// link.
TEST_F(TreeStreamTest, NothingIsMadeOutsideOfTheFolder) {
    const std::string top = entry('d', "");
    int number = 0;
    for (const std::string& row :
         {entry('f', "../out", "x"), entry('f', "/tmp/out", "x"), entry('f', "a/../../out", "x"),
          entry('f', ".", "x"), entry('f', "a//b", "x"), entry('f', "", "x"),
          entry('f', std::string("a\0b", 3), "x"), entry('l', "l", "..") + entry('f', "l/out", "x"),
          entry('l', "l", "out") + entry('f', "l", "x"), entry('l', "l", root_) + entry('d', "l/out"),
          entry('d', "d") + entry('l', "d/l", ".") + entry('f', "d/l/l2", "x")}) {
        const auto unpacked = unpack(top + row + entry('.', ""), "to" + std::to_string(number++));
        EXPECT_FALSE(unpacked) << number;
        EXPECT_FALSE(fs::exists(root_ + "/out")) << number;
        EXPECT_FALSE(fs::exists("/tmp/out")) << number;
    }
}

TEST_F(TreeStreamTest, ARowThatIsCutOrHasMoreIsRefused) {
    write("from/a", "text");
    const std::string row = packed("from");
    for (std::size_t size = 0; size < row.size(); ++size) {
        EXPECT_FALSE(unpack(row.substr(0, size), "cut" + std::to_string(size)));
    }
    EXPECT_FALSE(unpack(row + "x" + std::string(40, '\0'), "more"));
}

TEST_F(TreeStreamTest, LimitsHold) {
    write("from/a", "text");
    write("from/b", "text");
    EXPECT_TRUE(unpack(packed("from"), "fits", 100, {8, 2}));
    EXPECT_FALSE(unpack(packed("from"), "bytes", 100, {7, 2}));
    EXPECT_FALSE(unpack(packed("from"), "entries", 100, {8, 1}));
}

// Whatever comes: an error or a tree, never a file elsewhere, never a crash.
TEST_F(TreeStreamTest, ChangedRowsDoNoHarm) {
    write("from/d/a", "some text");
    fs::create_symlink("d", root_ + "/from/l");
    write("from/z", "more");
    const std::string row = packed("from");
    std::mt19937 random(7); // NOLINT: the same rows each time
    for (int round = 0; round < 3000; ++round) {
        std::string changed = row;
        for (unsigned change = 0; change <= random() % 4; ++change) {
            changed[random() % changed.size()] = static_cast<char>(random() % 3 == 0 ? random() : '/');
        }
        (void)unpack(changed, "to", 1 + random() % 64, {10'000, 100});
        ASSERT_TRUE(io::removeTree(root_ + "/to"));
        ASSERT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 1);
    }
}

} // namespace
} // namespace cirque::artifact
