// SPDX-License-Identifier: Apache-2.0
// Files of a job's folder on this machine, and which of them were there before its steps.
#pragma once

#include "exec/api/executor.hh"

#include <map>
#include <string>
#include <vector>

namespace cirque::exec {

class FileBaseline {
  public:
    // What matches the patterns now. What cannot be looked at is not in it: reading it will say why. Blocks.
    static FileBaseline take(const std::string& folder, const std::vector<std::string>& patterns);

    // Of the job's reports: one that the tree brought along must not pass for one of this job. Blocks.
    static FileBaseline ofReports(const std::string& folder, const plan::Job& job);

    [[nodiscard]] bool has(const std::string& path, const std::string& identity) const;

  private:
    std::map<std::string, std::string> files_; // path -> identity
};

// As JobSite::readFiles. Blocks.
Result<JobFiles> readJobFiles(const std::string& folder, const std::string& pattern, const FileLimits& limits,
                              const FileBaseline& before);

} // namespace cirque::exec
