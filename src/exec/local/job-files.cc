// SPDX-License-Identifier: Apache-2.0
#include "exec/local/job-files.hh"

#include "artifact/find-files.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::exec {

FileBaseline FileBaseline::take(const std::string& folder, const std::vector<std::string>& patterns) {
    constexpr std::int64_t most = 1'000'000; // the tree may hold more of them than a job may write
    FileBaseline baseline;
    for (const std::string& pattern : patterns) {
        if (auto found = artifact::findFiles(folder, pattern, most)) {
            for (artifact::FoundFile& file : *found) {
                baseline.files_.emplace(std::move(file.path), std::move(file.identity));
            }
        }
    }
    return baseline;
}

FileBaseline FileBaseline::ofReports(const std::string& folder, const plan::Job& job) {
    std::vector<std::string> patterns;
    for (const plan::Report& report : job.reports) {
        if (!report.path.empty() && job.copyRepo) { // an empty folder has none
            patterns.push_back(report.path);
        }
    }
    return patterns.empty() ? FileBaseline{} : take(folder, patterns);
}

bool FileBaseline::has(const std::string& path, const std::string& identity) const {
    const auto found = files_.find(path);
    return found != files_.end() && found->second == identity;
}

Result<JobFiles> readJobFiles(const std::string& folder, const std::string& pattern, const FileLimits& limits,
                              const FileBaseline& before) {
    CIRQUE_TRY_ASSIGN(std::vector<artifact::FoundFile> found,
                      artifact::findFiles(folder, pattern, limits.files));
    JobFiles out;
    std::int64_t left = limits.bytes;
    for (artifact::FoundFile& file : found) {
        if (before.has(file.path, file.identity)) {
            out.untouched.push_back(std::move(file.path));
            continue;
        }
        CIRQUE_TRY_ASSIGN(std::string bytes,
                          artifact::readFound(folder, file.path, std::min(left, limits.fileBytes)));
        left -= static_cast<std::int64_t>(bytes.size());
        out.files.push_back({std::move(file.path), std::move(bytes)});
    }
    return out;
}

} // namespace cirque::exec
