// SPDX-License-Identifier: Apache-2.0
// What of the store a job takes along. The real Nix is in tests/functional/nix.
#include "app/local/closures-port.hh"
#include "app/local/provisioner.hh"
#include "io/runtime/runtime.hh"

#include <gtest/gtest.h>

#include <cstdlib>

namespace cirque::app {
namespace {

struct CountingJournal : engine::Journal {
    std::vector<event::BuildProgress> told;

    Result<void> append(std::vector<event::Body> bodies) override {
        for (const event::Body& body : bodies) {
            told.push_back(std::get<event::BuildProgress>(body));
        }
        return {};
    }
};

struct Drop : exec::OutputSink {
    Result<void> write(std::string_view /*bytes*/, bool /*late*/) override { return {}; }
};

// Without Nix, so that each start of it is a failure.
struct Ports {
    config::Environment environment{{{"PATH", "/nowhere"}, {"NIX_CONF_DIR", "/nowhere"}}};
    CountingJournal journal;
    ProvisionerPort provisioner{environment, "", 1, journal};
    ClosuresPort closures{environment};

    std::shared_ptr<Drop> log = std::make_shared<Drop>();
    std::string path = ::getenv("PATH");

    Ports() {
        closures.attach(provisioner, journal);
        ::setenv("PATH", "/nowhere", 1);
    }

    ~Ports() { ::setenv("PATH", path.c_str(), 1); }

    Ports(const Ports&) = delete;
    Ports& operator=(const Ports&) = delete;

    Result<exec::StoreClosure> of(const std::string& name) {
        auto job = std::make_shared<plan::Job>();
        job->name = name;
        std::optional<Result<exec::StoreClosure>> got;
        io::Runtime runtime;
        runtime.run(
            [&]() -> io::Task<> { got = co_await closures.of(std::make_shared<plan::Plan>(), job, {}); });
        return std::move(*got);
    }
};

// Wrong: each job of a plan without Nix pays for a process.
TEST(ClosuresPort, WithoutStorePathsNoProcess) {
    Ports ports;
    const plan::Closure tools{{}, {}, {"cirque-tool-make"}, {}};
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        const TryRef ref{"job", 1, -1, 1};
        const Result<void> done = co_await ports.provisioner.provision(tools, ref, ports.log, {});
        EXPECT_TRUE(done);
    });
    const Result<exec::StoreClosure> closure = ports.of("job");
    ASSERT_TRUE(closure) << closure.error().text();
    EXPECT_TRUE(closure->paths.empty());
}

TEST(ClosuresPort, IsThatOfTheJobsOwnProvisions) {
    Ports ports;
    const auto provision = [&](const std::string& job, int step, plan::Closure needed) {
        io::Runtime runtime;
        runtime.run([&]() -> io::Task<> {
            const TryRef ref{job, 1, step, 1};
            (void)co_await ports.provisioner.provision(needed, ref, ports.log, {});
        });
    };
    provision("one", -1, {{{"/s/a.drv", {"out"}}}, {"/s/src"}, {}, {}});
    provision("one", 2, {{{"/s/b.drv", {"out"}}}, {}, {}, {}});
    provision("two", -1, {{}, {"/s/other"}, {}, {}});
    const nix::Wanted& one = ports.provisioner.provisioned()->at("one");
    ASSERT_EQ(one.derivations.size(), 2u);
    EXPECT_EQ(one.derivations[1].drv, "/s/b.drv") << "what came before a later step, too";
    EXPECT_EQ(one.paths, std::vector<std::string>{"/s/src"});
    const plan::Closure absent{{}, {"/s/src"}, {}, {}};
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        const TryRef ref{"one", 2, -1, 1};
        const Result<void> done = co_await ports.provisioner.provision(absent, ref, ports.log, {});
        EXPECT_FALSE(done) << "else nothing here proves that there is no Nix";
    });
    const Result<exec::StoreClosure> closure = ports.of("one");
    ASSERT_TRUE(closure) << closure.error().text();
    EXPECT_TRUE(closure->paths.empty()) << "what could not be realised is not there";
}

TEST(ClosuresPort, ProgressOfOthersIsToldSeldomAndAtTheEnd) {
    Ports ports;
    const TryRef ref{"job", 1, -1, 1};
    for (int i = 1; i <= 1000; ++i) {
        ports.closures.tell(ref, {i, 1000, std::int64_t{10} * i, 10'000, "copying hello"}, i == 1000);
    }
    ASSERT_GE(ports.journal.told.size(), 2u);
    EXPECT_LT(ports.journal.told.size(), 500u);
    EXPECT_EQ(ports.journal.told.back().fetched, 1000);
    EXPECT_EQ(ports.journal.told.back().bytesToFetch, 10'000);
}

} // namespace
} // namespace cirque::app
