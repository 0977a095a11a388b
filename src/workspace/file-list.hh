// SPDX-License-Identifier: Apache-2.0
// Which files a snapshot takes, grouped by folder so that each folder is opened once. Names only; nothing is
// read yet.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cirque::workspace {

struct ListedFolder {
    std::string path; // relative to the tree, "" for the tree itself, no trailing slash
    std::vector<const char*> names;
};

class FileList {
  public:
    FileList();
    FileList(FileList&&) = default;
    FileList& operator=(FileList&&) = default;

    // NUL-terminated paths as `git ls-files -z` prints them, each below `prefix`. A trailing slash (a
    // repository within the tree) is dropped; a path that is not plain (absolute, "..", ".git") is left out.
    void addZeroTerminated(std::string output, const std::string& prefix);

    // One name in one folder. Folders that are only named become part of the list too.
    void add(const std::string& folder, std::string_view name);
    void addFolder(const std::string& folder);

    // Parents stand before their children; the first is the tree itself.
    [[nodiscard]] const std::vector<ListedFolder>& folders() const { return folders_; }

    // Keeps the bytes the names point to alive.
    [[nodiscard]] std::deque<std::string> takeText() { return std::move(text_); }

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t intern(std::string_view folder);

    std::deque<std::string> text_;
    std::vector<ListedFolder> folders_;
    std::unordered_map<std::string, std::size_t> index_;
};

} // namespace cirque::workspace
