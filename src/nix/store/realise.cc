// SPDX-License-Identifier: Apache-2.0
#include "nix/store/realise.hh"

#include "base/text.hh"
#include "io/process/fd.hh"
#include "io/process/process.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <signal.h>

#include <algorithm>
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

  private:
    io::Task<> drain(io::UniqueFd fd) {
        const std::function<void(std::string_view)> ignore = [](std::string_view) {};
        std::ignore = co_await io::readAll(std::move(fd), ignore);
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
};

} // namespace

Store::Store(Variables environment, std::string rootsFolder)
    : environment_(std::move(environment)), rootsFolder_(std::move(rootsFolder)) {}

std::vector<std::string> Store::missing(const Wanted& wanted) const {
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
    std::erase_if(names, [&](const std::string& name) { return present_.contains(name); });
    return {names.begin(), names.end()};
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
    Result<void> result = co_await call(names, std::move(log), std::move(stop));
    for (const std::string& name : names) {
        underWay_.erase(name);
    }
    if (result) {
        present_.insert(names.begin(), names.end());
    }
    ended_.notify();
    co_return result;
}

io::Task<Result<void>> Store::call(std::vector<std::string> names, LogSink log, io::StopToken stop) {
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
                            {"--add-root", fmt::format("{}/{}", rootsFolder_, ++calls_), "--indirect"});
    }
    Result<io::Process> process = io::Process::spawn(options);
    if (!process) {
        co_return fail(withNixHint(std::move(process).error()));
    }
    out.write.reset();
    err.write.reset();
    Running running(std::make_shared<io::Process>(std::move(*process)), std::move(log));
    const io::ExitStatus status = co_await running.finish(std::move(out.read), std::move(err.read), stop);
    co_return verdict(status, running.errors(), stop.stopRequested() && !status.ok());
}

} // namespace cirque::nix
