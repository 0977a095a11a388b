// SPDX-License-Identifier: Apache-2.0
// Hands out the last part of job folders' paths within one run. Not thread-safe: it lives on the loop.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace cirque::workspace {

class JobFolderNames {
  public:
    // The job's name with each character outside [A-Za-z0-9._-] as '_'; "-2", "-3", … when that is taken.
    std::string take(std::string_view job);

    // The folder is gone: its name may be handed out again (the next attempt of the job gets the same path).
    void release(const std::string& name);

  private:
    std::set<std::string> taken_;
};

} // namespace cirque::workspace
