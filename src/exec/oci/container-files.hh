// SPDX-License-Identifier: Apache-2.0
// The job's folder of a container: who may write it inside, and that it is the caller's again afterwards.
#pragma once

#include "exec/oci/engine.hh"
#include "exec/oci/images.hh"
#include "exec/remote/connection.hh"
#include "exec/remote/shared-files.hh"

#include <memory>
#include <string>

namespace cirque::exec {

class ContainerFiles : public SharedFiles {
  public:
    // `container`: the job's, or the shared one; what is left in its name is removed with it.
    ContainerFiles(SharedFilesOptions options, Workspaces& workspaces, Artifacts& artifacts,
                   std::shared_ptr<const OciEngine> engine, std::shared_ptr<OciImages> images,
                   OciContainer container)
        : SharedFiles(options, workspaces, artifacts), folder_(options.folder), keep_(options.keep),
          engine_(std::move(engine)), images_(std::move(images)), container_(std::move(container)) {}

    io::Task<Result<void>> makeAfter(std::shared_ptr<AgentConnection> agent, io::StopToken stop) override;
    io::Task<Result<void>> restoreArtifact(std::string name, std::string path, io::StopToken stop) override;
    io::Task<Result<CollectedArtifact>> saveArtifact(std::string name, std::string path,
                                                     io::StopToken stop) override;
    io::Task<Result<JobFiles>> readFiles(std::string pattern, FileLimits limits, io::StopToken stop) override;
    io::Task<Result<void>> remove() override;

  private:
    io::Task<Result<void>> give(unsigned uid, unsigned gid);
    io::Task<Result<void>> unshared(std::string owner);
    io::Task<Result<void>> giveBack(io::StopToken stop);
    io::Task<Result<void>> takeAgain(io::StopToken stop);
    io::Task<Result<void>> askAgent(std::string call, io::StopToken stop);
    io::Task<Result<void>> giveBackFromOutside();

    std::string folder_;
    bool keep_ = false;
    std::shared_ptr<const OciEngine> engine_;
    std::shared_ptr<OciImages> images_;
    OciContainer container_;
    std::shared_ptr<AgentConnection> agent_;
    bool unshared_ = false; // it belongs to a user of the caller's user namespace
};

} // namespace cirque::exec
