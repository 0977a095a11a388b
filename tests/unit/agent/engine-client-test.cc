// SPDX-License-Identifier: Apache-2.0
// Calls of an engine that does not do what it is told.
#include "agent/engine-client.hh"

#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"
#include "tests/unit/agent/temporary-folder.hh"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace cirque::agent {
namespace {

class Nowhere : public Sink {
  public:
    Result<void> write(std::string_view /*bytes*/, bool /*late*/) override { return {}; }
};

io::Task<> stopWhenThere(std::string file, io::StopSource stop) {
    while (::access(file.c_str(), F_OK) != 0) {
        co_await io::sleepFor(Millis(5));
    }
    co_await io::sleepFor(Millis(100)); // by then the end of its output was read
    stop.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
}

// Wrong: a first cancel waits for it without end when its output has ended before.
TEST(EngineClient, OneThatHangsAfterItsLastWordEndsAtTheFirstCancel) {
    const TemporaryFolder folder;
    const std::string up = folder.path() + "/up";
    const std::string script =
        "#!/bin/sh\ntrap '' HUP\nexec > /dev/null 2>&1\n: > '" + up + "'\nwhile :; do sleep 1; done\n";
    ASSERT_TRUE(io::writeFileAtomic(folder.path() + "/podman", script, 0755));
    const auto client = EngineClient::find(folder.path(), {"PATH=/usr/bin:/bin"});
    ASSERT_TRUE(client) << client.error().text();
    Result<void> shown;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        io::StopSource stop;
        io::TaskGroup other;
        co_await other.start();
        other.spawn(stopWhenThere(up, stop));
        std::vector<std::string> words{"pull", "db"};
        shown = co_await client->show(std::move(words), std::make_shared<Nowhere>(), stop.token());
        co_await other.join();
    });
    ASSERT_FALSE(shown);
    EXPECT_EQ(shown.error().message, "'podman pull' failed: it was stopped");
}

} // namespace
} // namespace cirque::agent
