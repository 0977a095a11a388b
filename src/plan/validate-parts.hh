// SPDX-License-Identifier: Apache-2.0
// What the parts of validate share: the findings, the indexes, the questions put to the graph at the end. Not
// for use outside validate*.cc.
#pragma once

#include "plan/validate.hh"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cirque::plan {

// Collects findings; answers about names. Lives during one validate.
class Checks {
  public:
    explicit Checks(const Plan& checked);

    const Plan& plan;
    Graph graph;
    std::vector<Finding> findings;
    std::unordered_map<std::string_view, int> producers; // artifact name -> job
    std::unordered_set<std::string_view> hostTools;
    std::unordered_set<std::string_view> files;
    std::unordered_map<std::string_view, const Param*> params;
    bool cyclic = false;

    [[nodiscard]] const Job& job(int index) const { return plan.jobs[static_cast<std::size_t>(index)]; }

    void add(Path path, std::string message, std::string hint = {});

    // A finding at `path` unless `ancestor` is a transitive need of `job`; settled by askGraph. What comes
    // from it is named as "artifact" and its name; `path` and `name` must refer to nothing but the plan.
    void needUpstream(std::size_t job, int ancestor, std::function<Path()> path, std::string_view what,
                      std::string_view name);
    void askGraph();

    // "did you mean 'x'?" or "". Empty too when there is so much to compare that it would take long.
    [[nodiscard]] std::string nearestJob(std::string_view name);
    [[nodiscard]] std::string nearestArtifact(std::string_view name);
    [[nodiscard]] std::string nearestOf(std::string_view name,
                                        const std::vector<std::string_view>& candidates);

  private:
    struct Question {
        NeedQuery query;
        std::function<Path()> path;
        std::string_view what;
        std::string_view name;
    };

    std::vector<Question> questions_;
    std::vector<int> directBy_; // the job that last marked this one as its direct need
    std::size_t marked_ = static_cast<std::size_t>(-1);
    std::size_t budget_; // name comparisons left
};

// jobs.<name> and what follows.
Path jobPath(const Job& job, std::vector<PathPart> rest = {});

// A chain of names, fit for a terminal and not longer than a few lines.
std::string quotedWay(std::string_view way);

void checkParams(Checks& checks);
void checkPlanValues(Checks& checks);
void checkReferences(Checks& checks, std::size_t job);
void checkResultNames(Checks& checks, std::size_t job);
void checkMatrix(Checks& checks, const Job& job);
void checkServices(Checks& checks, std::size_t job);
// The references and lengths of one environment, whose object stands at `at`.
void checkEnv(Checks& checks, std::size_t job, const Env& env, const Path& at);

} // namespace cirque::plan
