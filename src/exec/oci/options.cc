// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/options.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

std::string textOf(const Json& value) {
    if (value.is_double()) {
        return fmt::format("{}", value.get_double()); // JSON's own form is 1.5E0
    }
    return value.is_string() ? std::string(value.get_string()) : toLine(value);
}

std::string textAt(const JsonObject& object, std::string_view key, std::string otherwise = {}) {
    const Json* value = object.if_contains(key);
    return value == nullptr || value->is_null() ? std::move(otherwise) : textOf(*value);
}

} // namespace

Result<OciOptions> ociOptions(const plan::ExecutorRef& executor, const std::string& tree) {
    const JsonObject& given = executor.options;
    OciOptions options;
    options.image = textAt(given, "image");
    options.dockerfile = textAt(given, "dockerfile");
    options.shared = textAt(given, "mode") == "shared";
    options.user = textAt(given, "user");
    options.network = textAt(given, "network");
    options.memory = textAt(given, "memory");
    options.cpus = textAt(given, "cpus");
    options.pull = textAt(given, "pull", "missing");
    CIRQUE_TRY_ASSIGN(options.mounts, mountsOf(given, "extraMounts", tree));
    const Json* env = given.if_contains("containerEnv");
    for (const auto& [name, value] : env != nullptr && env->is_object() ? env->get_object() : JsonObject{}) {
        options.env.emplace_back(name, textOf(value));
    }
    if (!options.image.empty() && !options.dockerfile.empty()) {
        return fail(ErrorCode::InvalidPlan, "a container has either an 'image' or a 'dockerfile', not both",
                    "leave one of them out");
    }
    return options;
}

Result<void> checkOciOptions(const plan::Job& job, const std::string& tree) {
    CIRQUE_TRY_ASSIGN(const OciOptions options, ociOptions(job.executor, tree));
    if (!options.dockerfile.empty() && !job.copyRepo) {
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("'{}' is built from the job's copy of the tree, and 'copyRepo' is false",
                                options.dockerfile),
                    "leave 'copyRepo' out, or build the image beforehand and name it as 'image'");
    }
    return {};
}

} // namespace cirque::exec
