// SPDX-License-Identifier: Apache-2.0
#include "exec/custom/registry.hh"

#include "agent/run-folder.hh"
#include "base/json.hh"
#include "exec/remote/handle.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace cirque::exec {

namespace {

Result<RegisteredPlace> parse(const std::string& text) {
    RegisteredPlace place;
    CIRQUE_TRY_ASSIGN(place.place, textOfHandle(text, "place"));
    CIRQUE_TRY_ASSIGN(place.run, textOfHandle(text, "run"));
    CIRQUE_TRY_ASSIGN(place.executor, textOfHandle(text, "executor"));
    CIRQUE_TRY_ASSIGN(place.cleanup, textOfHandle(text, "cleanup"));
    CIRQUE_TRY_ASSIGN(const Json json, parseJson(text, "a place"));
    const Json* variables = json.get_object().if_contains("variables");
    if (variables != nullptr && variables->is_object()) {
        for (const auto& [name, value] : variables->get_object()) {
            place.variables.emplace_back(name,
                                         value.is_string() ? std::string(value.get_string()) : std::string());
        }
    }
    const Json* settingUp = json.get_object().if_contains("settingUp");
    place.settingUp = settingUp != nullptr && *settingUp == Json(true);
    return place;
}

} // namespace

Result<void> CustomRegistry::add(const RegisteredPlace& place) const {
    JsonObject variables;
    for (const auto& [name, value] : place.variables) {
        variables[name] = value;
    }
    const JsonObject json{{"place", place.place},
                          {"run", place.run},
                          {"executor", place.executor},
                          {"cleanup", place.cleanup},
                          {"variables", std::move(variables)},
                          {"settingUp", place.settingUp}};
    CIRQUE_TRY(io::makeFolders(folder(), 0700));
    return io::writeFileAtomic(fmt::format("{}/{}", folder(), place.place), toLine(json), 0600);
}

Result<void> CustomRegistry::remove(const std::string& place) const {
    const std::string file = fmt::format("{}/{}", folder(), place);
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
        return fail(systemError(errno, "remove", file));
    }
    return {};
}

std::vector<RegisteredPlace> CustomRegistry::findDead() const {
    std::vector<RegisteredPlace> dead;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder(), error), end; !error && entry != end;
         entry.increment(error)) {
        const auto text = io::readFile(entry->path().string());
        auto place = text ? parse(*text) : Result<RegisteredPlace>(fail(text.error()));
        if (place && !agent::isHeld(fmt::format("{}/work/{}", stateDir_, place->run))) {
            dead.push_back(std::move(*place));
        }
    }
    return dead;
}

} // namespace cirque::exec
