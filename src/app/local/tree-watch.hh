// SPDX-License-Identifier: Apache-2.0
// Waits until a work tree is no longer what it was, as its fingerprint sees it: ignored files and Cirque's
// own state change nothing.
#pragma once

#include "base/result.hh"
#include "io/process/folder-watch.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cirque::app {

class TreeWatch {
  public:
    // `notice` is told, once, when folders cannot be watched and the tree is looked at every two seconds
    // instead.
    TreeWatch(std::string tree, std::string stateDir, std::function<void(const Error&)> notice);

    // Until the tree's fingerprint differs from `since` and has been quiet for a moment. False: stopped
    // first. Failure: the tree cannot be read for several seconds.
    io::Task<Result<bool>> changed(std::string since, io::StopToken stop);

  private:
    io::Task<Result<std::string>> look(io::StopToken stop);
    io::Task<> settle(io::StopToken stop);
    io::Task<> await(io::StopToken stop);
    bool watch(const std::vector<std::string>& files);
    void giveUp(const Error& why);

    std::string tree_;
    std::string stateDir_;
    std::function<void(const Error&)> notice_;
    std::optional<io::FolderWatch> folders_; // none: they cannot be watched
    std::set<std::string> fresh_;            // new folders that may yet get files
};

} // namespace cirque::app
