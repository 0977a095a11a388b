// SPDX-License-Identifier: Apache-2.0
#include "nix/store/call.hh"

#include "base/text.hh"
#include "io/process/fd.hh"
#include "io/process/read.hh"
#include "io/runtime/runtime.hh"
#include "nix/log/meter.hh"
#include "nix/log/parser.hh"

#include <fmt/format.h>

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace cirque::nix {
namespace {

constexpr Millis grace{5000};

// The manual of nix-store --realise: 100 a builder failed, 101 it took too long, 102 its output has another
// hash, 104 its output differs from an earlier one; of several, with --keep-going, the bits of all.
constexpr int firstBuildFailure = 100;
constexpr int lastBuildFailure = 111;

bool isBuildFailure(const io::ExitStatus& status, std::string_view errors) {
    return (status.exit >= firstBuildFailure && status.exit <= lastBuildFailure) ||
           errors.contains("failed to build") || errors.contains("error: build of");
}

std::string lastError(std::string_view text) {
    const std::size_t at = text.find("error:");
    const std::string_view told = trim(at == std::string_view::npos ? text : text.substr(at));
    return std::string(told.empty() ? "nix-store gave no reason" : told);
}

// With --add-root nix-store prints the root, a link to the store path.
std::string behindRoot(const std::string& printed) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlink(printed.c_str(), target.data(), target.size());
    return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : printed;
}

std::vector<std::string> argumentsOf(const CallOptions& options) {
    std::vector<std::string> argv{"nix-store", "--realise"};
    argv.insert(argv.end(), options.names.begin(), options.names.end());
    const std::vector<std::string> common = commonOptions(options.environment);
    argv.insert(argv.end(), common.begin(), common.end());
    argv.insert(argv.end(), {"--log-format", "internal-json", "--max-jobs", "1"});
    if (options.cores > 0) {
        argv.insert(argv.end(), {"--cores", std::to_string(options.cores)});
    }
    if (options.keepGoing) {
        argv.emplace_back("--keep-going");
    }
    if (!options.root.empty()) {
        argv.insert(argv.end(), {"--add-root", options.root, "--indirect"});
    }
    return argv;
}

io::Task<> killAfterGrace(std::shared_ptr<io::Process> process, io::StopToken ended) {
    if (co_await io::sleepFor(grace, ended)) {
        process->signalGroup(SIGKILL);
    }
}

// Waits for a running nix-store and reads all that it wrote. A program that it left behind may keep the pipes
// open; nobody waits for that one.
class Running {
  public:
    Running(std::shared_ptr<io::Process> process, std::shared_ptr<CallListener> listener)
        : process_(std::move(process)), listener_(std::move(listener)) {}

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
        group.spawn(readPaths(std::move(out), ended.token()));
        group.spawn(readLog(std::move(err), ended.token()));
        group.spawn(beat(ended.token()));
        const io::ExitStatus status = co_await process_->wait();
        ended.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
        co_await group.join();
        parser_.finish(receiver());
        listener_->pause(parser_.counts());
        co_return status;
    }

    [[nodiscard]] std::string takePrinted() { return std::move(printed_); }

    [[nodiscard]] Failures takeFailures() { return std::move(failures_); }

    [[nodiscard]] bool told() const { return parser_.records() > 0; }

    // A Nix that told nothing of what it did may have done anything.
    [[nodiscard]] bool worked() const { return worked_ || !told(); }

  private:
    io::Task<> readPaths(io::UniqueFd fd, io::StopToken ended) {
        const std::function<void(std::string_view)> keep = [this](std::string_view bytes) {
            printed_ += bytes;
        };
        std::ignore =
            co_await io::detail::readUntil(std::move(fd), keep, std::move(ended), io::detail::AtStop::Drain);
    }

    io::Task<> readLog(io::UniqueFd fd, io::StopToken ended) {
        const std::function<void(std::string_view)> take = [this](std::string_view bytes) {
            parser_.feed(bytes, receiver());
            listener_->pause(parser_.counts());
        };
        std::ignore =
            co_await io::detail::readUntil(std::move(fd), take, std::move(ended), io::detail::AtStop::Drain);
    }

    io::Task<> beat(io::StopToken ended) {
        while (co_await io::sleepFor(BuildMeter::interval, ended)) {
            listener_->pause(parser_.counts());
        }
    }

    LogParser::Receive receiver() {
        return [this](const LogEvent& event) {
            failures_.take(event);
            worked_ = worked_ || std::holds_alternative<BuildStarted>(event) ||
                      std::holds_alternative<FetchStarted>(event);
            listener_->event(event, parser_.counts());
        };
    }

    std::shared_ptr<io::Process> process_;
    std::shared_ptr<CallListener> listener_;
    LogParser parser_;
    Failures failures_;
    std::string printed_;
    bool worked_ = false;
};

} // namespace

Result<void> CallEnd::verdict(std::string_view wanted) const {
    if (stopped) {
        return fail(ErrorCode::Process, "the build was stopped");
    }
    if (status.signal != 0) {
        return fail(killedError("nix-store", status.signal));
    }
    if (status.exit == 0) {
        return {};
    }
    const std::string& errors = failures.errors();
    if (const std::optional<ErrorCode> code = infrastructureCode(errors)) {
        return fail(*code, "nix-store failed: " + lastError(errors));
    }
    if (!isBuildFailure(status, errors)) {
        return fail(ErrorCode::Process, "nix-store failed: " + lastError(errors));
    }
    if (const std::string reason = failures.describe(wanted); !reason.empty()) {
        const bool own =
            std::ranges::find(failures.causes(), wanted, &Failure::drv) != failures.causes().end();
        return fail(ErrorCode::Build, reason,
                    fmt::format("its whole log: nix-store --read-log {}",
                                own ? wanted : std::string_view(failures.causes().front().drv)));
    }
    return fail(ErrorCode::Build, "nix-store failed: " + lastError(errors));
}

io::Task<Result<CallEnd>> callWithLog(std::vector<std::string> argv, Variables environment,
                                      std::shared_ptr<CallListener> listener, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(io::Pipe out, io::makePipe());
    CIRQUE_CO_TRY_ASSIGN(io::Pipe err, io::makePipe());
    const io::SpawnOptions spawn{.argv = std::move(argv),
                                 .env = nixEnvironment(environment),
                                 .cwd = "/",
                                 .in = -1,
                                 .out = out.write.get(),
                                 .err = err.write.get(),
                                 .keep = {}};
    Result<io::Process> process = io::Process::spawn(spawn);
    if (!process) {
        co_return fail(withNixHint(std::move(process).error()));
    }
    out.write.reset();
    err.write.reset();
    Running running(std::make_shared<io::Process>(std::move(*process)), std::move(listener));
    CallEnd end;
    end.status = co_await running.finish(std::move(out.read), std::move(err.read), stop);
    end.stopped = stop.stopRequested() && !end.status.ok();
    end.failures = running.takeFailures();
    end.worked = running.worked();
    end.told = running.told();
    const std::string printed = running.takePrinted();
    for (const std::string_view path : split(printed, '\n')) {
        if (!path.empty()) {
            end.paths.emplace_back(path);
        }
    }
    co_return end;
}

io::Task<Result<CallEnd>> callRealise(CallOptions options, std::shared_ptr<CallListener> listener,
                                      io::StopToken stop) {
    std::vector<std::string> argv = argumentsOf(options);
    CIRQUE_CO_TRY_ASSIGN(CallEnd end, co_await callWithLog(std::move(argv), std::move(options.environment),
                                                           std::move(listener), std::move(stop)));
    for (std::string& path : end.paths) {
        path = options.root.empty() ? std::move(path) : behindRoot(path);
    }
    co_return end;
}

} // namespace cirque::nix
