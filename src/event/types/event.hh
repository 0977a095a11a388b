// SPDX-License-Identifier: Apache-2.0
// All that happens, as typed records. One JSON record per event: {v, seq, time, mono, run, type, ...}; the
// fields of each type are in event/types/json.cc, from which docs/reference/events.md is generated. Readers
// ignore types and fields they do not know.
#pragma once

#include "base/ids.hh"
#include "base/outcome.hh"
#include "base/time.hh"
#include "event/types/feedback.hh"
#include "event/types/service.hh"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cirque::event {

inline constexpr int schemaVersion = 1;

struct RunStarted {
    std::string name;     // the workflow's
    std::string workflow; // where the plan came from: a file, FILE#name
    std::string tree;     // the work tree
    std::string version;  // of Cirque
    std::int64_t pid = 0;
    std::string rerunOf{};  // the run this one repeats
    std::string treeHash{}; // fingerprint of the work tree when the run began; empty: nobody looked
};

struct EvaluationFinished { // how the plan came to be, of a run that evaluated something
    Millis duration{0};
    bool cached = false;         // nothing was evaluated: the tree and all else were as before
    std::int64_t attributes = 0; // of a flake, listed
    std::int64_t failed = 0;     // of them, with an error of their own
};

struct JobInfo {
    std::string name;
    std::vector<std::string> needs;
    std::vector<std::string> steps;      // names
    std::vector<std::string> services{}; // names
};

struct JobsAdded { // at the start, and each time the graph grows
    std::vector<JobInfo> jobs;
    std::string by; // the job whose matrix made them; empty: the plan itself
};

struct PlanCompleted {};

struct JobQueued { // its needs are done; it waits for a slot
    std::string job;
};

struct JobStarted { // one attempt begins; `handle` (JSON text) lets a later process find what the place
                    // created
    std::string job;
    int attempt = 1;
    std::string executor;
    std::string handle;
};

struct JobRetrying {
    std::string job;
    int attempt = 1; // the one that failed
    int of = 1;
    Millis delay{0};
    Outcome outcome;
};

struct JobFinished {
    std::string job;
    int attempt = 0; // 0: never started
    Outcome outcome;
    bool tolerated = false;   // failed under continueOnError
    std::string reusedFrom{}; // the run whose outcome this is: the job did not run again
};

struct ProvisionStarted {
    std::string job;
    int attempt = 1;
};

struct ProvisionFinished {
    std::string job;
    int attempt = 1;
    Millis duration{0};
};

struct BuildProgress { // how far Nix is with what a try needs or builds; at most four a second
    TryRef ref;
    std::int64_t built = 0; // derivations
    std::int64_t toBuild = 0;
    std::int64_t fetched = 0; // store paths
    std::int64_t toFetch = 0;
    std::int64_t bytes = 0; // fetched so far
    std::int64_t bytesToFetch = 0;
    std::string current; // what it is at: "hello-2.12: buildPhase"
};

struct StepStarted {
    TryRef ref;
    std::string name;
};

struct StepRetrying {
    TryRef ref; // the try that failed
    std::string name;
    int of = 1;
    Millis delay{0};
    Outcome outcome;
};

struct StepFinished { // also for skipped steps (tryNumber 0)
    TryRef ref;
    std::string name;
    Outcome outcome;
    Millis duration{0};
    std::vector<std::string> outputs{}; // of a build step: "out=/nix/store/..."
};

struct LogProgress { // at most 10 a second per try, and one at its end
    TryRef ref;
    std::int64_t bytes = 0;
    std::int64_t lines = 0;
};

struct ArtifactSaved {
    std::string job;
    std::string name;
    std::string path;
    std::int64_t bytes = 0;
    std::int64_t files = 0;
    std::string sha256; // of the artifact's manifest
};

struct ArtifactRestored {
    std::string job;
    std::string name;
    std::string path;
};

struct ResultExported {
    std::string job;
    std::string name;
    std::string value; // redacted
};

struct Notice {        // something a person should see that is no failure by itself
    std::string level; // "info", "warning", "error"
    std::string job;   // may be empty
    std::string message;
    std::string hint;
};

struct CancelRequested {
    std::string reason; // "SIGINT", "SIGTERM", "fail-fast", "deadline"
    bool immediate = false;
    std::string job{}; // only this one; empty: the whole run
};

struct RunFinished {
    Outcome outcome;
    int exitStatus = 0;
};

using Body =
    std::variant<RunStarted, EvaluationFinished, JobsAdded, PlanCompleted, JobQueued, JobStarted, JobRetrying,
                 JobFinished, ProvisionStarted, ProvisionFinished, BuildProgress, StepStarted, StepRetrying,
                 StepFinished, ServiceStarted, ServiceReady, ServiceRestarting, ServiceStopped, LogProgress,
                 ArtifactSaved, ArtifactRestored, ResultExported, Annotation, TestsReported, SummaryWritten,
                 Notice, CancelRequested, RunFinished>;

struct Event {
    std::int64_t seq = 0; // 1, 2, ... without gaps in one run
    WallTime time;
    MonoTime mono;
    RunId run;
    Body body;
};

} // namespace cirque::event
