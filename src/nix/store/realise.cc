// SPDX-License-Identifier: Apache-2.0
#include "nix/store/realise.hh"

#include "base/bytes.hh"
#include "base/text.hh"
#include "io/process/fd.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

namespace cirque::nix {
namespace {

constexpr Millis grace{5000};
constexpr std::size_t keptStderr = 64u << 10u;

// Nix's exit status has this bit set when builders, not Nix itself, failed (100 to 115).
bool isBuildFailure(const io::ExitStatus& status, std::string_view text) {
    return (status.exit & 0x70) == 0x60 || text.contains("failed to build") ||
           text.contains("error: build of");
}

std::string lastError(std::string_view text) {
    const std::size_t at = text.find("error:");
    const std::string_view told = trim(at == std::string_view::npos ? text : text.substr(at));
    return std::string(told.empty() ? "nix-store gave no reason" : told);
}

Result<void> verdict(const io::ExitStatus& status, const std::string& text, bool stopped) {
    if (stopped) {
        return fail(ErrorCode::Process, "the build was stopped");
    }
    if (status.signal != 0) {
        return fail(killedError("nix-store", status.signal));
    }
    if (status.exit == 0) {
        return {};
    }
    const std::string told = lastError(text);
    if (const std::optional<ErrorCode> code = infrastructureCode(text)) {
        return fail(*code, "nix-store failed: " + told);
    }
    return fail(isBuildFailure(status, text) ? ErrorCode::Build : ErrorCode::Process,
                "nix-store failed: " + told);
}

io::Task<> killAfterGrace(std::shared_ptr<io::Process> process, io::StopToken ended) {
    if (co_await io::sleepFor(grace, ended)) {
        process->signalGroup(SIGKILL);
    }
}

// Reads both streams of a running nix-store to their end and waits for it.
class Running {
  public:
    Running(std::shared_ptr<io::Process> process, LogSink log)
        : process_(std::move(process)), log_(std::move(log)) {}

    io::Task<io::ExitStatus> finish(io::UniqueFd out, io::UniqueFd err, io::StopToken stop) {
        io::TaskGroup group;
        co_await group.start();
        io::StopSource ended;
        const io::StopCallback onStop = stop.onStop([&](io::StopLevel level) {
            process_->signalGroup(level == io::StopLevel::Immediate ? SIGKILL : SIGTERM);
            if (level == io::StopLevel::Graceful) {
                group.spawn(killAfterGrace(process_, ended.token()));
            }
        });
        group.spawn(drain(std::move(out)));
        group.spawn(readErrors(std::move(err)));
        const io::ExitStatus status = co_await process_->wait();
        ended.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        co_await group.join();
        co_return status;
    }

    [[nodiscard]] const std::string& errors() const { return errors_; }

    [[nodiscard]] const std::string& printed() const { return printed_; }

  private:
    io::Task<> drain(io::UniqueFd fd) {
        const std::function<void(std::string_view)> keep = [this](std::string_view bytes) {
            printed_ += bytes;
        };
        std::ignore = co_await io::readAll(std::move(fd), keep);
    }

    io::Task<> readErrors(io::UniqueFd fd) {
        const std::function<void(std::string_view)> keep = [this](std::string_view bytes) {
            errors_ += bytes;
            if (errors_.size() > keptStderr) {
                errors_.erase(0, errors_.size() - keptStderr);
            }
            if (log_) {
                log_(bytes);
            }
        };
        std::ignore = co_await io::readAll(std::move(fd), keep);
    }

    std::shared_ptr<io::Process> process_;
    LogSink log_;
    std::string errors_;
    std::string printed_;
};

// Of /nix/store/HASH-NAME.drv the output "out" is called HASH-NAME, each other one HASH-NAME-OUTPUT.
std::string outputName(std::string_view drv, std::string_view path) {
    static constexpr std::size_t hashLength = 33; // with its dash
    const auto nameOf = [](std::string_view text) {
        text.remove_prefix(std::min(text.size(), text.rfind('/') + 1));
        return text.substr(std::min(hashLength, text.size()));
    };
    std::string_view name = nameOf(drv);
    name.remove_suffix(name.ends_with(".drv") ? 4 : 0);
    const std::string_view own = nameOf(path);
    return own.size() > name.size() + 1 && own.starts_with(name) ? std::string(own.substr(name.size() + 1))
                                                                 : "out";
}

// With --add-root nix-store prints the root, a link to the store path.
std::string behindRoot(std::string_view printed) {
    std::string path(printed);
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlink(path.c_str(), target.data(), target.size());
    return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : path;
}

} // namespace

Store::Store(Variables environment, std::string rootsFolder)
    : environment_(std::move(environment)), rootsFolder_(std::move(rootsFolder)) {}

// What nix-store --realise is told for these.
std::vector<std::string> Store::namesOf(const Wanted& wanted) {
    std::set<std::string> names;
    for (const Derivation& derivation : wanted.derivations) {
        if (derivation.outputs.empty()) {
            names.insert(derivation.drv);
        }
        for (const std::string& output : derivation.outputs) {
            names.insert(output == "*" ? derivation.drv : fmt::format("{}!{}", derivation.drv, output));
        }
    }
    names.insert(wanted.paths.begin(), wanted.paths.end());
    return {names.begin(), names.end()};
}

std::vector<std::string> Store::missing(const Wanted& wanted) const {
    std::vector<std::string> names = namesOf(wanted);
    std::erase_if(names, [&](const std::string& name) { return present_.contains(name); });
    return names;
}

io::Task<Result<void>> Store::realise(Wanted wanted, LogSink log, io::StopToken stop) {
    std::vector<std::string> names = missing(wanted);
    const auto isUnderWay = [this](const std::string& name) { return underWay_.contains(name); };
    while (std::ranges::any_of(names, isUnderWay)) {
        if (!co_await ended_.wait(stop)) {
            co_return fail(ErrorCode::Process, "the build was stopped");
        }
        names = missing(wanted);
    }
    if (names.empty()) {
        co_return Result<void>{};
    }
    underWay_.insert(names.begin(), names.end());
    Result<Called> result = co_await call(names, std::move(log), std::move(stop));
    for (const std::string& name : names) {
        underWay_.erase(name);
    }
    if (result) {
        present_.insert(names.begin(), names.end());
    }
    ended_.notify();
    if (!result) {
        co_return fail(std::move(result).error());
    }
    co_return Result<void>{};
}

io::Task<Result<BuiltPaths>> Store::build(Derivation derivation, LogSink log, io::StopToken stop) {
    const std::vector<std::string> all = namesOf({{derivation}, {}});
    const auto isUnderWay = [this](const std::string& name) { return underWay_.contains(name); };
    while (std::ranges::any_of(all, isUnderWay)) {
        if (!co_await ended_.wait(stop)) {
            co_return fail(ErrorCode::Process, "the build was stopped");
        }
    }
    underWay_.insert(all.begin(), all.end());
    Result<Called> called = co_await call(all, std::move(log), std::move(stop));
    for (const std::string& name : all) {
        underWay_.erase(name);
    }
    ended_.notify();
    if (!called) {
        co_return fail(std::move(called).error());
    }
    present_.insert(all.begin(), all.end());
    BuiltPaths built{.cached = !called->worked, .outputs = {}};
    for (const std::string_view path : split(called->printed, '\n')) {
        if (!path.empty()) {
            std::string found = rootsFolder_.empty() ? std::string(path) : behindRoot(path);
            built.outputs.emplace_back(outputName(derivation.drv, found), std::move(found));
        }
    }
    co_return built;
}

// The same for the same paths: whoever else uses the folder, now or later, makes the same links.
std::string Store::rootName(const std::vector<std::string>& names) {
    constexpr std::size_t enough = 20;
    return "built-" + sha256Hex(fmt::format("{}", fmt::join(names, "\n"))).substr(0, enough);
}

io::Task<Result<Store::Called>> Store::call(std::vector<std::string> names, LogSink log, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(io::Pipe out, io::makePipe());
    CIRQUE_CO_TRY_ASSIGN(io::Pipe err, io::makePipe());
    io::SpawnOptions options{.argv = {"nix-store", "--realise"},
                             .env = nixEnvironment(environment_),
                             .cwd = "/",
                             .in = -1,
                             .out = out.write.get(),
                             .err = err.write.get(),
                             .keep = {}};
    options.argv.insert(options.argv.end(), names.begin(), names.end());
    const std::vector<std::string> common = commonOptions(environment_);
    options.argv.insert(options.argv.end(), common.begin(), common.end());
    if (!rootsFolder_.empty()) {
        CIRQUE_CO_TRY(io::makeFolders(rootsFolder_, 0700));
        options.argv.insert(options.argv.end(),
                            {"--add-root", rootsFolder_ + "/" + rootName(names), "--indirect"});
    }
    Result<io::Process> process = io::Process::spawn(options);
    if (!process) {
        co_return fail(withNixHint(std::move(process).error()));
    }
    out.write.reset();
    err.write.reset();
    Running running(std::make_shared<io::Process>(std::move(*process)), std::move(log));
    const io::ExitStatus status = co_await running.finish(std::move(out.read), std::move(err.read), stop);
    CIRQUE_CO_TRY(verdict(status, running.errors(), stop.stopRequested() && !status.ok()));
    co_return Called{running.printed(),
                     running.errors().contains("building '") || running.errors().contains("copying path '")};
}

} // namespace cirque::nix
