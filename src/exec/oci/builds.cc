// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/builds.hh"

#include "agent/run-folder.hh"
#include "base/json.hh"
#include "base/text.hh"
#include "io/process/fd.hh"
#include "io/runtime/runtime.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string_view>

namespace cirque::exec {

namespace {

namespace fs = std::filesystem;

struct Working {
    std::string container; // its id
    std::string root;      // the folder that a RUN has as its root
};

// buildah's own note of a working container (define.Builder): the secrets that the build was offered are in
// it.
Working workingOf(const std::string& file, const std::string& mark) {
    const auto text = io::readFile(file);
    if (!text || text->find(mark) == std::string::npos) {
        return {};
    }
    const auto json = parseJson(*text, "a container of a build");
    const JsonObject* fields = json ? json->if_object() : nullptr;
    const auto textOf = [fields](std::string_view name) {
        const Json* value = fields == nullptr ? nullptr : fields->if_contains(name);
        return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
    };
    return {textOf("container-id"), textOf("mountpoint")};
}

std::vector<Working> workingContainers(const std::string& folder, const std::string& mark) {
    std::vector<Working> found;
    std::error_code problem;
    for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        Working one = workingOf(entry->path().string() + "/userdata/buildah.json", mark);
        if (!one.container.empty()) {
            found.push_back(std::move(one));
        }
    }
    return found;
}

// The layer that a working container writes, a folder of its own in the storage.
std::string layerOf(const std::string& root) {
    const fs::path path(root);
    return path.filename() == "merged" ? path.parent_path().filename() : path.filename();
}

// Whether the root file system in this table of mounts, proc(5), is this layer: overlayfs names it in its
// options, the other drivers bind the layer itself.
bool isRootedIn(std::string_view table, const std::string& layer) {
    return std::ranges::any_of(split(table, '\n'), [&layer](std::string_view line) {
        constexpr std::size_t target = 4;
        const auto words = split(line, ' ');
        return words.size() > target && words[target] == "/" && line.find(layer) != std::string_view::npos;
    });
}

void killThoseIn(const std::string& layer) {
    constexpr std::size_t hash = 64;
    if (layer.size() != hash) {
        return; // no name by which one could know
    }
    std::error_code problem;
    for (fs::directory_iterator entry("/proc", problem), end; !problem && entry != end;
         entry.increment(problem)) {
        const std::string name = entry->path().filename();
        const bool isNumber = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
        const auto mounts =
            isNumber ? io::readFile(entry->path().string() + "/mountinfo") : Result<std::string>();
        if (mounts && isRootedIn(*mounts, layer)) {
            (void)::kill(static_cast<pid_t>(std::stol(name)), SIGKILL); // it may be gone by now
        }
    }
}

io::Task<Result<void>> removeWorking(std::shared_ptr<const OciEngine> engine, std::string build) {
    if (!engine->tool().isPodman()) {
        co_return Result<void>();
    }
    std::vector<std::string> ask{"info",
                                 "--format={{.Store.GraphRoot}}/{{.Store.GraphDriverName}}-containers"};
    CIRQUE_CO_TRY_ASSIGN(const std::string folder, co_await engine->ask(std::move(ask), {}));
    const std::function<std::vector<std::string>()> work = [&folder, &build] {
        std::vector<std::string> names;
        for (Working& one : workingContainers(folder, build)) {
            killThoseIn(layerOf(one.root));
            names.push_back(std::move(one.container));
        }
        return names;
    };
    std::vector<std::string> names = co_await io::offload(work);
    if (!names.empty()) {
        CIRQUE_CO_TRY(co_await engine->remove(std::move(names)));
    }
    co_return Result<void>();
}

} // namespace

Result<std::string> OciBuilds::begin() {
    const std::string build = fmt::format("{}-{}", run_, ++builds_);
    if (io::makeFolders(scratch(build), 0700)) {
        return build;
    }
    CIRQUE_TRY(io::makeFolders(scratch(build), 0700)); // another process has tidied up
    return build;
}

// A secret that no RUN asks for: it is noted with each working container, and changes no layer.
std::vector<std::string> OciBuilds::marks(const OciTool& tool, const std::string& build) {
    if (!tool.isPodman()) {
        return {};
    }
    return {fmt::format("--secret=id={},src=/dev/null", agent::containerName(build, "build"))};
}

Result<void> OciBuilds::forget(const std::string& build) const {
    CIRQUE_TRY(io::removeTree(scratch(build)));
    (void)::rmdir(folder().c_str()); // not empty: another build needs it
    return {};
}

io::Task<Result<void>> OciBuilds::end(std::shared_ptr<const OciEngine> engine, std::string build, bool well) {
    if (!well) {
        CIRQUE_CO_TRY(co_await removeWorking(std::move(engine), agent::containerName(build, "build")));
    }
    co_return forget(build);
}

std::vector<std::string> OciBuilds::findDead() const {
    std::vector<std::string> dead;
    std::error_code problem;
    for (fs::directory_iterator entry(folder(), problem), end; !problem && entry != end;
         entry.increment(problem)) {
        std::string build = entry->path().filename();
        const std::string run = build.substr(0, build.rfind('-'));
        if (!agent::isHeld(fmt::format("{}/work/{}", stateDir_, run))) {
            dead.push_back(std::move(build));
        }
    }
    return dead;
}

io::Task<std::vector<std::string>> OciBuilds::sweep(std::shared_ptr<const OciEngine> engine) {
    std::vector<std::string> problems;
    for (const std::string& build : findDead()) {
        const Result<void> ended = co_await end(engine, build, false);
        if (!ended) {
            problems.push_back(ended.error().text());
        }
    }
    co_return problems;
}

} // namespace cirque::exec
