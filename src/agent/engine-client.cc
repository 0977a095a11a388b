// SPDX-License-Identifier: Apache-2.0
#include "agent/engine-client.hh"

#include "base/text.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <csignal>

namespace cirque::agent {

namespace {

constexpr std::size_t keptWords = 2000;

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
    const io::StopCallback end = stop.onStop([&](io::StopLevel level) {
        process.signalGroup(SIGHUP);
        if (level == io::StopLevel::Immediate) {
            now.request(level, io::StopReason::Cancelled);
        } else {
            timer.spawn(stopLater(now, endPatience, ended.token()));
        }
    });
    const io::ExitStatus status = co_await process.wait();
    ended.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    co_return status;
}

} // namespace

Result<EngineClient> EngineClient::find(const std::string& path, std::vector<std::string> environment) {
    CIRQUE_TRY_ASSIGN(Engine tool, findEngine(path, environment));
    return EngineClient(std::move(tool), std::move(environment));
}

EngineClient EngineClient::under(io::StopToken stop) const {
    EngineClient other = *this;
    other.stop_ = std::move(stop);
    return other;
}

io::SpawnOptions EngineClient::command(std::vector<std::string> arguments) const {
    io::SpawnOptions options;
    options.argv = std::move(arguments);
    options.argv.insert(options.argv.begin(), tool_.path);
    options.env = environment_;
    return options;
}

Error EngineClient::failed(const std::string& what, const std::string& words) const {
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

io::Task<Result<std::string>> EngineClient::ask(std::vector<std::string> arguments,
                                                io::StopToken stop) const {
    co_return co_await feed(std::move(arguments), {}, std::move(stop));
}

io::Task<Result<std::string>> EngineClient::feed(std::vector<std::string> arguments, std::string input,
                                                 io::StopToken stop) const {
    const std::string what = arguments.front();
    io::StopSource now;
    const io::StopCallback relay =
        stop.onStop([&now, stop](io::StopLevel level) { now.request(level, stop.reason()); });
    const io::StopCallback outer =
        stop_.onStop([&now](io::StopLevel level) { now.request(level, io::StopReason::Cancelled); });
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
        const bool hangs = now.token().reason() == io::StopReason::Timeout;
        Error error = failed(what, hangs ? "it did not end within 60 s" : "it was stopped");
        if (hangs) {
            error.hint = fmt::format("'{} ps' should answer at once; if it does not, see what it waits for, "
                                     "or start its daemon anew",
                                     tool_.name);
        }
        co_return fail(std::move(error));
    }
    if (!said->status.ok()) {
        co_return fail(failed(what, said->err));
    }
    co_return std::string(trim(said->out));
}

io::Task<Result<void>> EngineClient::show(std::vector<std::string> arguments, std::shared_ptr<Sink> log,
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

io::Task<Result<std::string>> EngineClient::idOf(std::string image, io::StopToken stop) const {
    std::vector<std::string> words{"image", "inspect", "--format={{.Id}}", std::move(image)};
    co_return co_await ask(std::move(words), std::move(stop));
}

io::Task<Result<std::string>> EngineClient::idOfAny(std::string image, io::StopToken stop) const {
    Result<std::string> here = co_await idOf(image, stop);
    if (here || !tool_.isPodman() || !lacksRegistry(image)) {
        co_return here;
    }
    Result<std::string> hubs = co_await idOf(nameAtHub(image), std::move(stop));
    if (hubs) {
        co_return hubs;
    }
    co_return here;
}

io::Task<Result<std::string>> EngineClient::findImage(std::string image, std::string when,
                                                      std::shared_ptr<Sink> log, io::StopToken stop) const {
    if (when != "always") {
        Result<std::string> here = co_await idOfAny(image, stop);
        if (here) {
            co_return here;
        }
        if (when == "never") {
            Error error = std::move(here).error();
            error.message = fmt::format("the image '{}' is not on this machine, and 'pull' is 'never': {}",
                                        image, error.message);
            error.hint = fmt::format("get it with '{} pull {}', or leave 'pull' out", tool_.name, image);
            co_return fail(std::move(error));
        }
    }
    Result<void> pulled = co_await pull(image, log, stop);
    if (!pulled) {
        Error error = std::move(pulled).error();
        error.message = fmt::format("the image '{}' cannot be fetched: {}", image, error.message);
        if (error.hint.empty()) {
            error.hint =
                "look at its name and at the registry, which must be reachable and may ask you to log in";
        }
        co_return fail(std::move(error));
    }
    co_return co_await idOfAny(image, stop);
}

io::Task<Result<void>> EngineClient::pull(std::string image, std::shared_ptr<Sink> log,
                                          io::StopToken stop) const {
    CIRQUE_CO_TRY(log->write(fmt::format("cirque: fetching the image {}\n", image), false));
    std::vector<std::string> words{"pull", image};
    Result<void> pulled = co_await show(std::move(words), log, stop);
    if (pulled || !tool_.isPodman() || !lacksRegistry(image) || stop.stopRequested()) {
        co_return pulled;
    }
    std::vector<std::string> fromHub{"pull", nameAtHub(image)};
    co_return co_await show(std::move(fromHub), std::move(log), std::move(stop));
}

io::Task<Result<void>> EngineClient::remove(std::vector<std::string> names) const {
    std::vector<std::string> words = removeContainers(tool_, names);
    words.erase(words.begin());
    const Result<std::string> removed = co_await ask(std::move(words), {});
    if (!removed && !saysNoContainer(removed.error().message)) {
        co_return fail(removed.error());
    }
    co_return Result<void>();
}

} // namespace cirque::agent
