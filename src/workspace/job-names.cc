// SPDX-License-Identifier: Apache-2.0
#include "workspace/job-names.hh"

#include "base/text.hh"

#include <fmt/format.h>

namespace cirque::workspace {

std::string JobFolderNames::take(std::string_view job) {
    const std::string base = sanitizeFileName(job);
    std::string name = base;
    for (int i = 2; !taken_.insert(name).second; ++i) {
        name = fmt::format("{}-{}", base, i);
    }
    return name;
}

void JobFolderNames::release(const std::string& name) {
    taken_.erase(name);
}

} // namespace cirque::workspace
