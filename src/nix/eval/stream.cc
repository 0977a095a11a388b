// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/stream.hh"

#include "io/process/read.hh"
#include "io/runtime/runtime.hh"
#include "nix/eval/kept-lines.hh"

#include <fmt/format.h>

#include <signal.h>

#include <algorithm>
#include <utility>

namespace cirque::nix {
namespace {

constexpr Millis grace{2000};
constexpr std::size_t keptOfEach = 1u << 20u; // end of the text
constexpr std::string_view heapLimit = "GC_MAXIMUM_HEAP_SIZE=";

std::vector<std::string> commandLine(const Variables& environment) {
    std::vector<std::string> argv{"nix-instantiate",   "--eval",
                                  "--strict",          "--json",
                                  "--read-write-mode", "--extra-experimental-features",
                                  "nix-command flakes"};
    argv.insert(argv.end(), {"--option", "pure-eval", "true", "--option", "accept-flake-config", "false"});
    const std::vector<std::string> common = commonOptions(environment);
    argv.insert(argv.end(), common.begin(), common.end());
    argv.emplace_back("-");
    return argv;
}

std::vector<std::string> environmentOf(const StreamRequest& request) {
    std::vector<std::string> out = nixEnvironment(request.environment);
    if (request.memory > 0) {
        std::erase_if(out, [](const std::string& entry) { return entry.starts_with(heapLimit); });
        out.push_back(fmt::format("{}{}", heapLimit, request.memory));
    }
    return out;
}

// A running Nix and what is read from it.
class Stream {
  public:
    Stream(io::Process process, std::function<bool(std::string_view)> take)
        : process_(std::move(process)), take_(std::move(take)) {}

    io::Task<StreamEnd> finish(io::UniqueFd err, io::StopToken stop) {
        io::TaskGroup group;
        co_await group.start();
        bool asked = false;
        const io::StopCallback onStop = stop.onStop([&](io::StopLevel level) {
            process_.signalGroup(level == io::StopLevel::Immediate ? SIGKILL : SIGTERM);
            if (!std::exchange(asked, true)) {
                group.spawn(killAfterGrace());
            }
        });
        group.spawn(read(std::move(err)));
        StreamEnd end;
        end.status = co_await process_.wait();
        ended_.request(io::StopLevel::Graceful, io::StopReason::Shutdown);
        co_await group.join();
        line(rest_);
        end.text = std::move(text_).take();
        co_return end;
    }

  private:
    io::Task<> killAfterGrace() {
        if (co_await io::sleepFor(grace, ended_.token())) {
            process_.signalGroup(SIGKILL);
        }
    }

    io::Task<> read(io::UniqueFd fd) {
        const std::function<void(std::string_view)> sink = [this](std::string_view bytes) { feed(bytes); };
        // a program that Nix left behind may keep the pipe open; a failing read ends like an end of file
        std::ignore =
            co_await io::detail::readUntil(std::move(fd), sink, ended_.token(), io::detail::AtStop::Drain);
    }

    void feed(std::string_view bytes) {
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            rest_ += bytes.substr(0, end);
            line(rest_);
            rest_.clear();
            bytes.remove_prefix(end + 1);
        }
        rest_ += bytes;
    }

    void line(std::string_view text) {
        if (!text.empty() && take_(text)) {
            return;
        }
        text_.add(text);
    }

    io::Process process_;
    std::function<bool(std::string_view)> take_;
    io::StopSource ended_;
    std::string rest_; // an unfinished line
    KeptLines text_{keptOfEach};
};

} // namespace

io::Task<Result<StreamEnd>> evaluateStream(StreamRequest request, std::function<bool(std::string_view)> take,
                                           io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(const io::UniqueFd in, io::fileInMemory(request.expression));
    CIRQUE_CO_TRY_ASSIGN(io::Pipe err, io::makePipe());
    const io::SpawnOptions options{.argv = commandLine(request.environment),
                                   .env = environmentOf(request),
                                   .cwd = "/",
                                   .in = in.get(),
                                   .out = -1,
                                   .err = err.write.get(),
                                   .keep = {}};
    Result<io::Process> process = io::Process::spawn(options);
    if (!process) {
        co_return fail(withNixHint(std::move(process).error()));
    }
    err.write.reset();
    Stream stream(std::move(*process), std::move(take));
    StreamEnd end = co_await stream.finish(std::move(err.read), std::move(stop));
    co_return end;
}

} // namespace cirque::nix
