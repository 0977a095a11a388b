// SPDX-License-Identifier: Apache-2.0
// The payloads of calls and of what answers them. Both sides are of one version (Hello says it), so nothing
// here has to stay as it is.
#pragma once

#include "agent/step.hh"
#include "base/error.hh"
#include "base/outcome.hh"
#include "base/result.hh"
#include "base/time.hh"
#include "plan/types.hh"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::agent {

struct Hello {
    std::string version;  // CIRQUE_VERSION
    std::string system;   // "x86_64-linux"
    std::int64_t uid = 0; // whom the agent runs as, as its place counts users
    std::int64_t gid = 0;
};

enum class CallKind : std::int64_t {
    OpenJob = 1,
    RunStep = 2,
    CloseJob = 3,
    RunServices = 4,
    GiveBack = 5, // what lies in the job's folder goes to the folder's owner, if the agent took it
    PutTree = 6,
    NoteFiles = 7,
    ReadFiles = 8,
    PutArtifact = 9,
    GetArtifact = 10,
    Ask = 11,       // whether something answers on the place's loopback
    TakeAgain = 12, // after GiveBack: the agent takes what lies there once more
};

// Makes the agent ready for its job; the first call, once.
struct OpenJob {
    std::string name;      // of its private folder: one component, no other job has it at this place
    std::string jobFolder; // absolute; exists
    std::vector<std::string>
        privateRoots;            // the first that is on a tmpfs and this user's alone gets the private folder
    std::string toolsFolder;     // where programs may be executed; need not exist
    std::string transfersFolder; // for artifacts on their way; need not exist; empty: none come
    bool removeFolder = false;   // in the end, jobFolder too
    std::string leader;          // path of cirque-leader
    Millis grace{10000};
    std::vector<plan::HostTool> hostTools;
    std::vector<plan::GeneratedFile> files;
    std::vector<std::string> toolTokens; // of hostTools: those the job's steps need
    bool wholeEnvironment =
        false; // all of the agent's own lies below every step's, not the place's names alone
    bool takeFolder =
        false; // an agent that is root makes the job's folder its own and gives it back at the end
    // To whom: user and group; none: to those whose the folder was.
    std::optional<std::pair<std::int64_t, std::int64_t>> owner{};
};

struct JobOpened {
    std::vector<std::string> missingTools; // a sentence each
    bool hasBash = true;                   // of the place
};

struct CloseJob {
    bool immediate = false;
};

// For a place that shares no disk with the coordinator. The first two may come before OpenJob.

// Makes the new folder `folder` of the tree stream (artifact/tree-stream.hh) that follows as Input.
struct PutTree {
    std::string folder; // absolute; those above it are made
    // Not empty: the tree is this one entry. It is put beside the folder when it is whole, unless one of that
    // name is there, and the folder goes away.
    std::string entry{};
};

// Remembers what matches now: ReadFiles does not read what has not changed since.
struct NoteFiles {
    std::string folder; // of the job
    std::vector<std::string> patterns;
};

// Files of the job's folder. Their bytes come as Output, one after the other; Done says whose they are.
struct ReadFilesCall {
    std::string pattern;
    std::int64_t files = 0; // limits, as artifact::FileLimits
    std::int64_t fileBytes = 0;
    std::int64_t bytes = 0;
};

struct FilesListed {
    std::vector<std::pair<std::string, std::int64_t>> files; // path, size
    std::vector<std::string> untouched;
};

// Puts an artifact in place. The tree stream of its folder in a store (artifact/store.hh) follows as Input.
struct PutArtifact {
    std::string name;
    std::string path; // of the job's folder
};

// Takes `path` of the job's folder. The tree stream of the artifact's folder comes as Output.
struct GetArtifact {
    std::string name;
    std::string path;
};

struct ArtifactTaken {
    std::int64_t bytes = 0;
    std::int64_t files = 0;
    std::string sha256;
    std::vector<std::string> skipped;
};

// Payload of a Stop frame.
struct StopCall {
    std::int64_t level = 0;  // io::StopLevel
    std::int64_t reason = 0; // io::StopReason
};

// Payload of a Taken frame.
struct TakenInput {
    std::int64_t bytes = 0; // since the call began
};

std::string toBytes(const Hello& hello);
std::string toBytes(const OpenJob& open);
std::string toBytes(const StepRequest& request); // of the step: the action, path, workdir and shell only
std::string toBytes(const CloseJob& close);
std::string giveBackBytes();
std::string takeAgainBytes();
std::string toBytes(const StopCall& stop);
std::string toBytes(const TakenInput& taken);
std::string toBytes(const PutTree& put);
std::string toBytes(const NoteFiles& note);
std::string toBytes(const ReadFilesCall& read);
std::string toBytes(const PutArtifact& put);
std::string toBytes(const GetArtifact& get);

// The kind of a Call frame's payload; the rest is parsed by the function of that kind.
Result<CallKind> parseCallKind(std::string_view payload);

Result<Hello> parseHello(std::string_view payload);
Result<OpenJob> parseOpenJob(std::string_view payload);
Result<StepRequest> parseStepRequest(std::string_view payload);
Result<CloseJob> parseCloseJob(std::string_view payload);
Result<StopCall> parseStopCall(std::string_view payload);
Result<TakenInput> parseTakenInput(std::string_view payload);
Result<PutTree> parsePutTree(std::string_view payload);
Result<NoteFiles> parseNoteFiles(std::string_view payload);
Result<ReadFilesCall> parseReadFiles(std::string_view payload);
Result<PutArtifact> parsePutArtifact(std::string_view payload);
Result<GetArtifact> parseGetArtifact(std::string_view payload);

// Payloads of Done: an error, or what the call made.
std::string failedBytes(const Error& error);
std::string doneBytes();
std::string doneBytes(const JobOpened& opened);
std::string doneBytes(const StepEnd& end);
std::string doneBytes(const FilesListed& listed);
std::string doneBytes(const ArtifactTaken& taken);

// The error that was sent comes back as the failure.
Result<void> parseDone(std::string_view payload);
Result<JobOpened> parseJobOpened(std::string_view payload);
Result<StepEnd> parseStepEnd(std::string_view payload);
Result<FilesListed> parseFilesListed(std::string_view payload);
Result<ArtifactTaken> parseArtifactTaken(std::string_view payload);

} // namespace cirque::agent
