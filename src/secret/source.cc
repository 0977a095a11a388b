// SPDX-License-Identifier: Apache-2.0
#include "secret/source.hh"

#include "base/text.hh"

#include <fmt/format.h>

namespace cirque::secret {

Result<SecretSource>
SecretSource::make(std::span<const std::string> names,
                   const std::function<std::optional<std::string>(const std::string&)>& lookup,
                   std::span<const Assignments> files) {
    SecretSource source;
    for (const Assignments& file : files) {
        for (const auto& [name, value] : file) {
            source.values_.insert_or_assign(name, value);
        }
    }
    for (const std::string& name : names) {
        if (const std::size_t equals = name.find('='); equals != std::string::npos) {
            return fail(
                ErrorCode::Usage,
                fmt::format(
                    "--secret {}: a value on the command line is visible to every user of this machine",
                    name.substr(0, equals)),
                "export the variable and pass --secret NAME, or use --secret-file FILE");
        }
        if (!isEnvName(name)) {
            return fail(ErrorCode::Usage, fmt::format("--secret {}: not a variable name", name));
        }
        std::optional<std::string> value = lookup(name);
        if (!value) {
            return fail(ErrorCode::Usage, fmt::format("--secret {}: the variable is not set", name),
                        "export it before the call, or use --secret-file FILE");
        }
        source.values_.insert_or_assign(name, std::move(*value));
    }
    return source;
}

Result<std::string> SecretSource::find(const std::string& name) const {
    if (const auto at = values_.find(name); at != values_.end()) {
        return at->second;
    }
    return fail(ErrorCode::Provider, fmt::format("there is no value for the secret '{}'", name),
                fmt::format("export {0} and pass --secret {0}, or pass --secret-file FILE", name));
}

} // namespace cirque::secret
