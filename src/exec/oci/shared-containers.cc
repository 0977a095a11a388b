// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/shared-containers.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cirque::exec {

namespace {

constexpr Millis patience{60000}; // for the greeting
constexpr Millis endPatience{10000};

} // namespace

io::Task<Result<std::string>> SharedContainers::find(OciContainer wanted, io::StopToken stop) {
    const std::string key = fmt::format("{}", fmt::join(ociRun(engine_->tool(), wanted), "\n"));
    std::shared_ptr<Entry>& known = entries_[key];
    if (!known) {
        known = std::make_shared<Entry>();
        // other mounts than those of a job before, with the same options
        const auto same = std::ranges::count_if(entries_, [&wanted](const auto& entry) {
            return entry.second->name == wanted.name || entry.second->name.starts_with(wanted.name + "-");
        });
        known->name = same == 0 ? wanted.name : fmt::format("{}-{}", wanted.name, same + 1);
    }
    const std::shared_ptr<Entry> entry = known;
    while (entry->busy) {
        if (!co_await entry->changed.wait(stop)) {
            co_return fail(ErrorCode::Process, "waiting for the container was stopped");
        }
    }
    if (entry->holder && !entry->holder->lost()) {
        co_return entry->name;
    }
    entry->busy = true;
    wanted.name = entry->name;
    Result<void> started = co_await start(entry, std::move(wanted), std::move(stop));
    entry->busy = false;
    entry->changed.notify();
    if (!started) {
        co_return fail(std::move(started).error().within("while starting the container"));
    }
    co_return entry->name;
}

io::Task<Result<void>> SharedContainers::start(std::shared_ptr<Entry> entry, OciContainer wanted,
                                               io::StopToken stop) {
    CIRQUE_CO_TRY(co_await end(entry));
    entry->removesItself = wanted.removesItself();
    io::SpawnOptions options;
    options.argv = ociRun(engine_->tool(), wanted);
    options.env = engine_->environment();
    CIRQUE_CO_TRY_ASSIGN(entry->holder, AgentConnection::start(options));
    const Result<agent::Hello> hello = co_await entry->holder->greet(patience, std::move(stop));
    if (!hello) {
        (void)co_await end(entry); // the first failure is the one to tell
        co_return fail(hello.error());
    }
    co_return Result<void>();
}

io::Task<Result<void>> SharedContainers::end(std::shared_ptr<Entry> entry) {
    if (!entry->holder) {
        co_return Result<void>();
    }
    const io::ExitStatus status = co_await entry->holder->close(endPatience);
    entry->holder.reset();
    if (status.ok() && entry->removesItself) {
        co_return Result<void>();
    }
    std::vector<std::string> names{entry->name};
    co_return co_await engine_->remove(std::move(names));
}

io::Task<Result<void>> SharedContainers::close() {
    Result<void> ended;
    for (const auto& [key, entry] : entries_) {
        const Result<void> one = co_await end(entry);
        ended = ended ? one : ended;
    }
    co_return ended;
}

} // namespace cirque::exec
