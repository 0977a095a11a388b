// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.hh"

#include "doctor/checks.hh"

#include <array>
#include <iterator>

namespace cirque::doctor {
namespace {

using Trying = io::Task<Findings> (*)(const Machine*, io::StopToken);
using Looking = Findings (*)(const Machine&);

constexpr std::array<Trying, 7> tries{checkBash,   checkGit,   checkNix,  checkEvaluation,
                                      checkFlakes, checkStore, checkBuild};
constexpr std::array<Looking, 7> looks{checkLeader,  checkPlaces,  checkKernel,  checkState,
                                       checkPrivate, checkWatches, checkTerminal};

// Without Nix, what needs it says nothing new.
bool lacksNix(const Findings& findings) {
    return !findings.empty() && findings.back().check == "nix" && findings.back().health == Health::Problem;
}

} // namespace

io::Task<std::vector<Finding>> examine(Machine machine, io::StopToken stop) {
    Findings out;
    for (const Trying tried : tries) {
        if (stop.stopRequested() || lacksNix(out)) {
            break;
        }
        Findings found = co_await tried(&machine, stop);
        std::ranges::move(found, std::back_inserter(out));
    }
    if (!stop.stopRequested()) {
        Findings found = co_await checkSsh(&machine, stop);
        std::ranges::move(found, std::back_inserter(out));
    }
    for (const Looking look : looks) {
        std::ranges::move(look(machine), std::back_inserter(out));
    }
    co_return out;
}

} // namespace cirque::doctor
