// SPDX-License-Identifier: Apache-2.0
#include "history/reuse.hh"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace cirque::history {
namespace {

bool skippedFor(const JobRecord& job, SkipReason reason) {
    return job.outcome && job.outcome->kind == OutcomeKind::Skipped && job.outcome->skip == reason;
}

// One job of the plan with what the record knows of it.
struct Node {
    const plan::Job* job = nullptr;
    std::vector<std::size_t> needs;
    std::vector<std::pair<std::string, const JobRecord*>> parts; // itself, or the members of its matrix
    bool isMatrix = false;
    bool runs = false;          // it, or a part of it, runs again
    bool needRuns = false;      // something it needs does
    bool dependantRuns = false; // something that needs it does
};

class Chooser {
  public:
    Chooser(const RunRecord& record, const plan::Plan& plan, const ReuseLimits& limits)
        : record_(record), limits_(limits) {
        std::unordered_map<std::string_view, std::size_t> index;
        nodes_.resize(plan.jobs.size());
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            nodes_[i].job = &plan.jobs[i];
            nodes_[i].isMatrix = !plan.jobs[i].matrix.axes.empty();
            index.emplace(plan.jobs[i].name, i);
        }
        for (Node& node : nodes_) {
            for (const std::string& need : node.job->needs) {
                if (const auto found = index.find(need); found != index.end()) {
                    node.needs.push_back(found->second);
                }
            }
        }
        for (const auto& [name, job] : record.jobs) {
            const auto own = index.find(name);
            const auto matrix = index.find(job.matrix);
            if (!job.matrix.empty() && matrix != index.end()) {
                nodes_[matrix->second].parts.emplace_back(name, &job);
            } else if (own != index.end() &&
                       (!nodes_[own->second].isMatrix || skippedFor(job, SkipReason::OwnCondition))) {
                nodes_[own->second].parts.emplace_back(name, &job);
            }
        }
    }

    Reuse run() {
        while (settleOnce()) {
        }
        for (Node& node : nodes_) {
            for (const auto& [name, job] : node.parts) {
                if (const std::string why = whyAgain(node, name, *job); !why.empty()) {
                    reuse_.again.emplace(name, why);
                } else if (kept(node, name, *job)) {
                    reuse_.settled.emplace(name, job->outcome->ok() ? Outcome::cached() : *job->outcome);
                }
            }
        }
        return std::move(reuse_);
    }

  private:
    // How it ended would do, whatever else speaks against it.
    static bool endedWell(const JobRecord& job) {
        return job.outcome &&
               (job.outcome->ok() || job.tolerated || skippedFor(job, SkipReason::OwnCondition));
    }

    // "" when nothing speaks against what ended well.
    std::string whyAgain(const Node& node, const std::string& name, const JobRecord& job) const {
        if (!endedWell(job)) {
            return {};
        }
        if (limits_.unusable.contains(name)) {
            return "an artifact of it is missing or damaged";
        }
        if (!job.outcome->ok()) {
            return {}; // it promises nothing
        }
        if (node.dependantRuns && limits_.collected.contains(name)) {
            return "what it built is no longer in the Nix store";
        }
        for (const std::string& result : node.job->results) {
            const auto found =
                std::ranges::find(job.results, result, [](const auto& pair) { return pair.first; });
            if (found == job.results.end()) {
                return fmt::format("its result '{}' was not recorded", result);
            }
            if (node.dependantRuns && limits_.redacted && limits_.redacted(found->second)) {
                return fmt::format("its result '{}' holds a secret, which is not recorded", result);
            }
        }
        if (job.artifacts.size() < node.job->outputs.size()) {
            return "an artifact of it was not recorded";
        }
        return {};
    }

    bool kept(const Node& node, const std::string& name, const JobRecord& job) const {
        return endedWell(job) && whyAgain(node, name, job).empty() &&
               !(node.needRuns && skippedFor(job, SkipReason::OwnCondition));
    }

    bool runsAgain(const Node& node) const {
        const auto own = record_.jobs.find(node.job->name);
        if (own != record_.jobs.end() && skippedFor(own->second, SkipReason::NotSelected)) {
            return false;
        }
        const auto gone = [&](const auto& part) { return !kept(node, part.first, *part.second); };
        const bool open = node.isMatrix && (own == record_.jobs.end() || !own->second.outcome);
        return open || node.parts.empty() || std::ranges::any_of(node.parts, gone);
    }

    // What runs again only grows, so this comes to an end.
    bool settleOnce() {
        bool changed = false;
        const auto raise = [&changed](bool& flag, bool value) {
            changed = changed || (value && !flag);
            flag = flag || value;
        };
        for (Node& node : nodes_) {
            raise(node.runs, runsAgain(node));
            for (const std::size_t need : node.needs) {
                raise(node.needRuns, nodes_[need].runs || nodes_[need].needRuns);
                raise(nodes_[need].dependantRuns, node.runs || node.dependantRuns);
            }
        }
        return changed;
    }

    const RunRecord& record_;
    const ReuseLimits& limits_;
    std::vector<Node> nodes_;
    Reuse reuse_;
};

} // namespace

Reuse chooseReuse(const RunRecord& record, const plan::Plan& plan, const ReuseLimits& limits) {
    return Chooser(record, plan, limits).run();
}

std::vector<std::string> selectedJobs(const RunRecord& record, const plan::Plan& plan) {
    std::vector<std::string> out;
    for (const plan::Job& job : plan.jobs) {
        const auto found = record.jobs.find(job.name);
        if (found == record.jobs.end() || !skippedFor(found->second, SkipReason::NotSelected)) {
            out.push_back(job.name);
        }
    }
    return out;
}

} // namespace cirque::history
