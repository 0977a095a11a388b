// SPDX-License-Identifier: Apache-2.0
// The image of jobs that name none: empty folders and two files, as a tar archive (POSIX ustar) to be
// imported. All programs come from the job's closure, which is mounted. Pure.
#pragma once

#include <string>

namespace cirque::exec {

// Its name in the tool's own storage; the number changes with the content.
inline constexpr const char* rootImageName = "localhost/cirque-root:1";

std::string rootImageTar();

} // namespace cirque::exec
