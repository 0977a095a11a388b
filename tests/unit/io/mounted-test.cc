// SPDX-License-Identifier: Apache-2.0
// What is mounted in a tree is not the tree's: walks that change it must stop there.
#include "io/process/fd.hh"
#include "tests/unit/io/temp-folder.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::io {
namespace {

bool exists(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0;
}

unsigned ownerOf(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_uid : ~0U;
}

// From now on this process's kernel is as one without openat2.
bool loseOpenat2() {
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{std::size(code), code};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

class Mounted : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) {
            GTEST_SKIP() << "only root mounts";
        }
        ASSERT_TRUE(makeFolders(folder_ / "precious/below"));
        ASSERT_TRUE(writeFileAtomic(file_, "1"));
        ASSERT_TRUE(makeFolders(folder_ / "tree/a/b/mnt"));
        ASSERT_TRUE(writeFileAtomic(folder_ / "tree/a/own", "1"));
    }

    // Runs in a process whose mounts end with it.
    template <class Fn>
    void inOwnMounts(const std::string& at, Fn&& fn) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::unshare(CLONE_NEWNS) != 0 ||
                ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                ::mount((folder_ / "precious").c_str(), at.c_str(), nullptr, MS_BIND, nullptr) != 0) {
                ::perror("mount");
                ::_exit(2);
            }
            fn();
            ::_exit(testing::Test::HasFailure() ? 1 : 0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }

    void expectLeft(const std::string& at) {
        const auto removed = removeTree(folder_ / "tree");
        ASSERT_FALSE(removed);
        EXPECT_EQ(removed.error().message, fmt::format("cannot remove {}: something is mounted there", at));
        EXPECT_NE(removed.error().hint.find("umount " + at), std::string::npos) << removed.error().hint;
        EXPECT_TRUE(exists(file_));
    }

    TempFolder folder_;
    std::string file_ = folder_ / "precious/below/file";
};

// A step's `mount --bind` of the user's files into the job's folder, left behind: they must survive the job.
TEST_F(Mounted, BelowIsLeftAndToldAndTheRestGoes) {
    const std::string at = folder_ / "tree/a/b/mnt";
    inOwnMounts(at, [&] {
        expectLeft(at);
        EXPECT_FALSE(exists(folder_ / "tree/a/own"));
    });
    EXPECT_TRUE(exists(file_));
}

TEST_F(Mounted, OnTheTreeItselfIsLeftToo) {
    inOwnMounts(folder_ / "tree", [&] { expectLeft(folder_ / "tree"); });
    EXPECT_TRUE(exists(file_));
}

TEST_F(Mounted, AlsoOnAKernelWithoutOpenat2) {
    const std::string at = folder_ / "tree/a/b/mnt";
    inOwnMounts(at, [&] {
        ASSERT_TRUE(loseOpenat2());
        expectLeft(at);
        EXPECT_FALSE(exists(folder_ / "tree/a/own"));
    });
    EXPECT_TRUE(exists(file_));
}

// The files behind it keep their owner.
TEST_F(Mounted, IsNotGivenAway) {
    inOwnMounts(folder_ / "tree/a/b/mnt", [&] {
        EXPECT_TRUE(giveTree(folder_ / "tree", 1234, 1234));
        EXPECT_EQ(ownerOf(folder_ / "tree/a/own"), 1234U);
        EXPECT_EQ(ownerOf(folder_ / "precious"), 0U);
        EXPECT_EQ(ownerOf(file_), 0U);
    });
}

// Where nothing is mounted such a kernel removes as any other.
TEST_F(Mounted, NothingInTheWayGoesWithoutOpenat2) {
    inOwnMounts(folder_ / "tree/a/b/mnt", [&] {
        ASSERT_EQ(::umount((folder_ / "tree/a/b/mnt").c_str()), 0);
        ASSERT_TRUE(loseOpenat2());
        EXPECT_TRUE(removeTree(folder_ / "tree"));
        EXPECT_FALSE(exists(folder_ / "tree"));
    });
}

} // namespace
} // namespace cirque::io
