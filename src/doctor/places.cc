// SPDX-License-Identifier: Apache-2.0
// The kinds of places that jobs can run at besides this machine itself. None of them is needed to run here.
#include "doctor/attempt.hh"
#include "doctor/checks.hh"

#include <fmt/format.h>

namespace cirque::doctor {

Findings checkPlaces(const Machine& machine) {
    Findings out;
    for (const auto& [kind, able] : machine.places) {
        if (able) {
            out.push_back({"place " + kind, Health::Ok, "tried, it works", "", ""});
        } else {
            out.push_back({"place " + kind, Health::Warning, able.error().text(),
                           fmt::format("jobs cannot run at executors.{} on this machine", kind),
                           able.error().hint});
        }
    }
    return out;
}

// Whether a host can be reached is its own matter; this is what every host needs.
io::Task<Findings> checkSsh(const Machine* /*machine*/, io::StopToken stop) {
    std::vector<std::string> argv{"ssh", "-V"};
    const Result<io::Captured> tried = co_await attempt(std::move(argv), std::nullopt, std::move(stop));
    Findings out;
    if (tried && tried->status.ok()) {
        out.push_back({"place ssh", Health::Ok, firstLine(*tried), "", ""});
    } else {
        out.push_back({"place ssh", Health::Warning, whyFailed(tried),
                       "jobs cannot run at executors.ssh from this machine",
                       "Debian: apt install openssh-client"});
    }
    co_return out;
}

} // namespace cirque::doctor
