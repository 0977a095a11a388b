// SPDX-License-Identifier: Apache-2.0
#include "cli/run-request.hh"

#include "base/text.hh"
#include "cli/load.hh"
#include "io/process/fd.hh"
#include "plan/formats.hh"
#include "secret/dotenv.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace cirque::cli {
namespace {

Result<int> slots(const Arguments& arguments) {
    if (!arguments.has("jobs")) {
        return std::max(2, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
    }
    const std::string text = arguments.get("jobs");
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
        return fail(ErrorCode::Usage, fmt::format("--jobs '{}' is not a number above 0", text));
    }
    return value;
}

Result<secret::Assignments> readDotenv(const std::string& path, const std::string& folder) {
    const std::string full = (std::filesystem::path(folder) / path).string();
    CIRQUE_TRY_ASSIGN(const std::string text, io::readFile(full));
    auto parsed = secret::parseDotenv(text, path);
    if (!parsed) {
        parsed.error().code = ErrorCode::Usage; // the person at the command line named the file
    }
    return parsed;
}

// What --env may set: names a shell knows, except those that Cirque itself sets.
Result<void> checkOverrides(const secret::Assignments& overrides) {
    for (const auto& [name, value] : overrides) {
        if (!isEnvName(name)) {
            return fail(ErrorCode::Usage, fmt::format("--env: '{}' is not a name of a variable", name));
        }
        if (plan::isReservedVariable(name)) {
            return fail(ErrorCode::Usage,
                        fmt::format("--env: {} is set by Cirque itself and cannot be overridden", name));
        }
    }
    return {};
}

Result<void> readOverrides(const Context& context, const Arguments& arguments, app::LocalRequest& request) {
    CIRQUE_TRY_ASSIGN(const std::string folder, startFolder(context, arguments));
    for (const std::string& file : arguments.all("env-file")) {
        CIRQUE_TRY_ASSIGN(secret::Assignments assignments, readDotenv(file, folder));
        std::ranges::move(assignments, std::back_inserter(request.overrides));
    }
    for (const std::string& text : arguments.all("env")) {
        CIRQUE_TRY_ASSIGN(auto assignment, splitAssignment(text, "env"));
        request.overrides.push_back(std::move(assignment));
    }
    CIRQUE_TRY(checkOverrides(request.overrides));
    std::vector<secret::Assignments> files;
    for (const std::string& file : arguments.all("secret-file")) {
        CIRQUE_TRY_ASSIGN(secret::Assignments assignments, readDotenv(file, folder));
        files.push_back(std::move(assignments));
    }
    const auto lookup = [&](const std::string& name) { return context.environment.find(name); };
    CIRQUE_TRY_ASSIGN(request.secrets, secret::SecretSource::make(arguments.all("secret"), lookup, files));
    return {};
}

} // namespace

Result<app::LocalRequest> makeRequest(const Context& context, const Arguments& arguments) {
    app::LocalRequest request;
    request.environment = nixEnvironment(context, arguments);
    request.settings = context.settings;
    CIRQUE_TRY_ASSIGN(request.options.slots, slots(arguments));
    request.options.failFast = arguments.has("fail-fast");
    request.options.only = arguments.has("only");
    request.inheritEnv = arguments.has("inherit-env");
    request.keep = arguments.has("keep");
    CIRQUE_TRY(readOverrides(context, arguments, request));
    return request;
}

} // namespace cirque::cli
