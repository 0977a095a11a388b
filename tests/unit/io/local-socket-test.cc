// SPDX-License-Identifier: Apache-2.0
#include "io/process/local-socket.hh"

#include "io/runtime/runtime.hh"
#include "tests/unit/io/temp-folder.hh"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace cirque::io {
namespace {

constexpr Millis patience{10'000};

// What `ask` gets from a server at `path` that answers with `answer`.
class Served {
  public:
    Served(std::string path, LocalServer::Answer answer)
        : path_(std::move(path)), answer_(std::move(answer)) {}

    Result<std::string> ask(std::function<Result<std::string>()> ask) {
        Result<std::string> out = fail(ErrorCode::Process, "nobody asked");
        Runtime runtime;
        runtime.run([&] { return serveOne(std::move(ask), &out); });
        return out;
    }

  private:
    Task<> serveOne(std::function<Result<std::string>()> ask, Result<std::string>* out) {
        auto server = LocalServer::listen(path_);
        EXPECT_TRUE(server) << server.error().text();
        if (!server) {
            co_return;
        }
        struct stat info{};
        EXPECT_EQ(::stat(path_.c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777U, 0600U) << "others may not even connect";
        StopSource stop;
        TaskGroup group;
        co_await group.start();
        group.spawn(server->serve(answer_, stop.token()));
        *out = co_await offload(std::move(ask));
        stop.request(StopLevel::Graceful, StopReason::Shutdown);
        co_await group.join();
    }

    std::string path_;
    LocalServer::Answer answer_;
};

std::string backwards(std::string_view line) {
    return {line.rbegin(), line.rend()};
}

TEST(LocalSocket, AnswersALineWithALine) {
    const TempFolder folder;
    const std::string path = folder / "socket";
    Served served(path, backwards);
    const auto answer = served.ask([&] { return askLocal(path, "abc", patience); });
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(*answer, "cba");
    EXPECT_NE(::access(path.c_str(), F_OK), 0) << "the socket goes with its server";
}

// sun_path holds 108 bytes; state folders may be deeper.
TEST(LocalSocket, LiesInAFolderDeeperThanAnAddressIsLong) {
    const TempFolder folder;
    const std::string deep = folder / (std::string(120, 'a') + "/" + std::string(120, 'b'));
    ASSERT_TRUE(makeFolders(deep));
    Served served(deep + "/socket", backwards);
    const auto answer = served.ask([&] { return askLocal(deep + "/socket", "abc", patience); });
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(*answer, "cba");
}

// Were they answered one after the other, a client that says nothing would keep the others waiting.
TEST(LocalSocket, ASilentClientHoldsNobodyUp) {
    const TempFolder folder;
    const std::string path = folder / "socket";
    Served served(path, backwards);
    const auto answer = served.ask([&]() -> Result<std::string> {
        const auto silent = askLocal(path, std::string(longestSocketLine, 'x'), Millis{50});
        EXPECT_FALSE(silent) << "a line beyond every measure has no answer";
        return askLocal(path, "ab", patience);
    });
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(*answer, "ba");
}

TEST(LocalSocket, NoSocketAndADeadOneAreToldApart) {
    const TempFolder folder;
    const auto none = askLocal(folder / "none", "x", patience);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::NotFound);
    // a file where nobody listens is what a killed run leaves
    ASSERT_TRUE(writeFileAtomic(folder / "dead", ""));
    const auto dead = askLocal(folder / "dead", "x", patience);
    ASSERT_FALSE(dead);
    EXPECT_EQ(dead.error().code, ErrorCode::Unreachable);
}

TEST(LocalSocket, DoesNotTakeTheNameOfAnother) {
    const TempFolder folder;
    ASSERT_TRUE(writeFileAtomic(folder / "socket", "mine"));
    EXPECT_FALSE(LocalServer::listen(folder / "socket"));
    EXPECT_EQ(readFile(folder / "socket").value_or(""), "mine");
}

} // namespace
} // namespace cirque::io
