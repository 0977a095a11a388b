// SPDX-License-Identifier: Apache-2.0
#include "cli/target.hh"

#include <fmt/format.h>

#include <array>
#include <filesystem>

namespace cirque::cli {
namespace {

constexpr std::array<std::string_view, 2> defaultFiles{"cirque.nix", "ci.nix"};

std::string absolutePath(std::string_view path, const std::string& folder) {
    const std::filesystem::path joined = std::filesystem::path(folder) / std::filesystem::path(path);
    std::string text = joined.lexically_normal().string();
    while (text.size() > 1 && text.ends_with('/')) {
        text.pop_back();
    }
    return text;
}

using Look = std::function<PathKind(const std::string&)>;

std::string below(const std::string& folder, std::string_view name) {
    return fmt::format("{}/{}", folder == "/" ? "" : folder, name);
}

// The workflow file of a folder; empty: it has none.
std::string workflowFile(const std::string& folder, const Look& look) {
    for (const std::string_view name : defaultFiles) {
        std::string candidate = below(folder, name);
        if (look(candidate) == PathKind::File) {
            return candidate;
        }
    }
    return {};
}

// What a folder offers: its workflow file, else its flake; the flake first when `flakeFirst`. False: nothing.
bool takeFolder(Target& target, bool flakeFirst, const Look& look) {
    target.file = workflowFile(target.folder, look);
    const bool isFlake = look(below(target.folder, "flake.nix")) == PathKind::File;
    if (isFlake && (flakeFirst || target.file.empty())) {
        target.kind = Target::Kind::Flake;
    }
    return isFlake || !target.file.empty();
}

// The folder above in the same git tree; empty: there is none.
std::string above(const std::string& folder, const Look& look) {
    if (folder == "/" || look(below(folder, ".git")) != PathKind::Missing) {
        return {};
    }
    return std::filesystem::path(folder).parent_path().string();
}

bool isInGitTree(std::string folder, const Look& look) {
    std::string top;
    while (!folder.empty()) {
        top = folder;
        folder = above(folder, look);
    }
    return look(below(top, ".git")) != PathKind::Missing;
}

// The target's folder, or, when `upward`, the nearest one above it in the same git tree that offers
// something.
Result<void> settleFolder(Target& target, bool flakeFirst, bool upward, const Look& look) {
    const std::string first = target.folder;
    const bool climbs = upward && isInGitTree(first, look);
    while (!takeFolder(target, flakeFirst, look)) {
        target.folder = climbs ? above(target.folder, look) : std::string();
        if (target.folder.empty()) {
            return fail(ErrorCode::NotFound,
                        fmt::format("no workflow in {}{}: neither cirque.nix, ci.nix nor flake.nix is there",
                                    first, climbs ? " or above it in its git tree" : ""),
                        "write one (see docs/guide/workflows.md), or name a file: cirque run path/to/ci.nix");
        }
    }
    return {};
}

} // namespace

Positionals splitPositionals(const std::vector<std::string>& words) {
    Positionals out;
    std::size_t firstJob = 0;
    if (!words.empty()) {
        const std::string_view first = words.front();
        if (first == "." || first == ".." || first.find_first_of("/#:") != std::string_view::npos ||
            first.ends_with(".nix") || first.ends_with(".json")) {
            out.target = first;
            firstJob = 1;
        }
    }
    const std::size_t hash = out.target.find('#');
    const std::string prefix = hash == std::string::npos ? "" : out.target.substr(0, hash + 1);
    for (; !prefix.empty() && firstJob < words.size() && words[firstJob].starts_with(prefix); ++firstJob) {
        out.names.push_back(words[firstJob].substr(prefix.size()));
    }
    out.jobs.assign(words.begin() + static_cast<std::ptrdiff_t>(firstJob), words.end());
    return out;
}

Result<Target> resolveTarget(const std::string& target, const std::string& folder,
                             const std::function<PathKind(const std::string&)>& look) {
    Target out;
    out.folder = folder;
    const std::size_t hash = target.find('#');
    const std::string path = target.substr(0, hash);
    if (hash != std::string::npos) {
        out.name = target.substr(hash + 1);
        if (out.name.empty()) {
            return fail(ErrorCode::Usage, fmt::format("'{}' has no name after '#'", target));
        }
    }
    if (path.empty()) {
        CIRQUE_TRY(settleFolder(out, false, true, look));
        return out;
    }
    const std::string full = absolutePath(path, folder);
    const PathKind kind = look(full);
    if (kind == PathKind::Folder) {
        out.folder = full;
        CIRQUE_TRY(settleFolder(out, !out.name.empty(), path == ".", look));
        return out;
    }
    if (kind == PathKind::Missing) {
        if (path.find(':') != std::string::npos) {
            return fail(
                ErrorCode::Unsupported,
                fmt::format("'{}' looks like a flake reference, which this version cannot run", target),
                "check the repository out and run cirque in it");
        }
        return fail(ErrorCode::NotFound, fmt::format("no such file or folder: {}", full));
    }
    out.file = full;
    if (full.ends_with(".json")) {
        out.kind = Target::Kind::PlanJson;
        if (!out.name.empty()) {
            return fail(ErrorCode::Usage,
                        fmt::format("'{}': a plan document holds one workflow, '#' does not apply", target));
        }
    }
    return out;
}

} // namespace cirque::cli
