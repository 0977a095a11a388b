// SPDX-License-Identifier: Apache-2.0
#include "plan/validate.hh"

#include "base/text.hh"
#include "plan/contains.hh"
#include "plan/reports.hh"
#include "plan/validate-parts.hh"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace cirque::plan {
namespace {

constexpr std::size_t mostCycles = 10;
constexpr std::size_t longestCycleShown = 20;

void checkNeeds(Checks& checks, std::size_t index) {
    const Job& job = checks.plan.jobs[index];
    const std::vector<int>& known = checks.graph.needs(static_cast<int>(index));
    if (known.size() == job.needs.size() && !contains(known, static_cast<int>(index))) {
        return; // the graph leaves out what is wrong
    }
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < job.needs.size(); ++i) {
        const std::string& need = job.needs[i];
        const auto path = [&] { return jobPath(job, {{"needs"}, {{}, static_cast<std::ptrdiff_t>(i)}}); };
        if (need == job.name) {
            checks.add(path(), fmt::format("{} needs itself", quoted(need)));
        } else if (!seen.emplace(need, i).second) {
            checks.add(path(), fmt::format("{} is listed twice", quoted(need)));
        } else if (checks.graph.find(need) < 0) {
            checks.add(path(), fmt::format("there is no job {}", quoted(need)), checks.nearestJob(need));
        }
    }
}

void checkCycles(Checks& checks) {
    for (const std::vector<int>& cycle : checks.graph.findCycles(mostCycles)) {
        checks.cyclic = true;
        if (cycle.size() == 2) {
            continue; // reported as needing itself
        }
        std::string way;
        for (std::size_t i = 0; i + 1 < cycle.size() && i < longestCycleShown; ++i) {
            way += checks.job(cycle[i]).name + " -> ";
        }
        way += cycle.size() - 1 > longestCycleShown ? "... -> " : "";
        way += checks.job(cycle.front()).name;
        checks.add(jobPath(checks.job(cycle.front()), {{"needs"}}),
                   fmt::format("these jobs wait for each other: {}", quotedWay(way)),
                   "remove one of these needs");
    }
}

void collectOutputs(Checks& checks) {
    checks.producers.reserve(checks.plan.jobs.size());
    for (std::size_t i = 0; i < checks.plan.jobs.size(); ++i) {
        const Job& job = checks.plan.jobs[i];
        for (const ArtifactOutput& output : job.outputs) {
            const auto [found, isNew] = checks.producers.emplace(output.name, static_cast<int>(i));
            if (!isNew) {
                checks.add(jobPath(job, {{"outputs"}, {output.name}}),
                           fmt::format("artifact {} is already an output of job {}", quoted(output.name),
                                       quoted(checks.job(found->second).name)),
                           "give one of them another name");
            }
        }
    }
}

// For each input whether an earlier one has the same name and path.
std::vector<bool> repeatedInputs(const std::vector<ArtifactInput>& inputs) {
    std::vector<bool> repeated(inputs.size(), false);
    if (inputs.size() > 1) {
        std::unordered_map<std::string_view, std::unordered_set<std::string_view>> seen;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            repeated[i] = !seen[inputs[i].name].insert(inputs[i].path).second;
        }
    }
    return repeated;
}

// The job whose members save artifacts of such names, "<output>-<axis>-<value>"; -1: none.
int producerOfMembers(const Checks& checks, std::string_view name) {
    for (std::size_t i = 0; i < checks.plan.jobs.size(); ++i) {
        const Job& job = checks.plan.jobs[i];
        const auto begins = [&](const ArtifactOutput& output) { return name.starts_with(output.name + "-"); };
        if (!job.matrix.axes.empty() && std::ranges::any_of(job.outputs, begins)) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

// "o-os-linux": what the first member would save; the values of an axis may be known only when it runs.
std::string nameOfMember(const ArtifactInput& input, const Job& producer) {
    std::vector<const MatrixAxis*> axes;
    for (const MatrixAxis& axis : producer.matrix.axes) {
        axes.push_back(&axis);
    }
    std::ranges::sort(axes, {}, &MatrixAxis::name);
    std::string name = input.name;
    for (const MatrixAxis* axis : axes) {
        name += fmt::format("-{}-{}", axis->name, axis->values.empty() ? "VALUE" : axis->values.front());
    }
    return name;
}

void checkInputs(Checks& checks, std::size_t index) {
    const Job& job = checks.plan.jobs[index];
    const std::vector<bool> repeated = repeatedInputs(job.inputs);
    for (std::size_t i = 0; i < job.inputs.size(); ++i) {
        const ArtifactInput& input = job.inputs[i];
        const auto path = [&job, i] {
            return jobPath(job, {{"inputs"}, {{}, static_cast<std::ptrdiff_t>(i)}});
        };
        const auto producer = checks.producers.find(input.name);
        if (repeated[i]) {
            checks.add(path(),
                       fmt::format("artifact {} is restored twice to the same path", quoted(input.name)));
        } else if (const int members =
                       producer == checks.producers.end() ? producerOfMembers(checks, input.name) : -1;
                   members >= 0 && members != static_cast<int>(index)) {
            checks.needUpstream(index, members, path, "artifact", input.name);
        } else if (producer == checks.producers.end()) {
            checks.add(path(), fmt::format("no job outputs an artifact {}", quoted(input.name)),
                       checks.nearestArtifact(input.name));
        } else if (producer->second == static_cast<int>(index)) {
            checks.add(path(), fmt::format("artifact {} is this job's own output", quoted(input.name)));
        } else if (const Job& from = checks.job(producer->second); !from.matrix.axes.empty()) {
            checks.add(path(),
                       fmt::format("job {} has a matrix: each of its members saves an artifact {} of its own",
                                   quoted(from.name), quoted(input.name)),
                       fmt::format("name those you want, such as {}", quoted(nameOfMember(input, from))));
        } else {
            checks.needUpstream(index, producer->second, path, "artifact", input.name);
        }
    }
}

// The Nix library's tokens are store paths of these names.
bool looksLikeToken(std::string_view entry) {
    const std::string_view name = entry.substr(entry.rfind('/') + 1);
    const std::string_view rest = name.substr(std::min<std::size_t>(name.find('-'), name.size()));
    return rest.starts_with("-cirque-tool-") || rest.starts_with("-cirque-file-");
}

// `where` is what stands between the job and the step's own keys.
void checkTokens(Checks& checks, const Job& job, const Step& step, const std::vector<PathPart>& where) {
    const auto at = [&](std::vector<PathPart> rest) {
        rest.insert(rest.begin(), where.begin(), where.end());
        return jobPath(job, std::move(rest));
    };
    const auto index = [](std::size_t i) { return PathPart{{}, static_cast<std::ptrdiff_t>(i)}; };
    for (std::size_t i = 0; i < step.closure.hostTools.size(); ++i) {
        if (const std::string& token = step.closure.hostTools[i]; !checks.hostTools.contains(token)) {
            checks.add(at({{"closure"}, {"hostTools"}, index(i)}),
                       fmt::format("{} is not declared in hostTools", quoted(token)));
        }
    }
    for (std::size_t i = 0; i < step.closure.files.size(); ++i) {
        if (const std::string& token = step.closure.files[i]; !checks.files.contains(token)) {
            checks.add(at({{"closure"}, {"files"}, index(i)}),
                       fmt::format("{} is not declared in files", quoted(token)));
        }
    }
    for (std::size_t i = 0; i < step.path.size(); ++i) {
        const std::string_view entry = step.path[i];
        const std::string_view token = entry.ends_with("/bin") ? entry.substr(0, entry.size() - 4) : entry;
        const auto declared = [&](std::string_view name) {
            return checks.hostTools.contains(name) || checks.files.contains(name);
        };
        if (declared(entry) || declared(token)) {
            continue;
        }
        if (!entry.starts_with('/')) {
            checks.add(at({{"path"}, index(i)}),
                       fmt::format("{} is neither an absolute folder nor a token of hostTools or files",
                                   quoted(entry)));
        } else if (looksLikeToken(token)) {
            checks.add(at({{"path"}, index(i)}),
                       fmt::format("the token {} is not declared in hostTools or files", quoted(token)));
        }
    }
}

void checkReports(Checks& checks, const Job& job) {
    std::unordered_map<std::string_view, int> named;
    for (std::size_t i = 0; !job.reports.empty() && i < job.steps.size(); ++i) {
        ++named[job.steps[i].name];
    }
    for (std::size_t i = 0; i < job.reports.size(); ++i) {
        const Report& report = job.reports[i];
        const auto path = [&] { return jobPath(job, {{"reports"}, {{}, static_cast<std::ptrdiff_t>(i)}}); };
        const auto found = named.find(report.step);
        const bool several = found != named.end() && found->second > 1;
        if (!report.step.empty() && (several || (found == named.end() && !numberedStep(job, report.step)))) {
            checks.add(path(),
                       fmt::format("{} {}", several ? "several steps are named" : "there is no step",
                                   quoted(report.step)),
                       several ? "give the step's number, from 1, or steps names of their own" : "");
        }
        for (const std::string_view part : split(report.path, '/')) {
            if (part.contains("**") && part != "**") {
                checks.add(path(), fmt::format("{} mixes '**' with other characters", quoted(part)),
                           "'**' stands for folders and is a part of its own: reports/**/*.xml");
            }
        }
    }
}

void checkShape(Checks& checks) {
    if (checks.plan.jobs.empty()) {
        checks.add({{"jobs"}}, "a plan without jobs proves nothing", "add a job");
    }
    for (const Job& job : checks.plan.jobs) {
        if (job.steps.empty()) {
            checks.add(jobPath(job, {{"steps"}}), "a job without steps proves nothing", "add a step");
        }
    }
    for (const GeneratedFile& file : checks.plan.files) {
        if (checks.hostTools.contains(file.token)) {
            checks.add({{"files"}, {file.token}},
                       fmt::format("the token {} is also in hostTools", quoted(file.token)));
        }
    }
}

} // namespace

std::vector<Finding> validate(const Plan& plan) {
    Checks checks(plan);
    checkShape(checks);
    checkParams(checks);
    checkCycles(checks);
    collectOutputs(checks);
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
        checkNeeds(checks, i);
        checkInputs(checks, i);
        checkReferences(checks, i);
        checkResultNames(checks, i);
        checkMatrix(checks, plan.jobs[i]);
        checkReports(checks, plan.jobs[i]);
        for (std::size_t step = 0; step < plan.jobs[i].steps.size(); ++step) {
            checkTokens(checks, plan.jobs[i], plan.jobs[i].steps[step],
                        {{"steps"}, {{}, static_cast<std::ptrdiff_t>(step)}});
        }
        for (const Service& service : plan.jobs[i].services) {
            checkTokens(checks, plan.jobs[i], service.program, {{"services"}, {service.name()}});
        }
        checkServices(checks, i);
    }
    checkPlanValues(checks);
    checks.askGraph();
    return std::move(checks.findings);
}

} // namespace cirque::plan
