// SPDX-License-Identifier: Apache-2.0
#include "exec/ssh/hosts.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace cirque::exec {

namespace {

bool isBetter(const std::shared_ptr<SshHost>& left, const std::shared_ptr<SshHost>& right) {
    return std::tie(left->troubles, left->openJobs) < std::tie(right->troubles, right->openJobs);
}

} // namespace

std::shared_ptr<SshHost> SshHosts::hostOf(const SshTarget& target) {
    std::shared_ptr<SshHost>& host = hosts_[target];
    if (!host) {
        host = std::make_shared<SshHost>(target, world_, [this] { return ++connections_; });
    }
    return host;
}

Result<void> SshHosts::tellLeftOut(const std::vector<SshTarget>& targets,
                                   const std::shared_ptr<OutputSink>& log) {
    for (const SshTarget& target : targets) {
        std::string& untold = hostOf(target)->untold;
        if (log && !untold.empty()) {
            CIRQUE_TRY(
                log->write(fmt::format("cirque: notice: left out: {}\n", std::exchange(untold, {})), false));
        }
    }
    return {};
}

io::Task<Result<std::shared_ptr<SshHost>>>
SshHosts::pick(std::vector<SshTarget> targets, std::shared_ptr<OutputSink> log, io::StopToken stop) {
    std::vector<std::shared_ptr<SshHost>> left;
    left.reserve(targets.size());
    for (const SshTarget& target : targets) {
        left.push_back(hostOf(target));
    }
    std::vector<Error> errors;
    while (!left.empty()) {
        const auto best = std::ranges::min_element(left, isBetter);
        const std::shared_ptr<SshHost> host = *best;
        left.erase(best);
        ++host->openJobs; // from now on: others choose meanwhile
        const Result<void> connected = co_await host->connect(stop);
        if (connected) {
            CIRQUE_CO_TRY(tellLeftOut(targets, log));
            co_return host;
        }
        host->untold = connected.error().text();
        --host->openJobs;
        ++host->troubles;
        errors.push_back(connected.error());
        if (stop.stopRequested()) {
            break;
        }
    }
    if (errors.size() == 1) {
        co_return fail(std::move(errors.front()));
    }
    std::vector<std::string> reasons;
    for (const Error& error : errors) {
        reasons.push_back(error.text());
    }
    co_return fail(ErrorCode::Unreachable,
                   fmt::format("none of {} hosts can be used: {}", reasons.size(), fmt::join(reasons, "; ")),
                   errors.front().hint);
}

io::Task<std::vector<std::string>> SshHosts::close() {
    std::vector<std::string> problems;
    for (const auto& [target, host] : hosts_) {
        const Result<void> closed = co_await host->close();
        if (!closed) {
            problems.push_back(closed.error().text());
        }
    }
    hosts_.clear();
    co_return problems;
}

} // namespace cirque::exec
