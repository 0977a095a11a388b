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

} // namespace cirque::exec
