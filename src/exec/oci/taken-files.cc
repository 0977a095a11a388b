// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/taken-files.hh"

#include "exec/remote/connection.hh"

#include <fmt/format.h>

#include <unistd.h>

namespace cirque::exec {

namespace {

constexpr Millis patience{60000};       // for the greeting
constexpr Millis longestGiving{600000}; // by an agent that answers pings meanwhile
constexpr Millis endPatience{10000};

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

} // namespace cirque::exec
