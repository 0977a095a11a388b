// SPDX-License-Identifier: Apache-2.0
// The patterns of .gitignore files (gitignore(5)), for folders that git does not know. In a git tree git
// itself lists the files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::workspace {

// One line: '*' and '?' stop at '/', "**" between slashes does not, [sets], '\' quotes.
struct IgnorePattern {
    std::vector<std::string> parts; // split at '/'; one part: matches the last name of a path at any depth
    bool anchored = false;          // had a slash before its end: matches from the file's own folder
    bool folderOnly = false;        // ended in a slash
    bool negated = false;           // began with '!'
};

// The patterns of one .gitignore file, in order. Every text has a meaning, so this cannot fail.
class IgnoreFile {
  public:
    static IgnoreFile parse(std::string_view text);

    enum class Verdict { None, Ignored, Kept };

    // `path` is relative to the folder of the file. The last pattern that matches decides.
    [[nodiscard]] Verdict judge(std::string_view path, bool isFolder) const;

    [[nodiscard]] bool empty() const { return patterns_.empty(); }

  private:
    std::vector<IgnorePattern> patterns_;
};

// True when `name`, which has no slash, matches the glob. Linear in practice: one star is retried at a time.
bool matchGlob(std::string_view glob, std::string_view name);

} // namespace cirque::workspace
