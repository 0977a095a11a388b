// SPDX-License-Identifier: Apache-2.0
#include "exec/remote/git-objects.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace cirque::exec {

namespace {

constexpr std::string_view alternates = "/info/alternates";
constexpr int mostSteps = 5; // git itself follows no more

// A line of the file: a path, or one in C quotes.
std::string pathOf(std::string_view line) {
    if (!line.starts_with('"')) {
        return std::string(line);
    }
    std::string out;
    for (std::size_t at = 1; at < line.size() && line[at] != '"'; ++at) {
        if (line[at] != '\\' || at + 1 >= line.size()) {
            out += line[at];
        } else if (at + 3 < line.size() && line[at + 1] >= '0' && line[at + 1] <= '3') {
            out += static_cast<char>((line[at + 1] - '0') * 64 + (line[at + 2] - '0') * 8 +
                                     (line[at + 3] - '0'));
            at += 3;
        } else {
            out += line[++at];
        }
    }
    return out;
}

// The repositories at the folder and below it.
void look(const std::string& folder, std::vector<std::string>& found) {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
    if (!entries) {
        return;
    }
    std::vector<std::string> folders;
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (entry->d_type == DT_DIR && name == ".git") {
            if (::access((folder + "/.git/objects" + std::string(alternates)).c_str(), F_OK) == 0) {
                found.push_back(folder + "/.git");
            }
        } else if (entry->d_type == DT_DIR && name != "." && name != "..") {
            folders.push_back(folder + "/" + std::string(name));
        }
    }
    std::ranges::for_each(folders, [&found](const std::string& below) { look(below, found); });
}

// What only calls itself a repository must not have any folder of this machine shown.
bool isObjects(const std::string& path) {
    struct stat status{};
    return path.ends_with("/objects") && ::stat((path + "/pack").c_str(), &status) == 0 &&
           S_ISDIR(status.st_mode);
}

void follow(const std::string& objects, int steps, std::vector<std::string>& found) {
    const auto text = io::readFile(objects + std::string(alternates));
    if (!text || steps == mostSteps) {
        return;
    }
    for (const std::string_view line : split(*text, '\n')) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        std::string path = pathOf(line);
        path = path.starts_with('/') ? path : objects + "/" + path;
        const bool known = std::ranges::find(found, path) != found.end();
        if (!known && isObjects(path)) {
            found.push_back(path);
            follow(path, steps + 1, found);
        }
    }
}

} // namespace

std::vector<std::string> borrowersAt(const std::string& folder) {
    std::vector<std::string> found;
    // in a tree that is no repository nobody has looked at what is called one
    if (!folder.empty() && ::access((folder + "/.git/objects").c_str(), F_OK) == 0) {
        look(folder, found);
    }
    return found;
}

std::vector<std::string> gitObjectsOf(const std::string& folder) {
    std::vector<std::string> found;
    for (const std::string& repository : borrowersAt(folder)) {
        follow(repository + "/objects", 0, found);
    }
    return found;
}

} // namespace cirque::exec
