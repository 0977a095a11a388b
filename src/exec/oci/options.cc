// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/options.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

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

// Tools take a 0 and what is below it as no limit, and tell of other words only when the container starts.
Result<void> checkLimits(const OciOptions& options) {
    double cpus = 0;
    const char* const end = options.cpus.data() + options.cpus.size();
    const auto read = std::from_chars(options.cpus.data(), end, cpus);
    if (!options.cpus.empty() && (read.ec != std::errc() || read.ptr != end || !(cpus > 0))) {
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("'cpus' is '{}', which is no number above 0", options.cpus),
                    "for example cpus = 1.5");
    }
    const std::size_t digits =
        std::min(options.memory.find_first_not_of("0123456789."), options.memory.size());
    const std::string_view unit = std::string_view(options.memory).substr(digits);
    const bool isUnit = unit.size() <= 2 && unit.find_first_not_of("bBkKmMgGtT") == std::string_view::npos;
    const bool isAmount = options.memory.substr(0, digits).find_first_of("123456789") != std::string::npos;
    if (!options.memory.empty() && (!isUnit || !isAmount)) {
        return fail(ErrorCode::InvalidPlan,
                    fmt::format("'memory' is '{}', which is no amount of it", options.memory),
                    R"(for example memory = "512m")");
    }
    return {};
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
    constexpr std::array<std::string_view, 1> own{"/cirque"};
    CIRQUE_TRY(checkTargets(options.mounts, "extraMounts", own));
    CIRQUE_TRY(checkLimits(options));
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
