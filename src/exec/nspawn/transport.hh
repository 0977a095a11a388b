// SPDX-License-Identifier: Apache-2.0
// How a machine of systemd-nspawn comes to be for one job, and goes away.
#pragma once

#include "exec/nspawn/command.hh"
#include "exec/nspawn/machine.hh"
#include "exec/nspawn/options.hh"
#include "exec/nspawn/registry.hh"
#include "exec/remote/ports.hh"
#include "exec/remote/transport.hh"

#include <memory>
#include <optional>
#include <string>

namespace cirque::exec {

struct NspawnMachineParts {
    NspawnSpec spec;
    NspawnOptions options;
    std::string emptyRoot; // folder to make, for a NixOS system: it brings nothing but its store paths
    Registered registered;
    std::shared_ptr<const plan::Plan> plan;
    std::shared_ptr<const plan::Job> job;
};

// The whole stores that the closure lies in, and this machine's, only read: what is built while the machine
// runs is seen too.
std::vector<Mount> storeMounts(const StoreClosure& closure);

// The FIFOs of a machine that boots. Blocks.
Result<void> makeStreams(const std::string& folder);

// A root that has nothing but what systemd-nspawn looks for before it takes a folder for one. Blocks.
Result<void> makeEmptyRoot(const std::string& path);

class NspawnTransport : public Transport {
  public:
    // `closures` must outlive it.
    NspawnTransport(NspawnMachineParts parts, NspawnRegistry registry, Closures& closures)
        : parts_(std::move(parts)), registry_(std::move(registry)), closures_(closures) {}

    io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> log, io::StopToken stop) override;
    io::Task<Result<void>> bring(std::shared_ptr<AgentConnection> agent, TryRef ref,
                                 std::shared_ptr<OutputSink> log, io::StopToken stop) override;
    io::Task<std::string> whyLost(std::string said) override;
    io::Task<Result<void>> close(io::StopToken stop) override;

  private:
    [[nodiscard]] bool canBeWrittenElsewhere() const;

    NspawnMachineParts parts_;
    NspawnRegistry registry_;
    Closures& closures_;
    std::unique_ptr<BootedMachine> machine_;
    bool registered_ = false;
};

} // namespace cirque::exec
