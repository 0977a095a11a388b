// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hh"

#include <unistd.h>

namespace cirque::config {

Environment::Environment(std::vector<std::pair<std::string, std::string>> variables)
    : variables_(std::move(variables)) {}

Environment Environment::ofThisProcess() {
    Environment out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos && equals > 0) {
            out.variables_.emplace_back(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return out;
}

std::optional<std::string> Environment::find(std::string_view name) const {
    for (const auto& [key, value] : variables_) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

std::string Environment::get(std::string_view name, std::string fallback) const {
    const auto value = find(name);
    if (value && !value->empty()) {
        fallback = *value;
    }
    return fallback;
}

std::vector<std::string> Environment::block() const {
    std::vector<std::string> entries;
    entries.reserve(variables_.size());
    for (const auto& [name, value] : variables_) {
        entries.push_back(name + '=' + value);
    }
    return entries;
}

} // namespace cirque::config
