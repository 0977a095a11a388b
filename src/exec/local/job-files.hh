// SPDX-License-Identifier: Apache-2.0
// Files of a job's folder on this machine, and which of them were there before its steps.
#pragma once

#include "artifact/job-files.hh"
#include "exec/api/executor.hh"

#include <string>
#include <vector>

namespace cirque::exec {

using artifact::FileBaseline;

// The patterns of the job's reports that the tree may have brought along: such a file must not pass for one
// of this job. A job whose folder starts empty has none.
std::vector<std::string> reportPatterns(const plan::Job& job);

// As JobSite::readFiles. Blocks.
Result<JobFiles> readJobFiles(const std::string& folder, const std::string& pattern, const FileLimits& limits,
                              const FileBaseline& before);

} // namespace cirque::exec
