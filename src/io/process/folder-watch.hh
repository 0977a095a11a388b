// SPDX-License-Identifier: Apache-2.0
// Tells that something in some folders changed (inotify(7)): names, bytes, permissions. Not what: whoever
// wants to know looks.
#pragma once

#include "base/result.hh"
#include "io/process/fd.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cirque::io {

class FolderWatch {
  public:
    // Failure: Unsupported when the system has no more to give (fs.inotify.max_user_instances).
    static Result<FolderWatch> open();

    // From now on exactly these folders (absolute) are watched, each without what lies below it; those that
    // are gone are left out. True: some were not watched before. Failure: Unsupported when the limit of
    // watches is reached (fs.inotify.max_user_watches); then some are watched. Blocks.
    Result<bool> watch(const std::set<std::string>& folders);

    // Until something changed since the last call; takes all that has been told so far. False: stopped first.
    Task<bool> changed(StopToken stop);

    // Whether something changed since the last call or since changed() ended. Does not wait.
    bool takeChanges() { return drain(); }

    // Folders that were made in watched ones since the last call.
    std::vector<std::string> takeNewFolders();

  private:
    FolderWatch() = default;
    bool drain();

    UniqueFd queue_;
    std::map<std::string, int> watches_;
    std::map<int, std::string> names_;
    std::vector<std::string> newFolders_;
};

} // namespace cirque::io
