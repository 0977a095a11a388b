// SPDX-License-Identifier: Apache-2.0
#include "exec/local/job-files.hh"

#include <utility>

namespace cirque::exec {

std::vector<std::string> reportPatterns(const plan::Job& job) {
    std::vector<std::string> patterns;
    for (const plan::Report& report : job.reports) {
        if (!report.path.empty() && job.copyRepo) { // an empty folder has none
            patterns.push_back(report.path);
        }
    }
    return patterns;
}

Result<JobFiles> readJobFiles(const std::string& folder, const std::string& pattern, const FileLimits& limits,
                              const FileBaseline& before) {
    const artifact::FileLimits within{limits.files, limits.fileBytes, limits.bytes};
    CIRQUE_TRY_ASSIGN(artifact::FilesRead read, artifact::readFiles(folder, pattern, within, before));
    JobFiles out;
    out.untouched = std::move(read.untouched);
    for (artifact::ReadFile& file : read.files) {
        out.files.push_back({std::move(file.path), std::move(file.bytes)});
    }
    return out;
}

} // namespace cirque::exec
