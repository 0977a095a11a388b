// SPDX-License-Identifier: Apache-2.0
// The environment providers of one level (a workflow's or a job's envFrom): file, static, required.
// Providers are data here, never programs; kinds this version does not know are refused by name.
#pragma once

#include "base/result.hh"
#include "plan/types.hh"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::secret {

struct Variable {
    std::string name;
    std::string value;
    bool secret = false;
    bool operator==(const Variable&) const = default;
};

// How a `file` provider's path becomes text: nullopt when there is no such file, an error when it cannot be
// read.
using ReadText = std::function<Result<std::optional<std::string>>(const std::string& path)>;

// Runs the providers in list order. Later ones win: the result has each name once, at its last place, and it
// is secret when any provider that gave the name says so. An optional file that is missing gives nothing.
// Does not check `required`. Errors (code Provider, or Unsupported) name the provider and never show a value.
Result<std::vector<Variable>> loadProviders(std::span<const plan::EnvProvider> providers,
                                            const ReadText& read);

// `isSet` answers for the merged environment of the level, that level's own env included; an empty value is
// set. Every missing name is in one error (code Provider); `level` is "workflow" or "job build".
Result<void> checkRequired(std::span<const plan::EnvProvider> providers,
                           const std::function<bool(std::string_view name)>& isSet, std::string_view level);

// A ReadText over the files below `root` (an absolute folder); absolute paths stand for themselves. Blocks.
// At most 16 MiB a file.
ReadText readBelow(std::string root);

} // namespace cirque::secret
