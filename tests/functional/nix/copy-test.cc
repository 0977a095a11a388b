// SPDX-License-Identifier: Apache-2.0
// Copying a closure to another store with the real Nix; over ssh with a real sshd that talks to a pipe.
#include "nix/store/copy.hh"

#include "base/text.hh"
#include "tests/functional/nix/closure-project.hh"

#include <unistd.h>

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
    // serves its pipe, after `first`.
    nix::CopyTarget overSsh(const std::string& scheme, const std::string& first = "") {
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
                "Host there\n  ProxyCommand {1} /usr/sbin/sshd -i -f {0}/sshd_config -E {0}/log\n"
                "  IdentityFile {0}/user\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n"
                "  LogLevel ERROR\n",
                ssh, first)));
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
        expectKeptThere(all->roots);
    }

    // As the place itself would do it.
    void expectKeptThere(const std::vector<std::string>& roots) {
        const std::size_t before = pathsThere();
        set("NIX_REMOTE", fmt::format("local?root={}/there", folder_));
        ASSERT_TRUE(io::makeFolders(folder_ + "/kept"));
        run([&]() -> io::Task<> {
            std::vector<std::string> keep = nix::rootCommand(folder_ + "/kept", roots);
            (void)co_await call(std::move(keep));
            std::vector<std::string> collect{"nix-collect-garbage"};
            (void)co_await call(std::move(collect));
            EXPECT_EQ(pathsThere(), before);
            EXPECT_TRUE(io::removeTree(folder_ + "/kept"));
            std::vector<std::string> again{"nix-collect-garbage"};
            (void)co_await call(std::move(again));
            EXPECT_EQ(pathsThere(), 0u) << "else the first collection proved nothing";
        });
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
        nix::CopyTarget otherWay = target;
        otherWay.sshOptions = "-p 2222";
        const Result<void> copied = co_await copy(&copier, otherWay, all);
        EXPECT_TRUE(copied) << copied.error().text();
        EXPECT_EQ(calls(), 3) << "another port is another machine";
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

// Wrong: "Broken pipe" is all a person learns of a disk that is full at the other side. The mount is that
// sshd's own.
TEST_F(Copies, ToAFullDiskSaySo) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root may mount a small disk";
    }
    const std::string there = folder_ + "/there";
    fs::create_directories(there);
    ASSERT_TRUE(io::writeFileAtomic(
        folder_ + "/small-disk",
        fmt::format("#!/bin/sh\nmount -t tmpfs -o size=2m none {} && exec \"$@\"\n", there), 0755));
    nix::ClosurePtr all;
    ASSERT_TRUE(io::writeFileAtomic(folder_ + "/large", std::string(4u << 20u, 'x')));
    run([&]() -> io::Task<> {
        std::vector<std::string> add{"nix-store", "--add", folder_ + "/large"};
        const std::string path = co_await call(std::move(add));
        nix::Closures closures(environment_);
        const nix::Realised realised{{std::string(trim(path))}, {}};
        all = co_await closureOf(&closures, realised);
    });
    for (const char* scheme : {"ssh", "ssh-ng"}) {
        const nix::CopyTarget target =
            overSsh(scheme, fmt::format("unshare -m --propagation private {}/small-disk", folder_));
        run([&]() -> io::Task<> {
            nix::Copier copier(environment_);
            const Result<void> copied = co_await copy(&copier, target, all);
            EXPECT_FALSE(copied) << scheme;
            EXPECT_EQ(copied ? ErrorCode::Usage : copied.error().code, ErrorCode::DiskFull)
                << (copied ? "" : copied.error().text());
            EXPECT_EQ(copied ? "" : copied.error().hint, "make room for /nix/store at there");
        });
        EXPECT_TRUE(io::removeTree(folder_ + "/ssh"));
    }
}

TEST_F(Copies, ToNowhereSayWhereAndWhy) {
    const nix::ClosurePtr all = closure(1);
    const std::string refuse = folder_ + "/refuse";
    ASSERT_TRUE(io::writeFileAtomic(refuse, "#!/bin/sh\necho the moat is full >&2\nexit 1\n", 0755));
    const nix::CopyTarget target{
        .store = "ssh://there", .sshOptions = "-F /dev/null -oProxyCommand=" + refuse, .place = "there"};
    run([&]() -> io::Task<> {
        nix::Copier copier(environment_);
        const Result<void> copied = co_await copy(&copier, target, all);
        EXPECT_FALSE(copied);
        if (!copied) {
            EXPECT_EQ(copied.error().code, ErrorCode::Unreachable);
            EXPECT_TRUE(copied.error().message.starts_with("cannot copy the job's store paths to there: "))
                << copied.error().message;
            EXPECT_FALSE(copied.error().message.contains("gave no reason")) << copied.error().message;
            EXPECT_TRUE(copied.error().message.contains("the moat is full")) << copied.error().message;
        }
    });
}

} // namespace
} // namespace cirque::frontend
