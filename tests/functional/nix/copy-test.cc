// SPDX-License-Identifier: Apache-2.0
// Copying a closure to another store with the real Nix; over ssh with a real sshd that talks to a pipe.
#include "nix/store/copy.hh"

#include "tests/functional/nix/closure-project.hh"

namespace cirque::frontend {
namespace {

namespace fs = std::filesystem;

class Copies : public ClosureProject {
  protected:
    nix::ClosurePtr closure(int length) {
        const nix::Wanted wanted = define(length);
        nix::ClosurePtr out;
        run([&]() -> io::Task<> {
            nix::Closures closures(environment_);
            const nix::Realised realised{wanted.paths, {}};
            out = co_await closureOf(&closures, realised);
        });
        return out;
    }

    io::Task<Result<void>> copy(nix::Copier* copier, nix::CopyTarget target, nix::ClosurePtr closure) {
        const nix::Watch watch{.log = [this](std::string_view bytes) { log_ += bytes; },
                               .progress = [this](const nix::Measure& measure) { told_.push_back(measure); }};
        co_return co_await copier->copyTo(std::move(target), std::move(closure), watch, {});
    }

    // A host "there" whose store lies below folder_/there, reached without a port: ssh starts an sshd that
    // serves its pipe.
    nix::CopyTarget overSsh(const std::string& scheme) {
        const std::string ssh = folder_ + "/ssh";
        fs::create_directories(ssh);
        std::error_code notRoot; // who then needs no such folder
        fs::create_directories("/run/sshd", notRoot);
        for (const char* key : {"host", "user"}) {
            run([&]() -> io::Task<> {
                std::vector<std::string> make{"ssh-keygen", "-q", "-t", "ed25519",
                                              "-N",         "",   "-f", ssh + "/" + key};
                (void)co_await call(std::move(make));
            });
        }
        EXPECT_TRUE(io::writeFileAtomic(
            ssh + "/sshd_config",
            fmt::format(
                "HostKey {0}/ssh/host\nAuthorizedKeysFile {0}/ssh/user.pub\nStrictModes no\nUsePAM no\n"
                "PidFile none\nSetEnv NIX_CONF_DIR={0}/conf NIX_STORE_DIR={0}/store PATH={1}\n",
                folder_, std::getenv("PATH"))));
        EXPECT_TRUE(io::writeFileAtomic(
            ssh + "/config",
            fmt::format(
                "Host there\n  ProxyCommand /usr/sbin/sshd -i -f {0}/sshd_config -E {0}/log\n"
                "  IdentityFile {0}/user\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n"
                "  LogLevel ERROR\n",
                ssh)));
        return {.store = fmt::format("{}://there?remote-store=local?root={}/there", scheme, folder_),
                .sshOptions = fmt::format("-F {}/config", ssh),
                .place = "there"};
    }

    [[nodiscard]] std::size_t pathsThere() const {
        std::error_code missing;
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator(folder_ + "/there/nix/store", missing)) {
            count += entry.path().filename().string().starts_with('.') ? 0 : 1;
        }
        return count;
    }

    void expectCopiedOverSsh(const std::string& scheme) {
        const nix::ClosurePtr all = closure(20);
        const nix::CopyTarget target = overSsh(scheme);
        run([&]() -> io::Task<> {
            nix::Copier copier(environment_);
            const Result<void> copied = co_await copy(&copier, target, all);
            EXPECT_TRUE(copied) << copied.error().text() << io::readFile(folder_ + "/ssh/log").value_or("");
        });
        EXPECT_EQ(pathsThere(), 21u);
        EXPECT_TRUE(log_.contains("copying part-7 to there\n")) << log_;
        EXPECT_FALSE(log_.contains("fetching")) << log_;
    }

    std::string log_;
    std::vector<nix::Measure> told_;
};

TEST_F(Copies, GoOverSsh) {
    expectCopiedOverSsh("ssh");
}

TEST_F(Copies, GoOverSshNg) {
    expectCopiedOverSsh("ssh-ng");
}

// Wrong: each job of a run asks each host again, or copies what another job is copying.
TEST_F(Copies, GoOnceForAllJobsUntilThePlaceLosesThem) {
    const nix::ClosurePtr all = closure(20);
    countCalls("nix");
    const nix::CopyTarget target{.store = "file://" + folder_ + "/cache"};
    run([&]() -> io::Task<> {
        nix::Copier copier(environment_);
        io::TaskGroup group;
        co_await group.start();
        const auto go = [&]() -> io::Task<> {
            const Result<void> copied = co_await copy(&copier, target, all);
            EXPECT_TRUE(copied) << copied.error().text();
        };
        group.spawn(go());
        group.spawn(go());
        co_await group.join();
        EXPECT_EQ(calls(), 1);
        EXPECT_TRUE(fs::exists(folder_ + "/cache/nix-cache-info"));
        EXPECT_TRUE(io::removeTree(folder_ + "/cache"));
        copier.forget(target.store);
        co_await go();
        EXPECT_EQ(calls(), 2);
        EXPECT_TRUE(fs::exists(folder_ + "/cache/nix-cache-info"));
    });
}

// Wrong: a person sees a job that stands still. Nix is made slow enough to be told about.
TEST_F(Copies, AreToldWithCountsAndBytes) {
    const nix::ClosurePtr all = closure(20);
    countCalls("nix", "sleep 0.3");
    const nix::CopyTarget target{.store = "file://" + folder_ + "/cache"};
    run([&]() -> io::Task<> {
        nix::Copier copier(environment_);
        const Result<void> copied = co_await copy(&copier, target, all);
        EXPECT_TRUE(copied) << copied.error().text();
    });
    ASSERT_FALSE(told_.empty());
    const nix::Counts& counts = told_.back().counts;
    EXPECT_EQ(counts.fetched, all->paths.size());
    EXPECT_EQ(counts.toFetch, all->paths.size());
    EXPECT_EQ(counts.bytes, static_cast<std::uint64_t>(all->bytes));
    EXPECT_EQ(counts.bytesToFetch, static_cast<std::uint64_t>(all->bytes));
}

TEST_F(Copies, ToNowhereSayWhereAndWhy) {
    const nix::ClosurePtr all = closure(1);
    const nix::CopyTarget target{
        .store = "ssh://there", .sshOptions = "-F /dev/null -oProxyCommand=false", .place = "there"};
    run([&]() -> io::Task<> {
        nix::Copier copier(environment_);
        const Result<void> copied = co_await copy(&copier, target, all);
        EXPECT_FALSE(copied);
        if (!copied) {
            EXPECT_EQ(copied.error().code, ErrorCode::Unreachable);
            EXPECT_TRUE(copied.error().message.starts_with("cannot copy the job's store paths to there: "))
                << copied.error().message;
            EXPECT_FALSE(copied.error().message.contains("gave no reason")) << copied.error().message;
        }
    });
}

} // namespace
} // namespace cirque::frontend
