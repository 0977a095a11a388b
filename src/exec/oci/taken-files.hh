// SPDX-License-Identifier: Apache-2.0
// Files that an agent in a container took (agent::OpenJob::takeFolder) and could not give back because it
// died, where only another container can: the daemon is root's, the caller is not.
#pragma once

#include "exec/oci/engine.hh"

#include <memory>

namespace cirque::exec {

// Makes a job's folder, which lies at `folder` in the container, the caller's again by an agent in a new
// container of the same image. Failure: the container's, or the first file's.
io::Task<Result<void>> giveBackByContainer(std::shared_ptr<const OciEngine> engine, OciContainer container,
                                           std::string folder);

// Whether something in the folder is not the caller's. Blocks.
bool hasFilesOfOthers(const std::string& folder);

// Makes the folder and all in it that of `owner` ("0:0": the caller) of the user namespace of an ordinary
// user's podman. Failure: its words; it took longer than ten minutes.
io::Task<Result<void>> giveUnshared(std::shared_ptr<const OciEngine> engine, std::string owner,
                                    std::string folder, io::StopToken stop);

// The same for what runs of `runs` that are gone left in their `part`, so that it can be removed. What went
// wrong, a sentence each.
io::Task<std::vector<std::string>> takeBackUnshared(std::shared_ptr<const OciEngine> engine, std::string runs,
                                                    std::string part, io::StopToken stop);

} // namespace cirque::exec
