// SPDX-License-Identifier: Apache-2.0
#include "exec/oci/command.hh"

#include "base/text.hh"

#include <fmt/format.h>

namespace cirque::exec {

namespace {

// One word of a list in the form of CSV (RFC 4180), as --mount reads it.
std::string field(std::string_view key, const std::string& value) {
    const std::string plain = fmt::format("{}={}", key, value);
    if (plain.find_first_of(",\"\n") == std::string::npos) {
        return plain;
    }
    std::string out = "\"";
    for (const char c : plain) {
        out.append(c == '"' ? 2 : 1, c);
    }
    return out + '"';
}

std::string mountWord(const OciMount& mount) {
    return fmt::format("type=bind,{},{}{}", field("source", mount.source), field("target", mount.target),
                       mount.write ? "" : ",readonly");
}

void addLimits(std::vector<std::string>& words, const OciOptions& options) {
    const auto add = [&words](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            words.push_back(fmt::format("{}={}", name, value));
        }
    };
    add("--user", options.user);
    add("--network", options.network);
    add("--memory", options.memory);
    add("--cpus", options.cpus);
}

// Bytes of the connection are never a key that leaves it; docker looks for keys on terminals only.
void addStreams(std::vector<std::string>& words, const OciTool& tool) {
    words.emplace_back("--interactive");
    if (tool.isPodman()) {
        words.emplace_back("--detach-keys=");
    }
}

} // namespace

std::vector<std::string> ociRun(const OciTool& tool, const OciContainer& container) {
    const OciOptions& options = container.options;
    std::vector<std::string> words{tool.path, "run"};
    addStreams(words, tool);
    if (tool.isPodman()) {
        // it would hand the caller's proxies, and the passwords in them, to every step
        words.emplace_back("--http-proxy=false");
    }
    if (container.removesItself()) {
        words.emplace_back("--rm");
    }
    // nothing that steps print is kept by the tool, and an image's own health check is not ours
    for (const char* word : {"--pull=never", "--log-driver=none", "--no-healthcheck"}) {
        words.emplace_back(word);
    }
    if (container.labelled) {
        words.emplace_back("--security-opt=label=disable");
    }
    words.push_back("--name=" + container.name);
    words.push_back(fmt::format("--label={}={}", agent::containerRunLabel, container.run));
    words.push_back(fmt::format("--label={}={}", agent::containerStateLabel, container.stateDir));
    const auto mount = [&words](const OciMount& one) { words.push_back("--mount=" + mountWord(one)); };
    mount({container.agent, std::string(ociAgent), false});
    mount({container.leader, std::string(ociLeader), false});
    mount(container.jobs);
    for (const OciMount& one : container.mounts) {
        mount(one);
    }
    for (const OciMount& one : options.mounts) {
        mount(one);
    }
    words.push_back(fmt::format("--tmpfs={}:rw,exec,nosuid,nodev,mode=1777", ociScratch));
    addLimits(words, options);
    if (!container.path.empty()) {
        words.push_back("--env=PATH=" + container.path);
    }
    for (const auto& [name, value] : options.env) {
        words.push_back(fmt::format("--env={}={}", name, value));
    }
    words.push_back(fmt::format("--entrypoint={}", ociAgent));
    words.push_back(container.image);
    return words;
}

Result<std::vector<std::string>> ociBuild(const OciTool& tool, const OciOptions& options,
                                          const std::string& file) {
    std::vector<std::string> words{"build", "--file=" + file};
    if (tool.isPodman()) {
        words.emplace_back("--http-proxy=false"); // as of a container
        words.push_back(fmt::format("--pull={}", options.pull == "missing" ? "false" : options.pull));
    } else if (options.pull == "never") {
        return fail(ErrorCode::InvalidPlan, "docker builds no image with 'pull' = 'never'",
                    "leave 'pull' out, use podman, or build the image beforehand and name it as 'image'");
    } else if (options.pull == "always") {
        words.emplace_back("--pull");
    }
    // what they call the usual one is no word of a build
    const bool usual = options.network.empty() || options.network == "bridge" || options.network == "default";
    if (!usual) {
        words.push_back("--network=" + options.network);
    }
    return words;
}

std::vector<std::string> ociExec(const OciTool& tool, const OciContainer& container) {
    std::vector<std::string> words{tool.path, "exec"};
    addStreams(words, tool);
    if (!container.path.empty()) {
        words.push_back("--env=PATH=" + container.path);
    }
    words.push_back(container.name);
    words.emplace_back(ociAgent);
    return words;
}

std::string whyOciEnded(const OciTool& tool, const OciContainer& container, std::string_view state) {
    const auto parts = split(state, ' ');
    constexpr std::size_t asked = 4;
    if (parts.size() != asked) {
        return {};
    }
    const std::string& limit = container.options.memory;
    if (parts[0] == "true") {
        return fmt::format("the container was ended for memory: its limit is {}", limit);
    }
    if (parts[3] == "true") { // podman: then it does not run, docker: it does
        return fmt::format("the container {} is paused", container.name);
    }
    if (parts[1] == "true") {
        return fmt::format("{} lost the container {}, which still runs", tool.name, container.name);
    }
    if (parts[2] == "137" && !limit.empty()) { // podman does not notice it everywhere
        return fmt::format("the container {} was killed (status 137), probably for memory: its limit is {}",
                           container.name, limit);
    }
    return fmt::format("the container {} ended with status {}", container.name, parts[2]);
}

} // namespace cirque::exec
