// SPDX-License-Identifier: Apache-2.0
// Services from images that run on this machine, whatever the place of their job.
#pragma once

#include "app/local/request.hh"

namespace cirque::app {

// Whether a job that is to run has one.
bool hasImagesHere(const LocalRequest& request);

// Whether this machine has an engine for them. Failure (MissingTool): the job, the service and what to
// install.
Result<void> checkEngine(const LocalRequest& request);

} // namespace cirque::app
