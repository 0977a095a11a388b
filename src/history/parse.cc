// SPDX-License-Identifier: Apache-2.0
// The way back from runToJson. Strict: a summary that is not as this version writes it is made anew.
#include "event/types/json-text.hh"
#include "event/types/json.hh"
#include "history/json.hh"

#include <fmt/format.h>

namespace cirque::history {
namespace {

// Collects the first thing that is wrong, so that the reading code stays a plain list of fields.
class Fields {
  public:
    Fields(const Json& json, std::string& problem) : object_(json.if_object()), problem_(problem) {
        if (object_ == nullptr) {
            wrong("an object");
        }
    }

    void text(std::string_view name, std::string& out) {
        auto found = object_ == nullptr ? std::nullopt : event::findText(*object_, name);
        found ? static_cast<void>(out = std::move(*found)) : wrong(name);
    }

    template <class T>
    void number(std::string_view name, T& out) {
        const Json* found = find(name);
        boost::system::error_code code;
        const T value = found == nullptr || !found->is_number() ? T{} : found->to_number<T>(code);
        found == nullptr || !found->is_number() || code ? wrong(name) : static_cast<void>(out = value);
    }

    void duration(std::string_view name, Millis& out) {
        std::int64_t count = 0;
        number(name, count);
        out = Millis(count);
    }

    void flag(std::string_view name, bool& out) {
        const Json* found = find(name);
        found != nullptr && found->is_bool() ? static_cast<void>(out = found->get_bool()) : wrong(name);
    }

    void time(std::string_view name, std::optional<WallTime>& out) {
        if (!isNull(name)) {
            std::string written;
            text(name, written);
            out = parseIso8601(written);
            out ? static_cast<void>(0) : wrong(name);
        }
    }

    void outcome(std::string_view name, std::optional<Outcome>& out) {
        const Json* found = find(name);
        if (found == nullptr) {
            wrong(name);
        } else if (!found->is_null()) {
            auto parsed = event::parseOutcome(*found);
            parsed ? static_cast<void>(out = std::move(*parsed)) : wrong(name);
        }
    }

    template <class Fn>
    void each(std::string_view name, Fn&& fn) {
        const Json* found = find(name);
        if (found == nullptr || !found->is_array()) {
            wrong(name);
            return;
        }
        for (const Json& element : found->get_array()) {
            fn(element);
        }
    }

    [[nodiscard]] bool isNull(std::string_view name) const {
        const Json* found = find(name);
        return found != nullptr && found->is_null();
    }

    [[nodiscard]] const Json* find(std::string_view name) const {
        return object_ == nullptr ? nullptr : object_->if_contains(name);
    }

    void wrong(std::string_view name) {
        if (problem_.empty()) {
            problem_ = name;
        }
    }

    [[nodiscard]] std::string& problem() const { return problem_; }

  private:
    const JsonObject* object_;
    std::string& problem_;
};

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
    fields.each("steps", [&](const Json& json) {
        Fields step(json, fields.problem());
        StepSummary& made = job.steps.emplace_back();
        step.text("name", made.name);
        step.outcome("outcome", made.outcome);
        step.duration("duration", made.duration);
        readTries(step, "tries", made.tries);
    });
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
