// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/engine.hh"

#include "agent/materials.hh"
#include "base/text.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace cirque::exec {

namespace {

constexpr std::size_t keptWords = 2000;

bool has(const std::vector<std::string>& environment, std::string_view start) {
    return std::ranges::any_of(environment, [start](const std::string& entry) {
        return entry.starts_with(start) && entry.size() > start.size();
    });
}

// Progress and warnings come before the reason, which is one line.
std::string lastWords(std::string_view said) {
    const std::string_view words = trim(said);
    const std::size_t line = words.rfind('\n');
    constexpr std::size_t mostWords = 600;
    return ellipsize(line == std::string_view::npos ? words : words.substr(line + 1), mostWords);
}

// A daemon that hangs must not hold back the end of a run.
constexpr Millis patience{60000};
constexpr Millis endPatience{10000};

io::Task<> stopLater(io::StopSource stop, Millis after, io::StopToken ended) {
    if (co_await io::sleepFor(after, std::move(ended))) {
        stop.request(io::StopLevel::Immediate, io::StopReason::Timeout);
    }
}

// Its output has ended, or it is to stop.
io::Task<io::ExitStatus> endOf(io::Process process, io::StopToken stop) {
    io::StopSource now;
    io::StopSource ended;
    io::TaskGroup timer;
    co_await timer.start();
    const io::StopCallback kill =
        now.token().onStop([&process](io::StopLevel /*level*/) { process.signalGroup(SIGKILL); });
    const io::StopCallback end = stop.onStop([&process, &now](io::StopLevel level) {
        process.signalGroup(SIGHUP);
        if (level == io::StopLevel::Immediate) {
            now.request(level, io::StopReason::Cancelled);
        }
    });
    if (stop.stopRequested()) {
        timer.spawn(stopLater(now, endPatience, ended.token()));
    }
    const io::ExitStatus status = co_await process.wait();
    ended.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    co_return status;
}

} // namespace

Result<OciEngine> OciEngine::find(const std::string& path, std::vector<std::string> environment) {
    std::array<std::string, 2> names{"podman", "docker"};
    if (has(environment, "DOCKER_HOST=") || has(environment, "DOCKER_CONTEXT=")) {
        std::ranges::reverse(names);
    }
    for (std::string& name : names) {
        std::string program = agent::findProgram(name, path);
        if (!program.empty()) {
            return OciEngine({std::move(program), std::move(name)}, std::move(environment));
        }
    }
    return fail(ErrorCode::MissingTool, fmt::format("neither podman nor docker is on PATH ({})", path),
                "install podman (Debian: apt install podman), or docker and a daemon you may use");
}

io::SpawnOptions OciEngine::command(std::vector<std::string> arguments) const {
    io::SpawnOptions options;
    options.argv = std::move(arguments);
    options.argv.insert(options.argv.begin(), tool_.path);
    options.env = environment_;
    return options;
}

Error OciEngine::failed(const std::string& what, const std::string& words) const {
    const std::string text = lastWords(words);
    Error error;
    error.code = ErrorCode::Process;
    error.message = fmt::format("'{} {}' failed{}{}", tool_.name, what, text.empty() ? "" : ": ", text);
    const bool noDaemon = text.find("annot connect to the Docker daemon") != std::string::npos ||
                          text.find("ermission denied while trying to connect") != std::string::npos;
    if (noDaemon) {
        error.hint = "start the daemon, and see that you may use its socket ('docker info' must work), or "
                     "install podman, which needs none";
    }
    return error;
}

io::Task<Result<std::string>> OciEngine::ask(std::vector<std::string> arguments, io::StopToken stop) const {
    co_return co_await feed(std::move(arguments), {}, std::move(stop));
}

io::Task<Result<std::string>> OciEngine::feed(std::vector<std::string> arguments, std::string input,
                                              io::StopToken stop) const {
    const std::string what = arguments.front();
    io::StopSource now;
    const io::StopCallback relay =
        stop.onStop([&now, stop](io::StopLevel level) { now.request(level, stop.reason()); });
    io::StopSource ended;
    io::TaskGroup timer;
    co_await timer.start();
    timer.spawn(stopLater(now, patience, ended.token()));
    io::SpawnOptions options = command(std::move(arguments));
    Result<io::Captured> said = co_await io::capture(std::move(options), std::move(input), now.token());
    ended.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    if (!said) {
        co_return fail(std::move(said).error());
    }
    if (now.token().stopRequested()) {
        co_return fail(failed(what, stop.stopRequested() ? "it was stopped" : "it did not end within 60 s"));
    }
    if (!said->status.ok()) {
        co_return fail(failed(what, said->err));
    }
    co_return std::string(trim(said->out));
}

io::Task<Result<void>> OciEngine::show(std::vector<std::string> arguments, std::shared_ptr<OutputSink> log,
                                       io::StopToken stop, std::string scratch) const {
    const std::string what = arguments.front();
    CIRQUE_CO_TRY_ASSIGN(io::Pipe pipe, io::makePipe());
    io::SpawnOptions options = command(std::move(arguments));
    options.out = pipe.write.get();
    options.err = pipe.write.get();
    options.parentDeath = SIGHUP; // at a TERM podman goes at once, and leaves what a RUN has started
    if (!scratch.empty()) {
        std::erase_if(*options.env, [](const std::string& entry) { return entry.starts_with("TMPDIR="); });
        options.env->push_back("TMPDIR=" + scratch);
    }
    CIRQUE_CO_TRY_ASSIGN(io::Process process, io::Process::spawn(options));
    pipe.write.reset();
    std::string words;
    Result<void> written;
    const std::function<void(std::string_view)> take = [&](std::string_view bytes) {
        words += bytes;
        words.erase(0, words.size() > 2 * keptWords ? words.size() - keptWords : 0);
        written = written ? log->write(bytes, false) : written;
    };
    const Result<void> read = co_await io::readAll(std::move(pipe.read), take, stop);
    const io::ExitStatus status = co_await endOf(std::move(process), stop);
    CIRQUE_CO_TRY(read);
    CIRQUE_CO_TRY(written);
    if (stop.stopRequested() || !status.ok()) {
        co_return fail(failed(what, stop.stopRequested() ? "it was stopped" : words));
    }
    co_return Result<void>();
}

io::Task<Result<void>> OciEngine::remove(std::vector<std::string> names) const {
    std::vector<std::string> words = ociRemove(tool_, names);
    words.erase(words.begin());
    const Result<std::string> removed = co_await ask(std::move(words), {});
    if (!removed && removed.error().message.find("o such container") == std::string::npos &&
        removed.error().message.find("no container with") == std::string::npos) {
        co_return fail(removed.error());
    }
    co_return Result<void>();
}

} // namespace cirque::exec
