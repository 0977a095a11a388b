// SPDX-License-Identifier: Apache-2.0
#include "agent/materials.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace cirque::agent {

namespace {

bool isExecutableFile(const std::string& path) {
    struct stat status{};
    return ::access(path.c_str(), X_OK) == 0 && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::vector<std::string_view> programsOf(const plan::HostTool& tool) {
    if (tool.programs.empty()) {
        return {tool.name};
    }
    return {tool.programs.begin(), tool.programs.end()};
}

std::string missingSentence(std::string_view program, const plan::HostTool& tool) {
    const std::string of = program == tool.name ? "" : fmt::format(" (of {})", tool.name);
    return fmt::format("{}{} is not on the PATH of this machine; a step that calls it ends with status 127",
                       program, of);
}

Result<void> writeNew(const std::string& path, std::string_view text, unsigned mode) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return fail(systemError(errno, "replace", path));
    }
    const io::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file || ::fchmod(file.get(), mode) != 0) {
        return fail(systemError(errno, "create", path));
    }
    return io::writeAll(file.get(), text, path);
}

std::string withoutBelow(std::string_view searchPath, std::string_view folder) {
    std::vector<std::string_view> kept = split(searchPath, ':');
    std::erase_if(kept, [&](std::string_view entry) { return entry.starts_with(folder); });
    return fmt::format("{}", fmt::join(kept, ":"));
}

std::string commonPrefix(std::string_view a, std::string_view b) {
    const auto ends = std::ranges::mismatch(a, b);
    return std::string(a.begin(), ends.in1);
}

} // namespace

std::string findProgram(std::string_view program, std::string_view searchPath) {
    if (program.empty() || program.contains('/')) {
        return {};
    }
    for (const std::string_view folder : split(searchPath, ':')) {
        if (!folder.starts_with('/')) {
            continue;
        }
        std::string path = fmt::format("{}/{}", folder, program);
        if (isExecutableFile(path)) {
            return path;
        }
    }
    return {};
}

Materials::Materials(std::shared_ptr<const plan::Plan> plan, std::string folder, std::string bash)
    : plan_(std::move(plan)), folder_(std::move(folder)), bash_(std::move(bash)) {
    if (!plan_) {
        return;
    }
    int number = 0;
    for (const plan::HostTool& tool : plan_->hostTools) {
        items_[tool.token] = {&tool, nullptr,
                              fmt::format("{}/{}-{}", folder_, ++number, sanitizeFileName(tool.name))};
    }
    for (const plan::GeneratedFile& file : plan_->files) {
        items_[file.token] = {nullptr, &file,
                              fmt::format("{}/{}-{}", folder_, ++number, sanitizeFileName(file.name))};
    }
    items_.erase("");
    if (!items_.empty()) {
        prefix_ = commonPrefix(items_.begin()->first, items_.rbegin()->first); // sorted: the ends differ most
    }
}

// The longest token that stands at the beginning of `text`.
Materials::Item* Materials::findAt(std::string_view text) {
    // Of the sorted tokens those that begin `text` are not above it; the nearest below is the longest of them
    // unless one that is no prefix lies between.
    for (auto at = items_.upper_bound(text); at != items_.begin();) {
        --at;
        if (text.starts_with(at->first)) {
            return &at->second;
        }
        if (at->first.compare(0, prefix_.size(), text.substr(0, prefix_.size())) != 0) {
            break;
        }
    }
    return nullptr;
}

Result<std::string> Materials::expand(std::string text, std::string_view searchPath) {
    if (items_.empty()) {
        return text;
    }
    std::size_t at = text.find(prefix_);
    if (at == std::string::npos) {
        return text;
    }
    std::string out;
    std::size_t copied = 0;
    for (; at != std::string::npos && at < text.size(); at = text.find(prefix_, at)) {
        Item* item = findAt(std::string_view(text).substr(at));
        if (item == nullptr) {
            ++at;
            continue;
        }
        CIRQUE_TRY(make(*item, searchPath));
        out.append(text, copied, at - copied).append(item->path);
        at += item->tool != nullptr ? item->tool->token.size() : item->file->token.size();
        copied = at;
    }
    out.append(text, copied);
    return out;
}

Result<std::string> Materials::expandPathEntry(const std::string& entry, std::string_view searchPath) {
    CIRQUE_TRY_ASSIGN(std::string path, expand(entry, searchPath));
    return items_.contains(entry) ? path + "/bin" : path;
}

Result<void> Materials::make(Item& item, std::string_view searchPath) {
    if (item.made) {
        return {};
    }
    return item.tool != nullptr ? makeTool(item, searchPath) : makeFile(item, searchPath);
}

Result<void> Materials::makeTool(Item& item, std::string_view searchPath) {
    const std::string bin = item.path + "/bin";
    const std::string outside = withoutBelow(searchPath, folder_); // a stand-in must not find itself
    CIRQUE_TRY(io::makeFolders(bin));
    item.made = true;
    for (const std::string_view program : programsOf(*item.tool)) {
        const std::string link = fmt::format("{}/{}", bin, sanitizeFileName(program));
        const std::string target = findProgram(program, outside);
        if (target.empty()) {
            item.made = false;
            const std::string message = "cirque: " + missingSentence(program, *item.tool);
            CIRQUE_TRY(writeNew(
                link, fmt::format("#!{}\necho {} >&2\nexit 127\n", bash_, shellQuote(message)), 0755));
            continue;
        }
        if (::unlink(link.c_str()) != 0 && errno != ENOENT) {
            return fail(systemError(errno, "replace", link));
        }
        if (::symlink(target.c_str(), link.c_str()) != 0) {
            return fail(systemError(errno, "create", link));
        }
    }
    return {};
}

Result<void> Materials::makeFile(Item& item, std::string_view searchPath) {
    item.made = true; // before its text: a file may name itself
    CIRQUE_TRY_ASSIGN(const std::string text, expand(item.file->text, searchPath));
    if (item.file->program.empty()) {
        CIRQUE_TRY(io::makeFolders(folder_));
        return writeNew(item.path, text, item.file->executable ? 0755 : 0644);
    }
    const std::string& program = item.file->program;
    if (program == "." || program == ".." || program.contains('/')) {
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("the generated program '{}' has a name no file can have", program));
    }
    CIRQUE_TRY(io::makeFolders(item.path + "/bin"));
    return writeNew(fmt::format("{}/bin/{}", item.path, program), text, 0755);
}

std::vector<std::string> Materials::missingTools(const std::vector<std::string>& tokens,
                                                 std::string_view searchPath) const {
    std::vector<std::string> missing;
    for (const std::string& token : tokens) {
        const auto at = items_.find(token);
        if (at == items_.end() || at->second.tool == nullptr) {
            continue;
        }
        for (const std::string_view program : programsOf(*at->second.tool)) {
            if (findProgram(program, searchPath).empty()) {
                missing.push_back(missingSentence(program, *at->second.tool));
            }
        }
    }
    return missing;
}

} // namespace cirque::agent
