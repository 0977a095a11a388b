// SPDX-License-Identifier: Apache-2.0
#include "exec/custom/script.hh"

#include "base/text.hh"
#include "io/process/read.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <csignal>
#include <iterator>
#include <optional>

namespace cirque::exec {

namespace {

constexpr std::size_t keptBytes = 500;
constexpr Millis termGrace{2000};

class Running {
  public:
    Running(io::Process process, std::shared_ptr<OutputSink> log)
        : process_(std::move(process)), log_(std::move(log)) {}

    io::Task<io::ExitStatus> run(io::UniqueFd out, ScriptLimits limits, io::StopToken stop) {
        co_await group_.start();
        group_.spawn(read(std::move(out)));
        if (limits.most.count() > 0) {
            group_.spawn(endAfter(limits.most, "it took too long"));
        }
        const io::StopCallback relay = stop.onStop([this, limits](io::StopLevel level) {
            const bool now = level == io::StopLevel::Immediate || limits.stopsGraceful;
            if (now) {
                group_.spawn(endAfter(level == io::StopLevel::Immediate ? limits.afterImmediate : Millis{0},
                                      "it was stopped"));
            }
        });
        const io::ExitStatus status = co_await process_.wait();
        ended_.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        co_await group_.join();
        co_return status;
    }

    [[nodiscard]] std::string_view lastWords() const { return trim(tail_); }

    [[nodiscard]] const std::string& why() const { return why_; }

    [[nodiscard]] const std::optional<Error>& unwritten() const { return unwritten_; }

  private:
    io::Task<> read(io::UniqueFd out) {
        const std::function<void(std::string_view)> take = [this](std::string_view bytes) {
            if (log_ && !unwritten_) {
                if (auto written = log_->write(bytes, false); !written) {
                    unwritten_ = std::move(written).error();
                }
            }
            tail_ += bytes;
            tail_.erase(0, tail_.size() > keptBytes ? tail_.size() - keptBytes : 0);
        };
        (void)co_await io::detail::readUntil(std::move(out), take, ended_.token(), io::detail::AtStop::Drain);
    }

    io::Task<> endAfter(Millis wait, const char* why) {
        if (wait.count() > 0 && !co_await io::sleepFor(wait, ended_.token())) {
            co_return;
        }
        if (ended_.token().stopRequested()) {
            co_return;
        }
        why_ = why_.empty() ? why : why_;
        process_.signalGroup(SIGTERM);
        if (co_await io::sleepFor(termGrace, ended_.token())) {
            process_.signalGroup(SIGKILL);
        }
    }

    io::Process process_;
    std::shared_ptr<OutputSink> log_;
    io::TaskGroup group_;
    io::StopSource ended_;
    std::string tail_;
    std::string why_;
    std::optional<Error> unwritten_;
};

Error failed(const Script& script, const Running& running, const io::ExitStatus& status) {
    std::string how = running.why();
    if (how.empty()) {
        how = status.signal != 0 ? fmt::format("signal {}", status.signal)
                                 : fmt::format("exit {}", status.exit);
    }
    const std::string_view said = running.lastWords();
    return {ErrorCode::Process,
            fmt::format("the {} script of the executor '{}' failed: {}{}{}", script.which, script.executor,
                        how, said.empty() ? "" : ": ", keepOnlyColours(said)),
            fmt::format("see mkExecutor's `{}`", script.which),
            {}};
}

} // namespace

io::SpawnOptions bashWith(const Script& script, std::vector<std::string> words) {
    io::SpawnOptions options;
    options.argv = {script.bash, "--noprofile", "--norc",    "-euo",
                    "pipefail",  "-c",          script.text, script.executor};
    options.argv.insert(options.argv.end(), std::make_move_iterator(words.begin()),
                        std::make_move_iterator(words.end()));
    options.env = script.environment;
    return options;
}

io::Task<Result<void>> runScript(Script script, std::shared_ptr<OutputSink> log, ScriptLimits limits,
                                 io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(io::Pipe out, io::makePipe());
    io::SpawnOptions options = bashWith(script, {});
    options.out = out.write.get();
    options.err = out.write.get();
    CIRQUE_CO_TRY_ASSIGN(io::Process process, io::Process::spawn(options));
    out.write.reset();
    Running running(std::move(process), std::move(log));
    const io::ExitStatus status = co_await running.run(std::move(out.read), limits, std::move(stop));
    if (running.unwritten()) {
        co_return fail(*running.unwritten());
    }
    if (!status.ok() || !running.why().empty()) {
        co_return fail(failed(script, running, status));
    }
    co_return Result<void>();
}

} // namespace cirque::exec
