// SPDX-License-Identifier: Apache-2.0
// What executors whose places do not see this machine's whole disk need of the run around them; app/ adapts
// nix/store to it.
#pragma once

#include "base/ids.hh"
#include "base/result.hh"
#include "exec/api/executor.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "plan/types.hh"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

struct StorePath {
    std::string path;       // what steps call it: /nix/store/HASH-NAME
    std::string physical;   // where its files lie on this machine; the same, or below another folder
    std::int64_t bytes = 0; // of its NAR
};

struct StoreClosure {
    std::vector<StorePath> paths; // each after what it refers to
    std::int64_t bytes = 0;
    std::vector<std::string> roots; // those of the paths that the job names; all others follow from them
    // Of a store below another folder: where its files lie. Known also without paths, for a job whose steps
    // build.
    std::string folder;
};

// A Nix store at another place.
struct StoreTarget {
    std::string uri;        // "ssh://HOST"
    std::string sshOptions; // NIX_SSHOPTS of the copy, split at spaces; empty: the caller's
    std::string place;      // for messages: "HOST"
};

// How far something is that brings paths to a place by other means than copyTo.
struct HandOver {
    std::int64_t paths = 0;
    std::int64_t allPaths = 0;
    std::int64_t bytes = 0;
    std::int64_t allBytes = 0;
    std::string current; // "copying hello-2.12"; may be empty
};

class Closures {
  public:
    virtual ~Closures() = default;

    // What `job` needs of the store and the run has realised by now, with all it refers to: when the place is
    // prepared all that its steps name, except what build steps of the job itself make, and what build steps
    // of the jobs it needs hand to it as results; before a later step that names it, also what its own build
    // steps made. Nothing of it is garbage-collected on this machine while the run lasts. Without store
    // paths: empty, and no process. Computed once for each set, so that asking again costs nothing. Failure:
    // of Nix; Unsupported when the store's files are not on this machine.
    virtual io::Task<Result<StoreClosure>> of(std::shared_ptr<const plan::Plan> plan,
                                              std::shared_ptr<const plan::Job> job, io::StopToken stop) = 0;

    // Copies to the Nix at a place what it lacks of the closure; what a run has copied once is not looked at
    // again. `ref` (step -1: the job's setting-up) is the try whose progress and log it is. Failure:
    // infrastructure, with Nix's own words.
    virtual io::Task<Result<void>> copyTo(StoreTarget target, StoreClosure closure, TryRef ref,
                                          std::shared_ptr<OutputSink> log, io::StopToken stop) = 0;

    // The store at the place has lost what it was given: the next copyTo looks again.
    virtual void forget(const std::string& uri) = 0;

    // Shows progress as that of a copy is shown; call it as often as is convenient, `last` at the end.
    virtual void tell(const TryRef& ref, const HandOver& progress, bool last) = 0;
};

} // namespace cirque::exec
