// SPDX-License-Identifier: Apache-2.0
#include "agent/running.hh"

#include <fmt/format.h>

namespace cirque::agent {
namespace {

// A leader that does not answer this long after the grace is ended from outside.
constexpr Millis leaderPatience{5000};

} // namespace

io::Task<bool> endTree(std::shared_ptr<Leader> leader, Millis grace) {
    if (co_await leader->waitOver(grace + leaderPatience)) {
        co_return true;
    }
    leader->abandon();
    co_return co_await leader->waitOver(leaderPatience);
}

Outcome stoppedOutcome(const io::StopToken& stop, std::string_view what) {
    switch (stop.reason()) {
    case io::StopReason::Timeout:
        return Outcome::failedTimeout(fmt::format("{} did not end within its timeout", what));
    case io::StopReason::Deadline:
        return Outcome::failedTimeout(fmt::format("{} was ended by a deadline", what));
    case io::StopReason::None:
    case io::StopReason::Cancelled:
    case io::StopReason::Shutdown:
        break;
    }
    return Outcome::cancelled();
}

} // namespace cirque::agent
