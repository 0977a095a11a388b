// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/case.hh"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace cirque::conformance {
namespace {

namespace fs = std::filesystem;

const std::set<std::string_view> knownKeys = {"about",   "plan",  "nix",    "tree",     "git",
                                              "caller",  "run",   "during", "limit",    "again",
                                              "because", "place", "expect", "submodule"};
const std::set<std::string_view> expectKeys = {"status", "jobs",  "steps", "tries",  "logs",   "artifacts",
                                               "says",   "never", "order", "events", "nowhere"};

Result<void> checkKeys(const JsonObject& object, const std::set<std::string_view>& known,
                       const std::string& where) {
    for (const auto& entry : object) {
        if (!known.contains(std::string_view(entry.key()))) {
            return fail(ErrorCode::InvalidPlan,
                        fmt::format("{}: unknown key '{}'", where, std::string_view(entry.key())),
                        "tests/conformance/README.md lists them");
        }
    }
    return {};
}

Result<Case> loadCase(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    CIRQUE_TRY_ASSIGN(Json json, parseJson(text.str(), path.string()));
    Case out{.name = path.stem().string(), .file = path.string(), .keys = std::move(json.as_object())};
    CIRQUE_TRY(checkKeys(out.keys, knownKeys, out.file));
    for (const char* required : {"about", "expect"}) {
        if (out.find(required) == nullptr) {
            return fail(ErrorCode::InvalidPlan, fmt::format("{}: no '{}'", out.file, required));
        }
    }
    if ((out.find("plan") == nullptr) == (out.find("nix") == nullptr)) {
        return fail(ErrorCode::InvalidPlan, out.file + ": exactly one of 'plan' and 'nix' is needed");
    }
    const JsonObject& expect = out.find("expect")->as_object();
    CIRQUE_TRY(checkKeys(expect, expectKeys, out.file));
    if (!expect.contains("status")) {
        return fail(ErrorCode::InvalidPlan, out.file + ": 'expect' has no 'status'");
    }
    return out;
}

bool isRepeat(const Json& json) {
    return json.is_object() && json.as_object().size() == 1 && json.as_object().contains("repeat");
}

// Puts texts where the plan has a short form of one.
void expand(Json& json) {
    if (isRepeat(json)) {
        json = textOf(json);
    } else if (json.is_array()) {
        std::ranges::for_each(json.as_array(), expand);
    } else if (json.is_object()) {
        for (auto& entry : json.as_object()) {
            expand(entry.value());
        }
    }
}

// A step's `bash` is the plan's `run`.
void renameBash(JsonObject& job) {
    for (Json& step : job.at("steps").as_array()) {
        JsonObject& keys = step.as_object();
        if (const Json* script = keys.if_contains("bash")) {
            keys["run"] = textOf(*script);
            keys.erase("bash");
        }
    }
}

} // namespace

std::string textOf(const Json& json) {
    if (isRepeat(json)) {
        const JsonArray& parts = json.at("repeat").as_array();
        std::string out;
        for (std::int64_t left = parts.at(1).as_int64(); left > 0; --left) {
            out += std::string_view(parts.at(0).as_string());
        }
        return out;
    }
    if (json.is_array()) {
        std::string out;
        for (const Json& line : json.as_array()) {
            out += std::string_view(line.as_string());
            out += '\n';
        }
        return out;
    }
    return std::string(json.as_string());
}

std::string Case::text(std::string_view key) const {
    const Json* found = find(key);
    return found == nullptr ? "" : textOf(*found);
}

std::int64_t Case::number(std::string_view key, std::int64_t otherwise) const {
    const Json* found = find(key);
    return found == nullptr ? otherwise : found->as_int64();
}

std::vector<std::string> Case::texts(std::string_view key) const {
    std::vector<std::string> out;
    if (const Json* found = find(key)) {
        for (const Json& entry : found->as_array()) {
            out.push_back(textOf(entry));
        }
    }
    return out;
}

Result<std::vector<Case>> loadCases(const std::string& folder) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".json") {
            paths.push_back(entry.path());
        }
    }
    std::ranges::sort(paths);
    std::vector<Case> out;
    for (const fs::path& path : paths) {
        CIRQUE_TRY_ASSIGN(Case one, loadCase(path));
        out.push_back(std::move(one));
    }
    if (out.empty()) {
        return fail(ErrorCode::InvalidPlan, folder + " has no cases");
    }
    return out;
}

std::string planOf(const JsonObject& given, const JsonObject& executor) {
    JsonObject plan{{"plan", 1}, {"name", "case"}};
    for (const auto& entry : given) {
        plan[entry.key()] = entry.value();
    }
    for (auto& entry : plan.at("jobs").as_object()) {
        JsonObject& job = entry.value().as_object();
        if (!job.contains("executor")) {
            job["executor"] = executor;
        }
        renameBash(job);
    }
    Json document = std::move(plan);
    expand(document);
    return toPretty(document);
}

Result<std::map<std::string, std::string>> loadNotApplicable(const std::string& file,
                                                             std::string_view target) {
    std::map<std::string, std::string> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        std::istringstream words(line);
        std::string of;
        std::string name;
        std::string reason;
        words >> of >> name >> std::ws;
        std::getline(words, reason);
        if (reason.empty()) {
            return fail(ErrorCode::InvalidPlan, fmt::format("{}: no reason in '{}'", file, line));
        }
        if (of == target) {
            out[name] = reason;
        }
    }
    return out;
}

} // namespace cirque::conformance
