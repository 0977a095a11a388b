// SPDX-License-Identifier: Apache-2.0
// Which places of people's own there may be: one file each, written before `setup` and removed after
// `cleanup`, so that a later cirque cleans up what one that was killed left.
#pragma once

#include "base/result.hh"

#include <string>
#include <utility>
#include <vector>

namespace cirque::exec {

struct RegisteredPlace {
    std::string place;    // CIRQUE_PLACE: the file's name
    std::string run;      // whose lock says whether it lives
    std::string executor; // its name, for messages
    std::string cleanup;  // the script
    std::vector<std::pair<std::string, std::string>>
        variables;          // what Cirque sets for it; nothing of the caller's
    bool settingUp = false; // its setup script may be running
};

// All of it blocks for moments.
class CustomRegistry {
  public:
    explicit CustomRegistry(std::string stateDir) : stateDir_(std::move(stateDir)) {}

    [[nodiscard]] Result<void> add(const RegisteredPlace& place) const;
    [[nodiscard]] Result<void> remove(const std::string& place) const;

    // Those of runs that are gone.
    [[nodiscard]] std::vector<RegisteredPlace> findDead() const;

    [[nodiscard]] std::string fileOf(const std::string& place) const { return folder() + '/' + place; }

  private:
    [[nodiscard]] std::string folder() const { return stateDir_ + "/custom"; }

    std::string stateDir_;
};

} // namespace cirque::exec
