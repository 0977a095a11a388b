// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/taken-files.hh"

#include "agent/run-folder.hh"
#include "exec/local/translate.hh"
#include "exec/remote/connection.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace cirque::exec {

namespace {

constexpr Millis patience{60000};       // for the greeting
constexpr Millis longestGiving{600000}; // by an agent that answers pings meanwhile
constexpr Millis endPatience{10000};

bool isOfAnother(const std::filesystem::path& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && status.st_uid != ::geteuid();
}

io::Task<> stopAfter(io::StopSource stop, Millis most, io::StopToken ended) {
    if (co_await io::sleepFor(most, std::move(ended))) {
        stop.request(io::StopLevel::Immediate, io::StopReason::Timeout);
    }
}

// Its only work is what the end of a job is.
io::Task<Result<void>> openAndClose(std::shared_ptr<AgentConnection> agent, std::string folder) {
    const io::StopToken never;
    const Result<agent::Hello> hello = co_await agent->greet(patience, never);
    CIRQUE_CO_TRY(hello);
    agent::OpenJob open;
    open.name = "files";
    open.jobFolder = std::move(folder);
    open.privateRoots = {fmt::format("{}/private", ociScratch)};
    open.toolsFolder = fmt::format("{}/tools", ociScratch);
    open.leader = std::string(ociLeader);
    open.takeFolder = true;
    open.owner = {::geteuid(), ::getegid()};
    const CallBounds bounds{{}, longestGiving};
    const Result<std::string> opened = co_await agent->call(toBytes(open), nullptr, never, bounds);
    CIRQUE_CO_TRY(opened);
    CIRQUE_CO_TRY(agent::parseJobOpened(*opened));
    const agent::CloseJob close{true};
    const Result<std::string> closed = co_await agent->call(toBytes(close), nullptr, never, bounds);
    CIRQUE_CO_TRY(closed);
    co_return agent::parseDone(*closed);
}

} // namespace

io::Task<Result<void>> giveBackByContainer(std::shared_ptr<const OciEngine> engine, OciContainer container,
                                           std::string folder) {
    container.mounts.clear();
    container.path.clear();
    container.options = {};
    container.options.network = "none";
    container.options.user = "0";
    io::SpawnOptions options;
    options.argv = ociRun(engine->tool(), container);
    options.env = engine->environment();
    CIRQUE_CO_TRY_ASSIGN(const std::shared_ptr<AgentConnection> agent, AgentConnection::start(options));
    const Result<void> given = co_await openAndClose(agent, std::move(folder));
    const io::ExitStatus status = co_await agent->close(endPatience);
    if (!status.ok()) {
        std::vector<std::string> names{container.name};
        const Result<void> removed = co_await engine->remove(std::move(names));
        co_return given ? removed : given;
    }
    co_return given;
}

bool hasFilesOfOthers(const std::string& folder) {
    namespace fs = std::filesystem;
    if (isOfAnother(folder)) {
        return true;
    }
    std::error_code problem;
    const auto how = fs::directory_options::skip_permission_denied;
    fs::recursive_directory_iterator entry(folder, how, problem);
    for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
        if (isOfAnother(entry->path())) {
            return true;
        }
    }
    return false;
}

io::Task<Result<void>> giveUnshared(std::shared_ptr<const OciEngine> engine, std::string owner,
                                    std::string folder, io::StopToken stop) {
    std::vector<std::string> words{"unshare",          "chown",          "--recursive",
                                   "--no-dereference", std::move(owner), folder};
    io::StopSource now;
    const io::StopCallback relay =
        stop.onStop([&now, stop](io::StopLevel level) { now.request(level, stop.reason()); });
    io::StopSource ended;
    io::TaskGroup timer;
    co_await timer.start();
    timer.spawn(stopAfter(now, longestGiving, ended.token()));
    const std::shared_ptr<OutputSink> nowhere = std::make_shared<NoLog>();
    Result<void> given = co_await engine->show(std::move(words), toSink(nowhere), now.token());
    ended.request(io::StopLevel::Immediate, io::StopReason::Shutdown);
    co_await timer.join();
    if (!given) {
        const std::string doing = fmt::format("while giving {} to another user", folder);
        co_return fail(std::move(given).error().within(doing));
    }
    co_return given;
}

io::Task<std::vector<std::string>> takeBackUnshared(std::shared_ptr<const OciEngine> engine, std::string runs,
                                                    std::string part, io::StopToken stop) {
    std::vector<std::string> problems;
    if (!engine->tool().isPodman() || ::geteuid() == 0) {
        co_return problems;
    }
    for (const std::string& run : agent::findStale(runs)) {
        const std::string folder = fmt::format("{}/{}", run, part);
        const std::function<bool()> look = [&folder] { return hasFilesOfOthers(folder); };
        if (!co_await io::offload(look)) {
            continue;
        }
        const Result<void> given = co_await giveUnshared(engine, "0:0", folder, stop);
        if (!given) {
            problems.push_back(given.error().text());
        }
    }
    co_return problems;
}

} // namespace cirque::exec
