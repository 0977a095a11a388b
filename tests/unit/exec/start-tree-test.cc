// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/sent-files.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::exec {
namespace {

// The first folder it is asked for is left half-made.
class FailsOnce : public Workspaces {
  public:
    io::Task<Result<void>> make(std::string path, bool /*copyRepo*/, io::StopToken /*stop*/) override {
        if (::mkdir(path.c_str(), 0700) != 0) {
            co_return fail(systemError(errno, "make the folder", path));
        }
        if (!std::exchange(failed_, true)) {
            constexpr int many = 2000; // removing them takes a while
            for (int at = 0; at < many; ++at) {
                EXPECT_EQ(::mkdir(fmt::format("{}/{}", path, at).c_str(), 0700), 0);
            }
            co_await others.wait();
            co_return fail(ErrorCode::DiskFull, "no room");
        }
        co_return Result<void>();
    }

    io::Signal others;

  private:
    bool failed_ = false;
};

// Else a job that waits would find the half of the folder that is still being removed.
TEST(StartTree, IsMadeAnewOnlyWhenTheRestOfAFailureIsGone) {
    std::string folder = "/dev/shm/cirque-start-tree-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    FailsOnce workspaces;
    StartTree tree(folder, {}, workspaces);
    Result<std::string> first = "";
    Result<std::string> second = "";
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        const auto one = [&]() -> io::Task<> { first = co_await tree.get(false, {}); };
        const auto two = [&]() -> io::Task<> {
            workspaces.others.notify(); // heard when this one waits
            second = co_await tree.get(false, {});
        };
        io::TaskGroup jobs;
        co_await jobs.start();
        jobs.spawn(one());
        jobs.spawn(two());
        co_await jobs.join();
    });
    EXPECT_FALSE(first);
    EXPECT_TRUE(second) << (second ? "" : second.error().text());
    EXPECT_TRUE(io::removeTree(folder));
}

} // namespace
} // namespace cirque::exec
