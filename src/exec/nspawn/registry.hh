// SPDX-License-Identifier: Apache-2.0
// Which machines there may be: one file each, written before the machine begins and removed after it is gone,
// so that a later cirque ends what one that was killed left.
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <string>
#include <vector>

namespace cirque::exec {

struct Registered {
    std::string machine;
    std::string run;                  // of `work`/<run>, whose lock says whether it lives
    std::vector<std::string> cgroups; // the machine's own
};

// The cgroups that a machine of this name should be in: one below this process's in each hierarchy that
// systemd uses. Blocks.
std::vector<std::string> cgroupsFor(const std::string& machine);

class NspawnRegistry {
  public:
    explicit NspawnRegistry(std::string stateDir) : stateDir_(std::move(stateDir)) {}

    // Blocks.
    [[nodiscard]] Result<void> add(const Registered& machine) const;

    // After its processes are gone: removes its cgroups and the file; at most some seconds.
    [[nodiscard]] io::Task<Result<void>> remove(Registered machine) const;

    // Ends the machines of runs that are gone, and removes what is left of them. What could not be removed is
    // told, a sentence each. A stop: those that it has not come to are left.
    [[nodiscard]] io::Task<std::vector<std::string>> sweep(io::StopToken stop) const;

    // Removes the folder of the files when it is empty.
    void tidy() const;

  private:
    [[nodiscard]] std::string folder() const { return stateDir_ + "/nspawn"; }

    [[nodiscard]] bool isAlive(const std::string& run) const;
    [[nodiscard]] std::vector<Registered> findDead() const;
    std::string stateDir_;
};

} // namespace cirque::exec
