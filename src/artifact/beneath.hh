// SPDX-License-Identifier: Apache-2.0
// Opening what a job left, without being led out of the job's folder: openat2(2) with RESOLVE_BENEATH and
// RESOLVE_NO_MAGICLINKS. Symbolic links that stay inside are followed, all others are refused (EXDEV).
#pragma once

#include "base/result.hh"
#include "io/process/fd.hh"

#include <string>
#include <string_view>

namespace cirque::artifact {

// Opens `path` ("" is the folder itself) below `dir`. An empty descriptor: errno says why. Add O_NOFOLLOW to
// get a last symbolic link itself (with O_PATH) or ELOOP. Always close-on-exec.
io::UniqueFd openBeneath(int dir, const std::string& path, int flags, unsigned mode = 0);

// Makes every missing folder of `path` below `dir`, mode 0755, and opens the last (O_PATH).
Result<io::UniqueFd> makeFoldersBeneath(int dir, const std::string& path);

// A path of a plan as a plain relative one: no "." parts, no trailing slash; "" for the folder itself.
// Failure (InvalidPlan): it is absolute, has "..", or has a NUL.
Result<std::string> plainPath(std::string_view path);

std::string joinPath(const std::string& base, const std::string& path);

// "a/b" of "a/b/c", "" of "c".
std::string parentOf(const std::string& path);

// An Error for errno after openBeneath: knows EXDEV and ELOOP.
Error beneathError(int errnoValue, std::string_view action, std::string_view path);

} // namespace cirque::artifact
