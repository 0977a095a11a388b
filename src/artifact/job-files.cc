// SPDX-License-Identifier: Apache-2.0
#include "artifact/job-files.hh"

#include <algorithm>
#include <utility>

namespace cirque::artifact {

FileBaseline FileBaseline::take(const std::string& folder, const std::vector<std::string>& patterns) {
    constexpr std::int64_t most = 1'000'000; // the tree may hold more of them than a job may write
    FileBaseline baseline;
    for (const std::string& pattern : patterns) {
        auto found = findFiles(folder, pattern, most);
        if (!found) {
            baseline.unknown_.emplace(pattern, found.error());
            continue;
        }
        for (FoundFile& file : *found) {
            baseline.files_.emplace(std::move(file.path), std::move(file.identity));
        }
    }
    return baseline;
}

bool FileBaseline::has(const std::string& path, const std::string& identity) const {
    const auto found = files_.find(path);
    return found != files_.end() && found->second == identity;
}

Result<void> FileBaseline::knows(const std::string& pattern) const {
    const auto found = unknown_.find(pattern);
    return found == unknown_.end() ? Result<void>()
                                   : fail(Error(found->second).within("while looking before the first step"));
}

Result<FilesRead> readFiles(const std::string& folder, const std::string& pattern, const FileLimits& limits,
                            const FileBaseline& before) {
    CIRQUE_TRY(before.knows(pattern));
    CIRQUE_TRY_ASSIGN(std::vector<FoundFile> found, findFiles(folder, pattern, limits.files));
    FilesRead out;
    std::int64_t left = limits.bytes;
    for (FoundFile& file : found) {
        if (before.has(file.path, file.identity)) {
            out.untouched.push_back(std::move(file.path));
            continue;
        }
        CIRQUE_TRY_ASSIGN(std::string bytes, readFound(folder, file.path, std::min(left, limits.fileBytes)));
        left -= static_cast<std::int64_t>(bytes.size());
        out.files.push_back({std::move(file.path), std::move(bytes)});
    }
    return out;
}

} // namespace cirque::artifact
