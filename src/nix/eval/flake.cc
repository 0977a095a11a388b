// SPDX-License-Identifier: Apache-2.0
#include "nix/eval/flake.hh"

#include "base/text.hh"
#include "io/process/process.hh"
#include "nix/eval/failure.hh"
#include "nix/eval/messages.hh"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace cirque::nix {
namespace {

std::string escapePath(std::string_view path) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._~-";
    std::string out;
    for (const char c : path) {
        if (plain.contains(c)) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::vector<std::string> commandLine(const FlakeRequest& request, bool overridden) {
    std::vector<std::string> argv{
        "nix", "--extra-experimental-features", "nix-command flakes", "flake", "metadata", "--json"};
    argv.push_back(flakeReference(request.root, request.folder));
    if (!overridden) {
        argv.emplace_back("--no-update-lock-file");
    } else {
        argv.emplace_back("--no-write-lock-file");
        for (const auto& [input, reference] : request.overrides) {
            argv.insert(argv.end(), {"--override-input", input, reference});
        }
    }
    argv.insert(argv.end(), {"--option", "accept-flake-config", "false"});
    const std::vector<std::string> common = commonOptions(request.environment);
    argv.insert(argv.end(), common.begin(), common.end());
    return argv;
}

// Nix tells what is wrong, but not always what to do.
Error explain(Error error) {
    const std::string& message = error.message;
    if (message.contains("requires lock file changes")) {
        error.message = "flake.lock does not cover the inputs of flake.nix, and Cirque never changes it";
        error.hint = "write the lock file and keep it with the sources: nix flake lock && git add flake.lock";
    } else if (message.contains("flake.nix") &&
               (message.contains("No such file") || message.contains("not tracked by Git") ||
                message.contains("does not exist"))) {
        error.hint = "Nix sees only files that git knows: git add flake.nix";
    }
    return std::move(error).within("while reading the flake");
}

io::Task<Result<std::string>> metadata(FlakeRequest request, bool overridden, io::StopToken stop) {
    io::SpawnOptions options{.argv = commandLine(request, overridden),
                             .env = nixEnvironment(request.environment),
                             .cwd = "/",
                             .in = -1,
                             .out = -1,
                             .err = -1,
                             .keep = {}};
    Result<io::Captured> captured = co_await io::capture(std::move(options), {}, stop);
    if (!captured) {
        co_return fail(withNixHint(std::move(captured).error()));
    }
    if (stop.stopRequested()) {
        co_return fail(ErrorCode::Process, "the evaluation was stopped");
    }
    if (captured->status.signal != 0) {
        co_return fail(killedError("nix", captured->status.signal).within("while reading the flake"));
    }
    if (captured->status.exit != 0) {
        co_return fail(explain(evaluationError(captured->err, {})));
    }
    co_return std::move(captured->out);
}

// As Nix shows a time to flakes: 20240131235959.
std::string dateOf(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// The attributes that Nix gives a flake about its tree (emitTreeAttrs).
JsonObject treeInfo(const JsonObject& locked) {
    constexpr std::array<std::string_view, 6> kept{"narHash",      "rev",      "revCount",
                                                   "lastModified", "dirtyRev", "dirtyShortRev"};
    constexpr std::size_t shortLength = 7;
    JsonObject info;
    for (const std::string_view name : kept) {
        if (const Json* value = locked.if_contains(name)) {
            info[name] = *value;
        }
    }
    if (const Json* rev = locked.if_contains("rev"); rev != nullptr && rev->is_string()) {
        info["shortRev"] = std::string_view(rev->get_string()).substr(0, shortLength);
    }
    if (const Json* time = locked.if_contains("lastModified"); time != nullptr && time->is_int64()) {
        info["lastModifiedDate"] = dateOf(time->get_int64());
    }
    info["submodules"] = false;
    return info;
}

const Json* stringMember(const JsonObject& object, std::string_view name) {
    const Json* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? value : nullptr;
}

std::string_view rootName(const Json& locks) {
    const JsonObject* object = locks.if_object();
    const Json* root = object == nullptr ? nullptr : stringMember(*object, "root");
    return root == nullptr ? std::string_view("root") : std::string_view(root->get_string());
}

// The inputs of a node of a lock file; null: it has none.
const JsonObject* inputsOf(const Json& locks, std::string_view node) {
    const auto member = [](const JsonObject* object, std::string_view name) {
        const Json* value = object == nullptr ? nullptr : object->if_contains(name);
        return value == nullptr ? nullptr : value->if_object();
    };
    return member(member(member(locks.if_object(), "nodes"), node), "inputs");
}

std::string namesIn(const JsonObject& object) {
    std::vector<std::string_view> names;
    for (const auto& entry : object) {
        names.push_back(entry.key());
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

std::string flakeReference(std::string_view root, std::string_view folder) {
    std::string out = "git+file://" + escapePath(root);
    if (!folder.empty()) {
        out += "?dir=" + escapePath(folder);
    }
    return out;
}

Result<LockedFlake> readMetadata(std::string_view text, std::string folder) {
    CIRQUE_TRY_ASSIGN(const Json json, parseJson(text, "the output of nix flake metadata"));
    const JsonObject* object = json.if_object();
    const Json* locked = object == nullptr ? nullptr : object->if_contains("locked");
    const Json* locks = object == nullptr ? nullptr : object->if_contains("locks");
    const Json* path = object == nullptr ? nullptr : stringMember(*object, "path");
    const Json* hash =
        locked == nullptr || !locked->is_object() ? nullptr : stringMember(locked->get_object(), "narHash");
    if (locks == nullptr || path == nullptr || hash == nullptr) {
        return fail(ErrorCode::Process, "nix flake metadata did not say where the flake's source is",
                    "this version of Nix may be too new or too old: Cirque knows 2.8 and later");
    }
    LockedFlake out;
    out.path = path->get_string();
    out.narHash = hash->get_string();
    out.folder = std::move(folder);
    out.info = treeInfo(locked->get_object());
    out.locks = *locks;
    return out;
}

Result<void> checkOverrides(const LockedFlake& flake,
                            const std::vector<std::pair<std::string, std::string>>& overrides) {
    const JsonObject* root = inputsOf(flake.locks, rootName(flake.locks));
    for (const auto& [input, reference] : overrides) {
        const JsonObject* inputs = root;
        for (const std::string_view part : split(input, '/')) {
            const Json* next = inputs == nullptr ? nullptr : inputs->if_contains(part);
            if (next == nullptr) {
                return fail(ErrorCode::Usage,
                            fmt::format("--override-input: the flake has no input '{}'", input),
                            root == nullptr ? "it has none at all" : "it has: " + namesIn(*root));
            }
            // an input that follows another one has no inputs of its own to name
            inputs = next->is_string() ? inputsOf(flake.locks, next->get_string()) : nullptr;
        }
    }
    return {};
}

io::Task<Result<LockedFlake>> lockFlake(FlakeRequest request, io::StopToken stop) {
    CIRQUE_CO_TRY_ASSIGN(std::string text, co_await metadata(request, false, stop));
    if (!request.overrides.empty()) {
        CIRQUE_CO_TRY_ASSIGN(const LockedFlake own, readMetadata(text, request.folder));
        CIRQUE_CO_TRY(checkOverrides(own, request.overrides));
        CIRQUE_CO_TRY_ASSIGN(text, co_await metadata(request, true, stop));
    }
    co_return readMetadata(text, request.folder);
}

} // namespace cirque::nix
