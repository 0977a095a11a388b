// SPDX-License-Identifier: Apache-2.0
// Makes store paths exist on this machine with stock Nix: substitutes or builds them. A failing build and a
// failing Nix are told apart.
#pragma once

#include "base/result.hh"
#include "io/runtime/runtime.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/batch.hh"
#include "nix/store/command.hh"
#include "nix/store/look-ahead.hh"
#include "nix/store/watch.hh"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cirque::nix {

struct Wanted {
    std::vector<Derivation> derivations;
    std::vector<std::string> paths; // sources
};

// Where what was wanted lies.
struct Realised {
    std::vector<std::string> paths;
    std::vector<std::string> derivations; // of these all outputs are there, wherever that is
};

struct StoreOptions {
    Variables environment;   // the caller's
    std::string rootsFolder; // where indirect garbage collector roots are kept, so that nothing disappears
                             // while the run needs it; its owner removes it; several may share it. Empty: no
                             // roots
    int cores = 0;           // for one build; 0: as Nix is configured
    LookAhead lookAhead{};   // how many builds a process is given
};

// One per run: what it has realised once is not asked for again, and what is under way is waited for. Nix
// takes a temporary root before it looks whether a path is valid, and the lasting one before its process
// ends; only then is anything recorded here.
class Store {
  public:
    explicit Store(StoreOptions options) : options_(std::move(options)), lookAhead_(options_.lookAhead) {}

    // Realises what is not yet known to be there, in one call of nix-store. Failures: Build when a builder
    // failed (the message names the derivation and its last lines), MissingTool, Process when Nix was killed,
    // Unreachable, DiskFull or Permission when Nix says so. Stop: TERM to Nix, which ends its builders, KILL
    // after 5 s or at once when immediate; then an error with code Process. What another call is realising is
    // waited for first: a second nix-store would only poll for its lock.
    io::Task<Result<void>> realise(Wanted wanted, Watch watch, io::StopToken stop = {});

    // The same for one derivation, and where its outputs are. Those that ask for one that is being built get
    // its result, good or bad; when that build is stopped, which is the end of its own asker alone, one of
    // them builds it anew. Stop: as above for who builds, at once for who waits.
    io::Task<Result<BuiltPaths>> build(Derivation derivation, Watch watch, io::StopToken stop = {});

    // What of it this run has realised so far, in any job; the rest is left out.
    [[nodiscard]] Realised realised(const Wanted& wanted) const;

    // It will be asked for soon, and nobody sets it a time limit of its own. It may then be built along with
    // another one that is expected, as long as builds are short (LookAhead); its log and its end are its own.
    void expect(Derivation derivation);

  private:
    using Member = std::shared_ptr<BatchMember>;

    std::vector<std::string> missing(const Wanted& wanted) const;
    bool isBusy(const std::vector<std::string>& names) const;
    Member findMember(const std::string& key) const;
    Member takeAhead(const std::string& key);
    Result<BuiltPaths> takeResult(const std::string& key, const Member& member);
    std::shared_ptr<Batch> begin(const Derivation& derivation);
    io::Task<Result<void>> run(std::shared_ptr<Batch> batch, io::StopToken stop);
    io::Task<Result<void>> perform(std::shared_ptr<Batch> batch, io::StopToken stop);
    void end(const Batch& batch);
    CallOptions callFor(std::vector<std::string> names);
    void keepPaths(const std::vector<std::string>& names, const std::vector<std::string>& paths);

    StoreOptions options_;
    LookAhead lookAhead_;
    std::set<std::string> present_;         // names that were realised
    std::map<std::string, std::string> at_; // where, of names that mean one path
    std::set<std::string> busy_;            // names that are
    std::map<std::string, Member> members_; // of running batches
    std::map<std::string, Member> ahead_;   // built, and not yet asked for
    std::map<std::string, BuiltPaths> built_;
    std::set<std::string> alone_; // to be built by themselves
    std::deque<Derivation> expected_;
    std::set<std::string> expectedKeys_; // of those in expected_ that are still wanted
    io::Signal ended_;                   // of any call
};

} // namespace cirque::nix
