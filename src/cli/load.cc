// SPDX-License-Identifier: Apache-2.0
#include "cli/load.hh"

#include "app/local/flake.hh"
#include "base/text.hh"
#include "cli/interrupt.hh"
#include "history/layout.hh"
#include "io/process/fd.hh"
#include "plan/executor-choice.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace cirque::cli {
namespace {

PathKind look(const std::string& path) {
    struct stat info{};
    if (stat(path.c_str(), &info) != 0) {
        return PathKind::Missing;
    }
    // as with git: a tree that somebody else has put above this folder is not the user's project
    if (path.ends_with("/.git") && info.st_uid != geteuid()) {
        return PathKind::Missing;
    }
    return S_ISDIR(info.st_mode) ? PathKind::Folder : PathKind::File;
}

std::string shown(const Target& target, const std::string& tree) {
    std::string file = target.kind == Target::Kind::Flake ? target.folder + "/flake.nix" : target.file;
    if (file.starts_with(tree + "/")) {
        file.erase(0, tree.size() + 1);
    }
    return target.name.empty() ? file : file + "#" + target.name;
}

io::Task<> loadInto(Context context, Arguments arguments, io::StopToken stop, Result<Loaded>* out) {
    *out = co_await loadTarget(std::move(context), std::move(arguments), std::move(stop));
}

// "INPUT\nREFERENCE", as the two words of an option arrive.
Result<void> addOverrides(const Arguments& arguments, app::PlanRequest& request) {
    for (const std::string& text : arguments.all("override-input")) {
        const std::size_t end = text.find('\n');
        if (end == std::string::npos || end == 0 || end + 1 == text.size()) {
            return fail(ErrorCode::Usage, "--override-input takes two words: the input and what replaces it",
                        "for example: --override-input nixpkgs github:NixOS/nixpkgs/nixos-unstable");
        }
        request.inputOverrides.emplace_back(text.substr(0, end), text.substr(end + 1));
    }
    return {};
}

// Who only reads wants every job; a run takes them as they come.
io::Task<Result<void>> settleMore(Loaded* loaded, io::StopToken stop) {
    app::FlakeJobs& more = *loaded->more;
    CIRQUE_CO_TRY(co_await app::drain(loaded->more, std::move(stop)));
    plan::Plan plan = *loaded->plan;
    plan.jobs = more.jobs();
    loaded->plan = std::make_shared<const plan::Plan>(std::move(plan));
    loaded->errors = more.errors();
    printNote(more.takeNotes());
    loaded->more.reset();
    co_return Result<void>{};
}

} // namespace

Result<void> checkJobs(const plan::Plan& plan, const std::vector<std::string>& jobs) {
    for (const std::string& job : jobs) {
        if (plan.findJob(job) != nullptr) {
            continue;
        }
        std::vector<std::string_view> names;
        for (const plan::Job& known : plan.jobs) {
            names.push_back(known.name);
        }
        const std::string_view near = nearest(job, names);
        return fail(ErrorCode::Usage, fmt::format("the workflow '{}' has no job '{}'", plan.name, job),
                    near.empty() ? fmt::format("it has: {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean '{}'?", near));
    }
    return {};
}

config::Environment nixEnvironment(const Context& context, const Arguments& arguments) {
    return arguments.has("offline") ? app::offline(context.environment) : context.environment;
}

Result<std::string> startFolder(const Context& context, const Arguments& arguments) {
    const std::string named = arguments.get("directory");
    if (named.empty()) {
        return context.folder;
    }
    const std::filesystem::path joined = std::filesystem::path(context.folder) / named;
    std::error_code code;
    const std::filesystem::path folder = std::filesystem::canonical(joined, code);
    if (code || look(folder.string()) != PathKind::Folder) {
        return fail(ErrorCode::NotFound, fmt::format("-C {}: no such folder", named));
    }
    return folder.string();
}

Result<std::string> targetFolder(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(const std::string start, startFolder(context, arguments));
    CIRQUE_TRY_ASSIGN(const Target target,
                      resolveTarget(splitPositionals(arguments.positionals()).target, start, look));
    return target.folder;
}

Result<std::pair<std::string, std::string>> splitAssignment(const std::string& text,
                                                            std::string_view option) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        return fail(ErrorCode::Usage, fmt::format("--{} '{}' is not of the form NAME=VALUE", option, text));
    }
    return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

io::Task<Result<Loaded>> loadTarget(Context context, Arguments arguments, io::StopToken stop,
                                    LoadFor purpose) {
    CIRQUE_CO_TRY_ASSIGN(const std::string start, startFolder(context, arguments));
    const Positionals words = splitPositionals(arguments.positionals());
    CIRQUE_CO_TRY_ASSIGN(const Target target, resolveTarget(words.target, start, look));

    history::makeStateFolder(context.settings.stateDir);
    app::PlanRequest request;
    request.file = target.file;
    request.name = target.name;
    request.isJson = target.kind == Target::Kind::PlanJson;
    request.folder = target.folder;
    request.pkgs = arguments.get("pkgs");
    request.pkgsFolder = start;
    request.isFlake = target.kind == Target::Kind::Flake;
    if (request.isFlake && !target.name.empty()) {
        request.attributes.push_back(target.name);
    }
    request.attributes.insert(request.attributes.end(), words.names.begin(), words.names.end());
    if (!request.isFlake && !words.names.empty()) {
        co_return fail(ErrorCode::Usage,
                       fmt::format("{} holds one workflow, and several are named", target.file));
    }
    request.jobs = words.jobs;
    request.system = arguments.get("system");
    request.evalMemory = context.settings.evalMemory;
    CIRQUE_CO_TRY(addOverrides(arguments, request));
    request.environment = nixEnvironment(context, arguments);
    request.stateDir = context.settings.stateDir;
    request.wantsTreeHash = purpose == LoadFor::Running;
    request.useEvalCache = !arguments.has("no-eval-cache");
    request.notes = printNote;
    for (const std::string& text : arguments.all("param")) {
        CIRQUE_CO_TRY_ASSIGN(auto assignment, splitAssignment(text, "param"));
        request.params.push_back(std::move(assignment));
    }
    Result<app::LoadedPlan> loaded = co_await app::loadPlan(std::move(request), stop);
    if (!loaded) {
        co_return fail(std::move(loaded).error());
    }
    if (arguments.has("executor")) {
        CIRQUE_CO_TRY_ASSIGN(const plan::ExecutorRef place,
                             plan::parseExecutorChoice(arguments.get("executor")));
        loaded->plan = std::make_shared<const plan::Plan>(plan::movedTo(*loaded->plan, place));
    }
    Loaded out{loaded->plan, shown(target, loaded->tree), loaded->tree, loaded->treeHash, {}};
    out.more = loaded->more;
    out.isAttributes = loaded->more != nullptr;
    if (out.more == nullptr) {
        out.jobs = words.jobs;
        CIRQUE_CO_TRY(checkJobs(*loaded->plan, words.jobs));
    } else if (purpose == LoadFor::Reading) {
        CIRQUE_CO_TRY(co_await settleMore(&out, std::move(stop)));
    }
    out.evaluation = loaded->evaluation;
    out.notKept = std::move(loaded->notKept);
    out.rootsFolder = std::move(loaded->rootsFolder);
    co_return out;
}

Result<int> withLoaded(const Context& context, const Arguments& arguments,
                       const std::function<Result<int>(const Loaded&)>& use) {
    constexpr int signalBase = 128;
    io::StopSource source;
    int signal = 0;
    Result<Loaded> loaded = fail(ErrorCode::Process, "nothing was loaded");
    const std::function<io::Task<>()> work = [&] {
        return loadInto(context, arguments, source.token(), &loaded);
    };
    runInterruptible(work, [&](int number) {
        signal = signal == 0 ? number : signal;
        source.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
    });
    if (signal != 0) {
        return signalBase + signal;
    }
    if (!loaded) {
        return fail(std::move(loaded).error());
    }
    return use(*loaded);
}

} // namespace cirque::cli
