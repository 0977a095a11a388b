// SPDX-License-Identifier: Apache-2.0
#include "workspace/git-list.hh"

#include "base/text.hh"
#include "io/process/process.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <string_view>
#include <utility>

namespace cirque::workspace {
namespace {

// This process's environment without what would point git elsewhere (GIT_DIR, GIT_INDEX_FILE in a hook).
std::vector<std::string> gitEnvironment() {
    std::vector<std::string> env;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!text.starts_with("GIT_") || text.starts_with("GIT_CONFIG_")) {
            env.emplace_back(text);
        }
    }
    env.emplace_back("GIT_OPTIONAL_LOCKS=0");
    env.emplace_back("LC_ALL=C");
    return env;
}

} // namespace

io::Task<Result<GitListing>> listGitFiles(std::string root, io::StopToken stop) {
    io::SpawnOptions options;
    options.argv = {"git",      "-c",       "core.fsmonitor=false", "ls-files", "-z",
                    "--cached", "--others", "--exclude-standard"};
    options.env = gitEnvironment();
    options.cwd = root;
    auto captured = co_await io::capture(std::move(options), {}, stop, std::size_t{1} << 30U);
    if (!captured) {
        Error error = std::move(captured).error();
        if (error.code == ErrorCode::MissingTool) {
            error.message = fmt::format("{} is a git repository, but git is not on PATH", root);
            error.hint = "install git, or run in a folder without .git";
        }
        co_return fail(std::move(error).within("while listing the files of " + root));
    }
    if (!captured->status.ok() && !stop.stopRequested()) {
        const std::string_view said = trim(captured->err);
        co_return fail(ErrorCode::Process, fmt::format("git cannot list the files of {}: {}", root, said),
                       said.find("dubious ownership") != std::string_view::npos
                           ? "the repository belongs to someone else: run as its owner, or trust it with "
                             "`git config --global --add safe.directory <folder>`"
                           : "`git status` there should say more");
    }
    GitListing listing;
    listing.paths = std::move(captured->out);
    for (const std::string_view line : split(captured->err, '\n')) {
        if (!trim(line).empty()) {
            listing.notices.push_back(fmt::format("git: {}", trim(line)));
        }
    }
    co_return listing;
}

} // namespace cirque::workspace
