// SPDX-License-Identifier: Apache-2.0
#include "plan/formats.hh"

#include "base/text.hh"
#include "plan/contains.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::plan {
namespace {

constexpr std::size_t longestName = 255;
constexpr std::size_t longestToken = 4096;

std::string nameProblem(std::string_view text, std::size_t longest = longestName) {
    if (text.empty()) {
        return "is empty";
    }
    if (text.size() > longest) {
        return fmt::format("is longer than {} bytes", longest);
    }
    return hasControlCharacter(text) ? "has control characters" : "";
}

std::string resultNameProblem(std::string_view text) {
    if (std::string problem = nameProblem(text); !problem.empty()) {
        return problem;
    }
    return text.find('=') != std::string_view::npos || text.find("<<") != std::string_view::npos
               ? "must not contain '=' or '<<'"
               : "";
}

std::string relativePathProblem(std::string_view text) {
    if (text.empty()) {
        return "is empty";
    }
    if (text.front() == '/') {
        return "must be relative to the job's folder, not absolute";
    }
    const std::vector<std::string_view> parts = split(text, '/');
    return contains(parts, std::string_view("..")) ? "must not contain '..'" : "";
}

std::string storePathProblem(std::string_view text, bool derivation) {
    const std::string_view last = text.substr(text.rfind('/') + 1);
    if (text.empty() || text.front() != '/' || last.empty() || last == text.substr(1)) {
        return "is not a store path";
    }
    return derivation && !last.ends_with(".drv") ? "is not a derivation's store path (it must end in .drv)"
                                                 : "";
}

std::string envNameProblem(std::string_view text) {
    return isEnvName(text) ? "" : "is not a variable name: use letters, digits and '_', no digit first";
}

std::string envKeyProblem(std::string_view text) {
    if (std::string problem = envNameProblem(text); !problem.empty()) {
        return problem;
    }
    return isReservedVariable(text) ? "is set by cirque itself and cannot be set by a plan" : "";
}

std::string envPatternProblem(std::string_view text) {
    const std::string_view stem = text.ends_with('*') ? text.substr(0, text.size() - 1) : text;
    if (stem.empty() && !text.empty()) {
        return "";
    }
    return envNameProblem(stem);
}

std::string systemProblem(std::string_view text) {
    const std::vector<std::string_view> parts = split(text, '-');
    const bool good =
        parts.size() >= 2 && text.size() <= longestName &&
        std::ranges::all_of(parts, [](std::string_view part) {
            return !part.empty() && sanitizeFileName(part) == part && part.find('.') == part.npos;
        });
    return good ? "" : "is not a system such as x86_64-linux";
}

} // namespace

std::string formatProblem(Type type, std::string_view text) {
    if (!isValidUtf8(text)) {
        return "is not valid UTF-8";
    }
    if (text.find('\0') != std::string_view::npos) {
        return "has a NUL character";
    }
    switch (type) {
    case Type::Name:
        return nameProblem(text);
    case Type::ResultName:
        return resultNameProblem(text);
    case Type::ParamName:
        return text.find('=') != std::string_view::npos ? "must not contain '='" : nameProblem(text);
    case Type::EnvName:
        return envNameProblem(text);
    case Type::EnvKey:
        return envKeyProblem(text);
    case Type::EnvPattern:
        return envPatternProblem(text);
    case Type::RelativePath:
        return relativePathProblem(text);
    case Type::Token:
        return nameProblem(text, longestToken);
    case Type::PathEntry:
    case Type::FilePath:
        return text.empty() ? "is empty" : "";
    case Type::StorePath:
        return storePathProblem(text, false);
    case Type::DrvPath:
        return storePathProblem(text, true);
    case Type::System:
        return systemProblem(text);
    case Type::Any:
    case Type::Object:
    case Type::Provider:
    case Type::Bool:
    case Type::Count:
    case Type::Text:
    case Type::Scalar:
    case Type::ScalarList:
    case Type::Script:
    case Type::Duration:
    case Type::Wait:
    case Type::When:
    case Type::Ports:
    case Type::TcpTarget:
    case Type::HttpTarget:
        return "";
    }
    return "";
}

bool isReservedVariable(std::string_view name) {
    constexpr std::array<std::string_view, 11> own{"CIRQUE",        "CIRQUE_SUMMARY", "GITHUB_STEP_SUMMARY",
                                                   "CIRQUE_RUN_ID", "CIRQUE_OUTPUT",  "WORKFLOW_NAME",
                                                   "WORKFLOW_ID",   "JOB_NAME",       "STEP_NAME",
                                                   "JOB_DIR",       "JOB_ENV"};
    return contains(own, name) || name.starts_with("NEEDS_") || name.starts_with("MATRIX_");
}

} // namespace cirque::plan
