// SPDX-License-Identifier: Apache-2.0
#include "frontend/workflow/document.hh"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace cirque::frontend {
namespace {

// The member when `json` is an object that has it, else null.
const Json* member(const Json& json, std::string_view key) {
    const JsonObject* object = json.if_object();
    return object == nullptr ? nullptr : object->if_contains(key);
}

template <class Visit>
void forEachStep(const Json& plan, Visit visit) {
    const Json* jobs = member(plan, "jobs");
    if (jobs == nullptr || !jobs->is_object()) {
        return;
    }
    for (const auto& [name, job] : jobs->get_object()) {
        const Json* steps = member(job, "steps");
        if (steps == nullptr || !steps->is_array()) {
            continue;
        }
        for (const Json& step : steps->get_array()) {
            visit(step);
        }
    }
}

std::set<std::string> usedFiles(const Json& plan) {
    std::set<std::string> used;
    forEachStep(plan, [&](const Json& step) {
        const Json* closure = member(step, "closure");
        const Json* files = closure == nullptr ? nullptr : member(*closure, "files");
        if (files == nullptr || !files->is_array()) {
            return;
        }
        for (const Json& token : files->get_array()) {
            if (token.is_string()) {
                used.emplace(token.get_string());
            }
        }
    });
    return used;
}

// {name, text, executable?, program?}: the plan's form of a record, defaults left out.
JsonObject planFile(const JsonObject& record) {
    JsonObject file;
    for (const std::string_view key : {"name", "text", "executable", "program"}) {
        const Json* value = record.if_contains(key);
        if (value != nullptr && *value != Json(false) && *value != Json("")) {
            file[key] = *value;
        }
    }
    if (!file.contains("text")) {
        file["text"] = "";
    }
    return file;
}

JsonObject filesOf(const Json& plan, const std::vector<Json>& records) {
    const std::set<std::string> used = usedFiles(plan);
    JsonObject files;
    for (const Json& record : records) {
        const Json* token = member(record, "token");
        if (token != nullptr && token->is_string() && used.contains(std::string(token->get_string()))) {
            files[token->get_string()] = planFile(record.get_object());
        }
    }
    return files;
}

bool namesDerivation(const Json& json) {
    if (const JsonArray* list = json.if_array()) {
        return std::ranges::any_of(*list, namesDerivation);
    }
    const JsonObject* object = json.if_object();
    return object != nullptr &&
           (object->contains("drv") ||
            std::ranges::any_of(*object, [](const auto& entry) { return namesDerivation(entry.value()); }));
}

void addDerivations(const Json& json, std::set<std::string>& found) {
    if (const JsonArray* list = json.if_array()) {
        for (const Json& one : *list) {
            addDerivations(one, found);
        }
    }
    if (const JsonObject* object = json.if_object()) {
        for (const auto& [key, value] : *object) {
            if (key == "drv" && value.is_string()) {
                found.emplace(value.get_string());
            }
            addDerivations(value, found);
        }
    }
}

bool namesPath(const Json& plan) {
    bool found = false;
    forEachStep(plan, [&](const Json& step) {
        const Json* closure = member(step, "closure");
        found = found || (closure != nullptr && member(*closure, "paths") != nullptr);
    });
    return found;
}

std::string textOf(const Json& json, std::string_view key) {
    const Json* value = member(json, key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

} // namespace

bool needsStore(const Json& answer) {
    const Json* plan = member(answer, "plan");
    return plan != nullptr && (namesDerivation(*plan) || namesPath(*plan));
}

std::vector<std::string> storePaths(const Json& document) {
    std::set<std::string> found;
    addDerivations(document, found);
    forEachStep(document, [&](const Json& step) {
        const Json* closure = member(step, "closure");
        const Json* paths = closure == nullptr ? nullptr : member(*closure, "paths");
        if (paths == nullptr || !paths->is_array()) {
            return;
        }
        for (const Json& path : paths->get_array()) {
            if (path.is_string()) {
                found.emplace(path.get_string());
            }
        }
    });
    return {found.begin(), found.end()};
}

Result<Json> takeDocument(nix::Evaluation evaluation) {
    if (const Json* error = member(evaluation.value, "error")) {
        return fail(ErrorCode::Evaluation, textOf(*error, "message"), textOf(*error, "hint"));
    }
    const Json* plan = member(evaluation.value, "plan");
    if (plan == nullptr || !plan->is_object()) {
        return fail(ErrorCode::Evaluation, "the evaluation gave no plan document");
    }
    JsonObject document = plan->get_object();
    if (JsonObject files = filesOf(*plan, evaluation.files); !files.empty()) {
        document["files"] = std::move(files);
    }
    return Json(std::move(document));
}

std::string tellProblems(std::span<const plan::Problem> problems, std::string_view file) {
    constexpr std::size_t mostShown = 200;
    if (problems.size() == 1) {
        const std::string only = plan::describe(problems);
        return problems[0].position.empty() ? fmt::format("{}: {}", file, only) : only;
    }
    std::string text = fmt::format("{} has {} mistakes:", file, problems.size());
    for (const plan::Problem& problem : problems.first(std::min(problems.size(), mostShown))) {
        text += "\n  " + plan::describe(std::span(&problem, 1));
    }
    if (problems.size() > mostShown) {
        text += fmt::format("\n  and {} more", problems.size() - mostShown);
    }
    return text;
}

} // namespace cirque::frontend
