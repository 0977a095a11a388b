// SPDX-License-Identifier: Apache-2.0
// The way back from runToJson. Strict: a summary that is not as this version writes it is made anew.
#include "event/types/json-text.hh"
#include "event/types/json.hh"
#include "history/feedback-json.hh"
#include "history/fields.hh"
#include "history/json.hh"

#include <fmt/format.h>

namespace cirque::history {
namespace {

void readTries(Fields& parent, std::string_view name, std::vector<TrySummary>& out) {
    parent.each(name, [&](const Json& json) {
        Fields fields(json, parent.problem());
        TrySummary& made = out.emplace_back();
        fields.number("attempt", made.attempt);
        fields.number("try", made.number);
        fields.outcome("outcome", made.outcome);
        fields.duration("duration", made.duration);
        fields.number("bytes", made.bytes);
        fields.number("lines", made.lines);
    });
}

void readJob(Fields fields, JobSummary& job) {
    fields.text("name", job.name);
    fields.number("number", job.number);
    fields.each("needs", [&](const Json& need) {
        need.is_string() ? static_cast<void>(job.needs.emplace_back(need.get_string()))
                         : fields.wrong("needs");
    });
    fields.outcome("outcome", job.outcome);
    fields.flag("tolerated", job.tolerated);
    fields.number("attempts", job.attempts);
    fields.text("executor", job.executor);
    fields.time("started", job.started);
    fields.duration("duration", job.duration);
    readTries(fields, "setup", job.setup);
    const auto into = [&](std::vector<StepSummary>& all, bool services) {
        return [&fields, &all, services](const Json& json) {
            Fields step(json, fields.problem());
            StepSummary& made = all.emplace_back();
            step.text("name", made.name);
            step.outcome("outcome", made.outcome);
            step.duration("duration", made.duration);
            readTries(step, "tries", made.tries);
            if (services) {
                step.number("starts", made.starts);
                if (Millis up{0}; !step.isNull("up")) {
                    step.duration("up", up);
                    made.up = up;
                }
            }
        };
    };
    fields.each("steps", into(job.steps, false));
    if (fields.find("services") != nullptr) {
        fields.each("services", into(job.services, true));
    }
    readFeedback(fields, job.told);
}

void readArtifact(Fields fields, ArtifactSummary& artifact) {
    fields.text("job", artifact.job);
    fields.text("name", artifact.name);
    fields.text("path", artifact.path);
    fields.number("bytes", artifact.bytes);
    fields.number("files", artifact.files);
    fields.text("sha256", artifact.sha256);
}

void readState(Fields& fields, RunState& out) {
    std::string word;
    fields.text("state", word);
    for (const RunState state : {RunState::Running, RunState::Finished, RunState::Interrupted}) {
        if (word == toString(state)) {
            out = state;
            return;
        }
    }
    fields.wrong("state");
}

void readRun(Fields fields, RunSummary& run) {
    std::string id;
    fields.text("id", id);
    const auto parsed = RunId::parse(id);
    parsed ? static_cast<void>(run.id = *parsed) : fields.wrong("id");
    fields.text("name", run.name);
    readState(fields, run.state);
    fields.time("started", run.started);
    fields.time("finished", run.finished);
    fields.duration("duration", run.duration);
    fields.outcome("outcome", run.outcome);
    if (!fields.isNull("exitStatus")) {
        fields.number("exitStatus", run.exitStatus.emplace());
    }
    fields.text("workflow", run.workflow);
    fields.text("tree", run.tree);
    fields.text("cirque", run.version);
    if (fields.find("damage") != nullptr) {
        fields.text("damage", run.damage);
    }
    fields.each("jobs",
                [&](const Json& json) { readJob(Fields(json, fields.problem()), run.jobs.emplace_back()); });
    fields.each("artifacts", [&](const Json& json) {
        readArtifact(Fields(json, fields.problem()), run.artifacts.emplace_back());
    });
}

} // namespace

Result<RunSummary> parseRun(const Json& json) {
    std::string problem;
    Fields root(json, problem);
    int version = 0;
    root.number("version", version);
    if (problem.empty() && version != jsonVersion) {
        problem = "version";
    }
    RunSummary run;
    const Json* inner = root.find("run");
    readRun(Fields(inner == nullptr ? json : *inner, problem), run);
    if (!problem.empty()) {
        return fail(ErrorCode::Corrupt,
                    fmt::format("not the summary of a run: '{}' is not as it should be", problem));
    }
    return run;
}

} // namespace cirque::history
