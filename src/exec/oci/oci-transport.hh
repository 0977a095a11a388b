// SPDX-License-Identifier: Apache-2.0
// The container of one attempt of a job: its own, or a part in a shared one.
#pragma once

#include "exec/oci/engine.hh"
#include "exec/oci/images.hh"
#include "exec/oci/shared-containers.hh"
#include "exec/remote/ports.hh"
#include "exec/remote/transport.hh"

#include <memory>
#include <string>

namespace cirque::exec {

struct OciTransportParts {
    std::shared_ptr<const OciEngine> engine;
    std::shared_ptr<OciImages> images;
    std::shared_ptr<SharedContainers> containers;
    Closures& closures;
    OciContainer container; // all but image, PATH and what the job makes necessary
    Place place;
    std::string name;   // of the job's folder
    std::string folder; // on this machine
};

class OciTransport : public Transport {
  public:
    explicit OciTransport(OciTransportParts parts) : parts_(std::move(parts)) {}

    io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> log, io::StopToken stop) override;
    io::Task<std::string> whyLost(std::string said) override;

    void agentEnded(io::ExitStatus status) override { endedWell_ = status.ok(); }

    io::Task<Result<void>> close(io::StopToken stop) override;

  private:
    io::Task<Result<void>> addStore(io::StopToken stop);

    OciTransportParts parts_;
    bool begun_ = false; // there may be a container of this job's own
    bool endedWell_ = false;
};

} // namespace cirque::exec
