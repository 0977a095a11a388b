// SPDX-License-Identifier: Apache-2.0
// The plan, schema version 1, as C++ values: pure data, the same for every front end. The JSON form and the
// meaning of each field are in plan/schema.cc, from which docs/reference/plan.md is generated.
#pragma once

#include "plan/service.hh"
#include "plan/step.hh"
#include "plan/values.hh"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::plan {

inline constexpr int schemaVersion = 1;

struct ExecutorRef {
    std::string kind = "local";
    JsonObject options;
    bool operator==(const ExecutorRef&) const = default;
};

struct ArtifactInput {
    std::string name;
    std::string path = "."; // folder below the job's folder that the artifact's own paths are put under
    bool operator==(const ArtifactInput&) const = default;
};

struct ArtifactOutput {
    std::string name;
    std::string path;    // relative to the job's folder
    bool always = false; // "always": also when the job failed
    bool operator==(const ArtifactOutput&) const = default;
};

// What a job's tests report, in a file it writes or on a step's output.
struct Report {
    std::string path;   // relative to the job's folder, a pattern; or
    std::string step;   // the name or the number of a step
    std::string format; // "junit", "tap", "gotest"; empty: the content says it
    bool failOnFailedTests = true;
    bool operator==(const Report&) const = default;
};

// One axis of a matrix that is expanded while the run runs, when its values are known.
struct MatrixAxis {
    std::string name;
    std::vector<std::string> values; // when static
    std::optional<Value> from;       // a Result whose text is a JSON list
    bool operator==(const MatrixAxis&) const = default;
};

struct Matrix {
    std::vector<MatrixAxis> axes;                            // expand this job over them
    std::vector<std::pair<std::string, std::string>> values; // or: this job is one member, with these values
    bool operator==(const Matrix&) const = default;
};

struct Job {
    std::string name; // its key
    std::string system;
    ExecutorRef executor;
    std::vector<std::string> needs;
    Condition condition;
    std::vector<Step> steps;
    Env env;
    std::vector<EnvProvider> envFrom;
    std::optional<std::vector<std::string>> passEnv;
    std::vector<ArtifactInput> inputs;
    std::vector<ArtifactOutput> outputs;
    std::vector<std::string> results;
    std::vector<Report> reports;
    Setting<Retry> retry;    // default of its steps
    Setting<Retry> jobRetry; // of the whole job
    Setting<Millis> timeout; // default of its steps
    Setting<Millis> deadline;
    bool continueOnError = false;
    bool copyRepo = true;
    std::vector<Service> services; // started in this order, stopped in the reverse one
    std::optional<Json> machine;   // accepted, not run by this version
    Matrix matrix;
    bool operator==(const Job&) const = default;
};

struct Param {
    std::string name;
    std::string type = "string"; // string, int, bool, choice
    std::optional<std::string> defaultValue;
    std::vector<std::string> choices;
    std::string description;
    bool operator==(const Param&) const = default;
};

// A tool of the place, named by its nixpkgs attribute. The token stands in scripts and values where the
// tool's folder is meant; the place replaces it.
struct HostTool {
    std::string token;
    std::string name;
    std::vector<std::string> programs;
    bool operator==(const HostTool&) const = default;
};

// A generated file that travels inside the plan. The token stands where its path is meant. When `program` is
// not empty the token means a folder that holds bin/<program>.
struct GeneratedFile {
    std::string token;
    std::string name;
    std::string text;
    bool executable = false;
    std::string program;
    bool operator==(const GeneratedFile&) const = default;
};

struct Plan {
    std::string name;
    Env env;
    std::vector<EnvProvider> envFrom;
    std::optional<std::vector<std::string>> passEnv;
    std::vector<Param> params;
    Json on; // triggers: kept for the server
    Setting<Retry> retry;
    Setting<Millis> timeout;
    Setting<Millis> deadline;
    std::string logFormat; // "", structured, simple, json
    std::string logLevel;  // as written; nothing reads it yet
    std::vector<Job> jobs; // in the document's order
    std::vector<HostTool> hostTools;
    std::vector<GeneratedFile> files;
    bool operator==(const Plan&) const = default;

    [[nodiscard]] const Job* findJob(std::string_view key) const;
};

} // namespace cirque::plan
