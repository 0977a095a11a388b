// SPDX-License-Identifier: Apache-2.0
// Derivations that one nix-store builds: each with its own log and its own end.
#pragma once

#include "nix/store/call.hh"
#include "nix/store/watch.hh"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cirque::nix {

struct Derivation {
    std::string drv;
    std::vector<std::string> outputs; // empty or "*": all
};

// What nix-store --realise is told for it: DRV, or DRV!OUTPUT for each output.
std::vector<std::string> namesOf(const Derivation& derivation);

struct BuiltPaths {
    bool cached = false;                                      // nothing had to be built or fetched
    std::vector<std::pair<std::string, std::string>> outputs; // "out" and so on -> store path
};

struct BatchMember {
    BatchMember(Derivation wanted, MonoTime now, bool alone)
        : derivation(std::move(wanted)), watcher(now, alone) {}

    Derivation derivation;
    Watcher watcher;
    bool worked = false; // it was built or fetched, or that was tried
    bool ended = false;  // its builder has ended
    bool left = false;   // only a call of its own can tell: it needs something that failed
    std::optional<Result<BuiltPaths>> result;
};

// The first member is the one whose turn it is; the others were taken along.
class Batch : public CallListener {
  public:
    Batch(std::vector<Derivation> derivations, MonoTime now);

    [[nodiscard]] const std::vector<std::shared_ptr<BatchMember>>& members() const { return members_; }

    [[nodiscard]] bool alone() const { return members_.size() == 1; }

    // Of those that another call may settle.
    [[nodiscard]] std::vector<std::string> openNames() const;

    void event(const LogEvent& event, const Counts& counts) override;
    void pause(const Counts& counts) override;

    // Gives results to members: all when it went well, those that failed themselves when not, none when it
    // was stopped. Returns whether another call for the rest may tell more: when something failed and
    // something else did not.
    bool settle(const CallEnd& end);

  private:
    BatchMember& memberOf(const LogEvent& event);
    void settleGood(const CallEnd& end);
    bool settleFailed(const CallEnd& end);

    std::vector<std::shared_ptr<BatchMember>> members_;
    Counts last_;
    bool unclear_ = false; // something was, or may have been, built for nobody knows which member
};

} // namespace cirque::nix
