// SPDX-License-Identifier: Apache-2.0
// What the local executor needs of the run around it; app/ adapts workspace/ and artifact/ to it.
#pragma once

#include "base/result.hh"
#include "exec/api/executor.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"

#include <string>

namespace cirque::exec {

class Workspaces {
  public:
    virtual ~Workspaces() = default;
    // Makes the folder `path`, which does not exist yet but whose parent does: from the run's snapshot, or
    // empty. All or nothing.
    virtual io::Task<Result<void>> make(std::string path, bool copyRepo, io::StopToken stop) = 0;
};

class Artifacts {
  public:
    virtual ~Artifacts() = default;
    // Puts the artifact's own paths under `path` of the folder. Stop of these: a failure, soon.
    virtual io::Task<Result<void>> restore(std::string name, std::string folder, std::string path,
                                           io::StopToken stop) = 0;
    // Takes `path` of the folder. Missing: NotFound. All or nothing.
    virtual io::Task<Result<CollectedArtifact>> save(std::string name, std::string folder, std::string path,
                                                     io::StopToken stop) = 0;

    // For places that do not see this machine's files.
    // The folder of a saved artifact in its store (artifact/store.hh): its manifest and files/.
    virtual io::Task<Result<std::string>> locate(std::string /*name*/) {
        co_return fail(ErrorCode::Unsupported, "the artifacts of this run do not travel");
    }

    // Takes over the artifact that the store `root` holds. Every checksum is verified. All or nothing.
    virtual io::Task<Result<void>> takeOver(std::string /*name*/, std::string /*root*/,
                                            std::string /*sha256*/, io::StopToken /*stop*/) {
        co_return fail(ErrorCode::Unsupported, "the artifacts of this run do not travel");
    }
};

} // namespace cirque::exec
