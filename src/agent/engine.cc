// SPDX-License-Identifier: Apache-2.0
#include "agent/engine.hh"

#include "agent/materials.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cirque::agent {
namespace {

constexpr std::string_view namePrefix = "cirque-";
constexpr std::size_t runLength = 36; // of a UUID

bool has(const std::vector<std::string>& environment, std::string_view start) {
    return std::ranges::any_of(environment, [start](const std::string& entry) {
        return entry.starts_with(start) && entry.size() > start.size();
    });
}

} // namespace

Result<Engine> findEngine(const std::string& path, const std::vector<std::string>& environment) {
    std::array<std::string, 2> names{"podman", "docker"};
    if (has(environment, "DOCKER_HOST=") || has(environment, "DOCKER_CONTEXT=")) {
        std::ranges::reverse(names);
    }
    for (std::string& name : names) {
        std::string program = findProgram(name, path);
        if (!program.empty()) {
            return Engine{std::move(program), std::move(name)};
        }
    }
    return fail(ErrorCode::MissingTool, fmt::format("neither podman nor docker is on PATH ({})", path),
                "install podman (Debian: apt install podman), or docker and a daemon you may use");
}

std::vector<std::string> containerLabels(std::string_view run, std::string_view stateDir) {
    std::vector<std::string> labels{fmt::format("{}={}", containerRunLabel, run)};
    if (!stateDir.empty()) {
        labels.push_back(fmt::format("{}={}", containerStateLabel, stateDir));
    }
    return labels;
}

std::string containerName(std::string_view run, std::string_view part) {
    return fmt::format("{}{}-{}", namePrefix, run, part);
}

std::string serviceContainerName(std::string_view run, std::string_view job, std::size_t service) {
    return containerName(run, fmt::format("service{}-{}", service, job));
}

bool isOfService(std::string_view name) {
    const std::string run = runOfContainer(name);
    return !run.empty() && name.substr(namePrefix.size() + runLength).starts_with("-service");
}

std::string runOfContainer(std::string_view name) {
    if (!name.starts_with(namePrefix) || name.size() < namePrefix.size() + runLength) {
        return {};
    }
    return std::string(name.substr(namePrefix.size(), runLength));
}

bool lacksRegistry(std::string_view image) {
    const std::size_t slash = image.find('/');
    const std::string_view first = image.substr(0, slash);
    return slash == std::string_view::npos ||
           (first.find_first_of(".:") == std::string_view::npos && first != "localhost");
}

std::string nameAtHub(const std::string& image) {
    return (image.find('/') == std::string::npos ? "docker.io/library/" : "docker.io/") + image;
}

std::vector<std::string> removeContainers(const Engine& engine, const std::vector<std::string>& names) {
    std::vector<std::string> words{engine.path, "rm", "--force", "--volumes"};
    if (engine.isPodman()) {
        words.emplace_back("--time=0");
        words.emplace_back("--ignore"); // one that is gone would keep it from removing the others
    }
    words.insert(words.end(), names.begin(), names.end());
    return words;
}

bool saysNoContainer(std::string_view words) {
    return words.find("o such container") != std::string_view::npos ||
           words.find("no container with") != std::string_view::npos;
}

} // namespace cirque::agent
