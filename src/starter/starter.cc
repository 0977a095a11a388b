// SPDX-License-Identifier: Apache-2.0
#include "starter/starter.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace cirque::starter {
namespace {

Result<std::vector<std::string>> listFolder(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code code;
    for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
        names.push_back(at->path().filename().string());
    }
    if (code) {
        return fail(systemError(code.value(), "list", folder));
    }
    return names;
}

bool isOnPath(std::string_view program, std::string_view path) {
    return std::ranges::any_of(split(path, ':'), [&](std::string_view folder) {
        return !folder.empty() && access(fmt::format("{}/{}", folder, program).c_str(), X_OK) == 0;
    });
}

// True when the file was made by this call.
Result<bool> writeNew(const std::string& path, std::string_view text) {
    constexpr unsigned mode = 0666; // the umask decides
    const io::UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file) {
        if (errno == EEXIST) {
            return false;
        }
        return fail(systemError(errno, "make", path));
    }
    CIRQUE_TRY(io::writeAll(file.get(), text, path));
    return true;
}

Result<void> refuseSecondWorkflow(const std::vector<std::string>& entries, const std::string& folder) {
    for (const char* name : {"cirque.nix", "ci.nix"}) {
        if (std::ranges::find(entries, name) != entries.end()) {
            return fail(ErrorCode::Usage, fmt::format("{} has a workflow already: {}", folder, name),
                        "cirque init never overwrites; 'cirque run' runs it");
        }
    }
    return {};
}

Result<void> choose(const StartRequest& request, const std::vector<std::string>& entries, Started& out) {
    out.fresh = isFreshFolder(entries);
    if (!request.templateName.empty()) {
        CIRQUE_TRY_ASSIGN(out.which, requireTemplate(request.templateName));
        const bool hasSign = std::ranges::find(entries, out.which->sign) != entries.end();
        if (!out.fresh && !hasSign && restsOnSign(*out.which)) {
            return fail(
                ErrorCode::Usage,
                fmt::format("the template '{}' is for an empty folder or one with {}, and {} is neither",
                            out.which->name, out.which->sign, request.folder),
                fmt::format("give it a folder of its own: cirque init -t {} DIR", out.which->name));
        }
        return {};
    }
    out.which = detectTemplate(entries);
    if (out.which != nullptr) {
        out.reason = fmt::format("because of {}", out.which->sign);
        return {};
    }
    out.which = &templates().back();
    out.reason =
        out.fresh ? "because the folder is empty" : "because nothing here says what kind of project it is";
    return {};
}

} // namespace

Result<Started> start(const StartRequest& request) {
    CIRQUE_TRY(io::makeFolders(request.folder));
    CIRQUE_TRY_ASSIGN(const std::vector<std::string> entries, listFolder(request.folder));
    CIRQUE_TRY(refuseSecondWorkflow(entries, request.folder));
    Started out;
    CIRQUE_TRY(choose(request, entries, out));
    for (const PlannedFile& file : plannedFiles(*out.which, out.fresh)) {
        const std::filesystem::path path = std::filesystem::path(request.folder) / file.path;
        CIRQUE_TRY(io::makeFolders(path.parent_path().string()));
        CIRQUE_TRY_ASSIGN(const bool made, writeNew(path.string(), file.text));
        (made ? out.written : out.kept).emplace_back(file.path);
    }
    for (const Tool& tool : out.which->tools) {
        if (!isOnPath(tool.program, request.path)) {
            out.missing.push_back(tool);
        }
    }
    return out;
}

} // namespace cirque::starter
