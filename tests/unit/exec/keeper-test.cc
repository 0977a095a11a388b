// SPDX-License-Identifier: Apache-2.0
// The keeper's script, run by this machine's sh.
#include "exec/ssh/keeper.hh"

#include "io/process/fd.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>

namespace cirque::exec {
namespace {

class KeeperTest : public testing::Test {
  protected:
    KeeperTest() { folder_ = ::mkdtemp(folder_.data()); }

    ~KeeperTest() override { std::filesystem::remove_all(folder_); }

    // Its input stays open.
    [[nodiscard]] io::ExitStatus run(int silence,
                                     std::vector<std::string> shell = {"timeout", "20", "sh"}) const {
        io::Pipe in = io::makePipe().value();
        io::SpawnOptions options;
        options.argv = std::move(shell);
        options.in = in.read.get();
        const KeeperTask task{folder_, "run.1", false, silence};
        const std::string script = keeperScript(task);
        EXPECT_EQ(::write(in.write.get(), script.data(), script.size()), std::ssize(script));
        io::ExitStatus status;
        io::Runtime runtime;
        runtime.run([&]() -> io::Task<> {
            io::Process process = io::Process::spawn(options).value();
            status = co_await process.wait();
        });
        return status;
    }

    std::string folder_ = testing::TempDir() + "/keeper-test-XXXXXX";
};

// The line was cut without a word.
TEST_F(KeeperTest, EndsAndRemovesTheFolderWhenItHearsNothing) {
    EXPECT_TRUE(run(1).ok());
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

// Two machines may have one name and one home.
TEST_F(KeeperTest, LeavesTheFoldersOfAnotherMachineAlone) {
    utsname names{};
    ASSERT_EQ(::uname(&names), 0);
    const std::string base = folder_ + "/ssh/" + names.nodename;
    const auto own = io::readFile("/etc/machine-id");
    const bool known = own && own->size() > 30;
    for (const std::string machine : {"another", "own"}) {
        std::filesystem::create_directories(base + "/" + machine);
        const std::string id = machine == "own" && known ? *own : machine + "\n";
        ASSERT_TRUE(io::writeFileAtomic(base + "/" + machine + "/keeper", "1 2 another-boot " + id));
    }
    EXPECT_TRUE(run(1).ok());
    EXPECT_TRUE(std::filesystem::exists(base + "/another"));
    EXPECT_EQ(std::filesystem::exists(base + "/own"), !known);
}

// A run that died had left a mount in its job's folder: the files behind it are the host's.
TEST_F(KeeperTest, LeavesAFolderInWhichSomethingIsMounted) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root mounts";
    }
    utsname host{};
    ASSERT_EQ(::uname(&host), 0);
    const auto own = io::readFile("/etc/machine-id");
    if (!own || own->size() <= 30) {
        GTEST_SKIP() << "nobody knows which machine this is";
    }
    const std::string base = folder_ + "/a b/ssh/" + host.nodename;
    for (const char* name : {"/mounted", "/plain"}) {
        std::filesystem::create_directories(base + name + "/job/at");
        ASSERT_TRUE(io::writeFileAtomic(base + name + "/keeper", "1 2 another-boot " + *own));
    }
    std::filesystem::create_directories(folder_ + "/precious");
    ASSERT_TRUE(io::writeFileAtomic(folder_ + "/precious/file", "1"));
    const std::string mounts = R"(mount --bind "$0/precious" "$1/mounted/job/at" && exec timeout 20 sh)";
    std::filesystem::create_symlink("a b/ssh", folder_ + "/ssh");
    EXPECT_TRUE(run(1, {"unshare", "--mount", "sh", "-c", mounts, folder_, base}).ok());
    EXPECT_TRUE(std::filesystem::exists(folder_ + "/precious/file"));
    EXPECT_TRUE(std::filesystem::exists(base + "/mounted/job/at"));
    EXPECT_FALSE(std::filesystem::exists(base + "/plain"));
}

} // namespace
} // namespace cirque::exec
