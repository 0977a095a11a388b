// SPDX-License-Identifier: Apache-2.0
// The caller's environment, read once in main and then passed around as a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cirque::config {

class Environment {
  public:
    Environment() = default;

    explicit Environment(std::vector<std::pair<std::string, std::string>> variables);

    // A copy of this process's environment. Entries without '=' are left out.
    static Environment ofThisProcess();

    // The value; nullopt when unset. An empty value is a value.
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

    // The value when set and not empty (the XDG rule), else `fallback`.
    [[nodiscard]] std::string get(std::string_view name, std::string fallback = {}) const;

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& variables() const {
        return variables_;
    }

    // "K=V" each, as execve(2) takes them.
    [[nodiscard]] std::vector<std::string> block() const;

  private:
    std::vector<std::pair<std::string, std::string>> variables_;
};

} // namespace cirque::config
