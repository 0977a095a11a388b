// SPDX-License-Identifier: Apache-2.0
#include "agent/prepare.hh"

#include "agent/private-file.hh"
#include "base/text.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <variant>

namespace cirque::agent {

namespace {

// The last layer that sets the variable decides; nullptr: none does.
const std::string* lastValue(const std::vector<Variables>& layers, std::string_view name) {
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        for (auto variable = layer->rbegin(); variable != layer->rend(); ++variable) {
            if (variable->name == name) {
                return &variable->value;
            }
        }
    }
    return nullptr;
}

std::string pathOf(const StepRequest& request, const EnvChange& jobEnv, const std::string& hostPath) {
    if (const std::string* path = lastValue(request.above, "PATH")) {
        return *path;
    }
    if (const auto path = jobEnv.set.find("PATH"); path != jobEnv.set.end()) {
        return path->second;
    }
    const std::string* path = lastValue(request.below, "PATH");
    return path != nullptr ? *path : hostPath;
}

Outcome noSuchProgram(std::string_view program) {
    Outcome outcome = Outcome::failedExit(127);
    outcome.message = fmt::format("there is no program '{}' on the step's PATH", ellipsize(program, 200));
    outcome.hint = "add its package to the step's deps, or install it on this machine";
    return outcome;
}

// What execve would refuse with E2BIG, said in a person's words (execve(2), "Limits on size of arguments").
std::optional<Outcome> tooLarge(const PreparedStep& prepared) {
    constexpr std::size_t longest = 131072; // MAX_ARG_STRLEN, with the NUL
    const auto refuse = [](std::string message) {
        Outcome outcome = Outcome::failedExit(126);
        outcome.message = std::move(message);
        outcome.hint = "pass large values in files";
        return outcome;
    };
    std::size_t total = 0;
    for (const auto& [name, value] : prepared.environment) {
        const std::size_t size = name.size() + value.size() + 2;
        if (size > longest) {
            return refuse(fmt::format("the variable {} holds {} bytes; the system passes at most {} in one",
                                      ellipsize(name, 100), value.size(), longest - name.size() - 2));
        }
        total += size + sizeof(char*);
    }
    for (const std::string& word : prepared.argv) {
        if (word.size() + 1 > longest) {
            return refuse(
                fmt::format("an argument of the step holds {} bytes; the system passes at most {} in one",
                            word.size(), longest - 1));
        }
        total += word.size() + 1 + sizeof(char*);
    }
    constexpr std::size_t leaderShare = 4096; // the leader's own words
    const long limit = ::sysconf(_SC_ARG_MAX);
    if (limit > 0 && total + leaderShare > static_cast<std::size_t>(limit)) {
        return refuse(
            fmt::format("the step's environment and arguments hold {} bytes; the system passes at most {}",
                        total, static_cast<std::size_t>(limit) - leaderShare));
    }
    return std::nullopt;
}

} // namespace

Result<PreparedStep> Preparer::prepare(const StepRequest& request, int number) {
    PreparedStep prepared;
    searchPath_ = pathOf(request, jobEnv_.change(), context_.hostPath);
    const std::string& workdir = request.step.workdir;
    prepared.workFolder =
        workdir.empty() || workdir == "." ? context_.jobFolder : context_.jobFolder + '/' + workdir;
    if (!request.isCondition && !request.isService) {
        prepared.outputName = fmt::format("{}.output", number);
        prepared.summaryName = fmt::format("{}.summary", number);
    }
    for (const std::string& entry : request.step.path) {
        CIRQUE_TRY_ASSIGN(std::string folder, materials_.expandPathEntry(entry, searchPath_));
        prepared.pathFolders.push_back(std::move(folder));
    }
    CIRQUE_TRY_ASSIGN(prepared.environment, assemble(request, prepared, jobEnv_.change()));
    CIRQUE_TRY(setCommand(request, prepared, number));
    if (!prepared.refused) {
        prepared.refused = tooLarge(prepared);
    }
    return prepared;
}

Result<Environment> Preparer::withoutJobEnv(const StepRequest& request, const PreparedStep& prepared) {
    searchPath_ = pathOf(request, {}, context_.hostPath);
    return assemble(request, prepared, {});
}

Result<Environment> Preparer::assemble(const StepRequest& request, const PreparedStep& prepared,
                                       const EnvChange& jobEnv) {
    OwnVariables own;
    own.jobFolder = context_.jobFolder;
    own.workFolder = prepared.workFolder;
    own.jobEnvFile = jobEnv_.path();
    own.shell = context_.bash;
    own.pathFolders = prepared.pathFolders;
    if (!prepared.outputName.empty()) {
        own.outputFile = context_.privateFolder + '/' + prepared.outputName;
        own.summaryFile = context_.privateFolder + '/' + prepared.summaryName;
    }
    const Expand expand = [this](const std::string& value) { return materials_.expand(value, searchPath_); };
    return assembleEnv(request.below, jobEnv, request.above, own, expand);
}

Result<void> Preparer::setCommand(const StepRequest& request, PreparedStep& prepared, int number) {
    if (request.isCondition) {
        return setScript(prepared, request.conditionScript, {}, number, request.name);
    }
    if (const auto* run = std::get_if<plan::BashRun>(&request.step.action)) {
        if (request.step.shell != "bash") {
            prepared.refused = Outcome::infrastructure(
                fmt::format("this version runs scripts with bash only, not with '{}'", request.step.shell));
            return {};
        }
        return setScript(prepared, run->script, {"-euo", "pipefail"}, number, request.name);
    }
    if (const auto* run = std::get_if<plan::ArgvRun>(&request.step.action)) {
        for (const std::string& word : run->argv) {
            CIRQUE_TRY_ASSIGN(std::string expanded, materials_.expand(word, searchPath_));
            prepared.argv.push_back(std::move(expanded));
        }
    } else {
        prepared.refused =
            Outcome::infrastructure("a build step runs where the run is coordinated, not at the job's place");
        return {};
    }
    setProgram(prepared);
    return {};
}

void Preparer::setProgram(PreparedStep& prepared) {
    if (prepared.argv.empty() || prepared.argv[0].empty()) {
        prepared.refused = Outcome::failedWith("the step names no program");
        return;
    }
    std::string& program = prepared.argv[0];
    prepared.program = program;
    if (!program.contains('/')) {
        const auto path = prepared.environment.find("PATH");
        std::string found = findProgram(
            program, path == prepared.environment.end() ? defaultPath : std::string_view(path->second));
        if (found.empty()) {
            prepared.refused = noSuchProgram(program);
            return;
        }
        program = std::move(found);
    }
}

Result<void> Preparer::setScript(PreparedStep& prepared, std::string text, std::vector<std::string> shell,
                                 int number, std::string_view stepName) {
    if (context_.bash.empty()) {
        return fail(ErrorCode::MissingTool, "bash was not found on this machine",
                    "install bash, or put it on PATH");
    }
    CIRQUE_TRY_ASSIGN(std::string script, materials_.expand(std::move(text), searchPath_));
    if (!script.ends_with('\n')) {
        script += '\n';
    }
    prepared.scriptName = fmt::format("{}-{}.sh", number, sanitizeFileName(stepName));
    CIRQUE_TRY(writePrivateFile(privateFd_, prepared.scriptName, script));
    prepared.argv = {context_.bash, "--noprofile", "--norc"};
    std::ranges::move(shell, std::back_inserter(prepared.argv));
    prepared.argv.push_back(context_.privateFolder + '/' + prepared.scriptName);
    prepared.program = context_.bash;
    return {};
}

Outcome outcomeOfEnd(const MainEnd& end, const PreparedStep& prepared) {
    switch (end.kind) {
    case MainEnd::Kind::Exited:
        return end.value == 0 ? Outcome::succeeded() : Outcome::failedExit(end.value);
    case MainEnd::Kind::Signaled:
        return Outcome::failedSignal(end.value, end.oom);
    case MainEnd::Kind::Lost:
        return Outcome::infrastructure(
            "the step's leader process was killed, so how the step ended is not known",
            "a step must not kill its parent process");
    case MainEnd::Kind::ExecFailed:
        break;
    }
    const std::string reason = std::strerror(end.value);
    if (!prepared.scriptName.empty()) {
        return Outcome::infrastructure(fmt::format("cannot run {}: {}", prepared.program, reason),
                                       "install bash");
    }
    if (end.value == ENOENT && !prepared.program.contains('/')) {
        return noSuchProgram(prepared.program);
    }
    Outcome outcome = Outcome::failedExit(end.value == ENOENT ? 127 : 126);
    outcome.message = fmt::format("cannot run '{}': {}", ellipsize(prepared.program, 200), reason);
    return outcome;
}

} // namespace cirque::agent
