// SPDX-License-Identifier: Apache-2.0
#include "app/local/request.hh"
#include "cli/commands.hh"
#include "cli/load.hh"
#include "cli/plain-lines.hh"

#include <fmt/format.h>

namespace cirque::cli {
namespace {

constexpr int evaluationFailed = 2;

const Error* errorOf(const Loaded& loaded, const std::string& job) {
    for (const auto& [name, error] : loaded.errors) {
        if (name == job) {
            return &error;
        }
    }
    return nullptr;
}

// The derivation of a job that builds one; empty for others.
std::string derivationOf(const plan::Job& job) {
    const auto* build = job.steps.empty() ? nullptr : std::get_if<plan::BuildRun>(&job.steps.front().action);
    return build == nullptr ? std::string() : build->derivation.drv;
}

JsonArray attributesJson(const Loaded& loaded) {
    JsonArray out;
    for (const plan::Job& job : loaded.plan->jobs) {
        JsonObject attribute{{"name", job.name}};
        if (const Error* error = errorOf(loaded, job.name)) {
            attribute["error"] = error->text();
        } else {
            attribute["drv"] = derivationOf(job);
        }
        out.push_back(std::move(attribute));
    }
    return out;
}

std::string attributesText(const Loaded& loaded) {
    const std::size_t count = loaded.plan->jobs.size();
    std::string text = fmt::format(
        "{}: {} attribute{}{}\n", loaded.source, count, count == 1 ? "" : "s",
        loaded.errors.empty() ? "" : fmt::format(", {} cannot be evaluated", loaded.errors.size()));
    for (const plan::Job& job : loaded.plan->jobs) {
        const Error* error = errorOf(loaded, job.name);
        text += fmt::format("  {}: {}\n", job.name, error == nullptr ? derivationOf(job) : error->text());
    }
    return plainLines(text); // the names are the flake's, the errors Nix's
}

// A flake's attributes, each with its derivation or what Nix says against it.
Result<int> tellAttributes(const Loaded& loaded, bool json) {
    JsonObject out;
    out["version"] = 1;
    out["source"] = loaded.source;
    out["jobs"] = loaded.plan->jobs.size();
    out["attributes"] = attributesJson(loaded);
    CIRQUE_TRY(print(json ? toLine(out) + "\n" : attributesText(loaded)));
    return loaded.errors.empty() ? 0 : evaluationFailed;
}

} // namespace

Result<int> checkCommand(const Context& context, const Arguments& arguments) {
    const auto tell = [&](const Loaded& loaded) -> Result<int> {
        if (loaded.isAttributes) {
            return tellAttributes(loaded, arguments.has("json"));
        }
        const plan::Plan& plan = *loaded.plan;
        const std::vector<std::string> refused = app::refusedParts(plan);
        if (arguments.has("json")) {
            JsonObject out;
            out["version"] = 1;
            out["workflow"] = plan.name;
            out["source"] = loaded.source;
            out["jobs"] = plan.jobs.size();
            out["unsupported"] = JsonArray(refused.begin(), refused.end());
            if (loaded.evaluation) {
                out["evaluation"] = {{"cached", loaded.evaluation->cached},
                                     {"ms", loaded.evaluation->duration.count()},
                                     {"notKept", loaded.notKept}};
            }
            CIRQUE_TRY(print(toLine(out) + "\n"));
            return 0;
        }
        std::string text = fmt::format("{}: workflow '{}' is valid: {} job{}\n", loaded.source, plan.name,
                                       plan.jobs.size(), plan.jobs.size() == 1 ? "" : "s");
        for (const std::string& part : refused) {
            text += fmt::format("note: this version cannot run it: {}\n", part);
        }
        CIRQUE_TRY(print(text));
        return 0;
    };
    return withLoaded(context, arguments, tell);
}

} // namespace cirque::cli
