// SPDX-License-Identifier: Apache-2.0
// From a document to values, trusting plan/check.hh: what the checker has refused is read as if it were not
// there. Never fails. Pure.
#pragma once

#include "plan/types.hh"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::plan {

Plan convertPlan(const Json& document);

Job convertJob(std::string_view name, const Json& json);

// The parts that several kinds of object share.
namespace convert {

// The value of a key; null when it is absent.
const Json* find(const Json& json, std::string_view key);
std::string text(const Json& json, std::string_view key, std::string_view fallback = {});
bool flag(const Json& json, std::string_view key, bool fallback);
std::vector<std::string> texts(const Json& json, std::string_view key);
// Text as it is; numbers and booleans as text (1.5 is "1.500000", as Nix's toString writes it); "" for the
// rest.
std::string scalar(const Json& json);
std::vector<std::string> scalars(const Json& json);
// A copy without any "@pos".
Json withoutPositions(const Json& json);

Env env(const Json& json);
Value value(const Json& json);
std::vector<EnvProvider> envFrom(const Json& json);
std::optional<std::vector<std::string>> passEnv(const Json& json);
Setting<Retry> retry(const Json& json, std::string_view key);
Setting<Millis> duration(const Json& json, std::string_view key);
Condition condition(const Json& json);
Derivation derivation(const Json& json);
Closure closure(const Json& json);
Service service(std::string_view name, const Json& json);

// Calls `use(name, value)` for each entry of an object that stands under `key`.
template <class Use>
void forEach(const Json& json, std::string_view key, Use use) {
    if (const Json* found = find(json, key); found != nullptr && found->is_object()) {
        for (const auto& [name, inner] : found->get_object()) {
            if (std::string_view(name) != "@pos") {
                use(std::string_view(name), inner);
            }
        }
    }
}

template <class Use>
void forEachElement(const Json& json, std::string_view key, Use use) {
    if (const Json* found = find(json, key); found != nullptr && found->is_array()) {
        for (const Json& element : found->get_array()) {
            use(element);
        }
    }
}

} // namespace convert
} // namespace cirque::plan
