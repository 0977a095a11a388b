// SPDX-License-Identifier: Apache-2.0
// Commands for programs, not for people: shell completion, the build of the documentation. Their words are
// taken as they are. They stand in no help and may change with every version.
#pragma once

#include "cli/command.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::cli {

struct HiddenCommand {
    std::string_view name;
    Result<int> (*run)(const Context& context, const std::vector<std::string>& words);
};

// nullptr when `name` is none.
const HiddenCommand* findHidden(std::string_view name);

} // namespace cirque::cli
