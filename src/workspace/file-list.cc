// SPDX-License-Identifier: Apache-2.0
#include "workspace/file-list.hh"

#include <cstring>

namespace cirque::workspace {
namespace {

bool isPlainName(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

bool hasRepository(std::string_view path) {
    return path == ".git" || path.starts_with(".git/") || path.ends_with("/.git") ||
           path.find("/.git/") != std::string_view::npos;
}

} // namespace

FileList::FileList() {
    folders_.push_back({});
    index_.emplace("", 0);
}

std::size_t FileList::intern(std::string_view folder) {
    if (const auto found = index_.find(std::string(folder)); found != index_.end()) {
        return found->second;
    }
    const std::size_t slash = folder.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? folder : folder.substr(slash + 1);
    const bool parentKnown =
        isPlainName(name) && (slash == std::string_view::npos || intern(folder.substr(0, slash)) != none);
    const std::size_t id = parentKnown ? folders_.size() : none;
    if (parentKnown) {
        folders_.push_back({std::string(folder), {}});
    }
    index_.emplace(std::string(folder), id);
    return id;
}

void FileList::addFolder(const std::string& folder) {
    intern(folder);
}

void FileList::add(const std::string& folder, std::string_view name) {
    const std::size_t id = intern(folder);
    if (id != none) {
        folders_[id].names.push_back(text_.emplace_back(name).c_str());
    }
}

void FileList::addZeroTerminated(std::string output, const std::string& prefix) {
    std::string& bytes = text_.emplace_back(std::move(output));
    std::string_view lastFolder;
    std::size_t folder = none;
    bool fresh = true;
    const char* previous = nullptr;
    for (std::size_t at = 0; at < bytes.size();) {
        char* path = bytes.data() + at;
        std::size_t length = std::strlen(path);
        at += length + 1;
        // an unmerged path is printed once per stage
        if (previous != nullptr && std::strcmp(previous, path) == 0) {
            continue;
        }
        previous = path;
        if (length > 0 && path[length - 1] == '/') {
            path[--length] = '\0';
        }
        const std::string_view whole(path, length);
        const std::size_t slash = whole.rfind('/');
        const std::string_view parent = whole.substr(0, slash == std::string_view::npos ? 0 : slash);
        if (fresh || parent != lastFolder) {
            fresh = false;
            lastFolder = parent;
            std::string full = prefix;
            if (!full.empty() && !parent.empty()) {
                full += '/';
            }
            folder = hasRepository(parent) ? none : intern(full.append(parent));
        }
        const char* name = slash == std::string_view::npos ? path : path + slash + 1;
        if (folder != none && isPlainName(name) && !hasRepository(name)) {
            folders_[folder].names.push_back(name);
        }
    }
}

} // namespace cirque::workspace
