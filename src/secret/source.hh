// SPDX-License-Identifier: Apache-2.0
// Where the values of {secret} references come from: `--secret NAME` (the caller's variable of that name) and
// `--secret-file FILE` (dotenv). There is no NAME=VALUE form on the command line: every user of the machine
// could read it in the process list.
#pragma once

#include "base/result.hh"
#include "secret/dotenv.hh"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cirque::secret {

class SecretSource {
  public:
    SecretSource() = default;

    // `lookup` asks the caller's environment. A name wins over a file, a later file over an earlier one. An
    // unset name and a text with '=' are errors (code Usage) that never show what stands behind the '='.
    static Result<SecretSource>
    make(std::span<const std::string> names,
         const std::function<std::optional<std::string>(const std::string&)>& lookup,
         std::span<const Assignments> files);

    // The value, or an error (code Provider) that says how to give one.
    [[nodiscard]] Result<std::string> find(const std::string& name) const;

  private:
    std::map<std::string, std::string, std::less<>> values_;
};

} // namespace cirque::secret
