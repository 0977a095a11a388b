// SPDX-License-Identifier: Apache-2.0
// Files of a job's folder by pattern, and which of them were there before its steps.
#pragma once

#include "artifact/find-files.hh"
#include "base/result.hh"

#include <map>
#include <string>
#include <vector>

namespace cirque::artifact {

class FileBaseline {
  public:
    // What matches the patterns now. Blocks.
    static FileBaseline take(const std::string& folder, const std::vector<std::string>& patterns);

    [[nodiscard]] bool has(const std::string& path, const std::string& identity) const;

    // Failure: what matched the pattern could not be looked at, so nobody can tell what is new.
    [[nodiscard]] Result<void> knows(const std::string& pattern) const;

  private:
    std::map<std::string, std::string> files_; // path -> identity
    std::map<std::string, Error> unknown_;     // by pattern
};

struct ReadFile {
    std::string path; // below the folder
    std::string bytes;
};

struct FilesRead {
    std::vector<ReadFile> files;        // sorted by path
    std::vector<std::string> untouched; // match, but are as they were; not read
};

// As findFiles and readFound, within the limits. Failure too: `before` does not know the pattern. Blocks.
Result<FilesRead> readFiles(const std::string& folder, const std::string& pattern, const FileLimits& limits,
                            const FileBaseline& before);

} // namespace cirque::artifact
