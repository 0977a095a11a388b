// SPDX-License-Identifier: Apache-2.0
// The graph as a tree for terminals.
#include "base/columns.hh"
#include "report/graph/graph.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::report {
namespace {

constexpr std::size_t indent = 3; // columns of one level

struct Visit {
    int job;
    std::size_t depth;
    bool last; // of its siblings
};

class Tree {
  public:
    Tree(const GraphView& graph, const GraphOptions& options)
        : graph_(graph), options_(options), dependants_(graph.jobs.size()), told_(graph.jobs.size(), false) {
        for (std::size_t i = 0; i < graph.jobs.size(); ++i) {
            for (const int need : graph.jobs[i].needs) {
                dependants_[static_cast<std::size_t>(need)].push_back(static_cast<int>(i));
            }
        }
    }

    std::string draw() {
        out_ = shown(graph_.name) + "\n";
        for (std::size_t i = 0; i < graph_.jobs.size(); ++i) {
            if (graph_.jobs[i].needs.empty()) {
                below(static_cast<int>(i));
            }
        }
        // what only a damaged run can hold: jobs that wait for each other
        for (std::size_t i = 0; i < graph_.jobs.size(); ++i) {
            if (!told_[i]) {
                below(static_cast<int>(i));
            }
        }
        return std::move(out_);
    }

  private:
    void below(int root) {
        std::vector<Visit> stack{{root, 0, true}};
        while (!stack.empty()) {
            const Visit visit = stack.back();
            stack.pop_back();
            open_.resize(visit.depth);
            if (visit.depth > 0) {
                open_[visit.depth - 1] = !visit.last;
            }
            const bool again = told_[static_cast<std::size_t>(visit.job)];
            line(visit, again);
            if (again) {
                continue;
            }
            told_[static_cast<std::size_t>(visit.job)] = true;
            const std::vector<int>& next = dependants_[static_cast<std::size_t>(visit.job)];
            for (auto job = next.rbegin(); job != next.rend(); ++job) {
                stack.push_back({*job, visit.depth + 1, job == next.rbegin()});
            }
        }
    }

    // The bars of the levels; of a deep level only as many as leave half the width to the text.
    [[nodiscard]] std::string bars(const Visit& visit) const {
        const std::size_t most = std::max<std::size_t>(options_.width / 2 / indent, 2);
        const bool cut = visit.depth > most;
        std::string out = cut ? fmt::format("{:>2} ", visit.depth) : "";
        for (std::size_t level = cut ? visit.depth - most + 1 : 0; level + 1 < visit.depth; ++level) {
            out += open_[level] ? "│  " : "   ";
        }
        if (visit.depth > 0) {
            out += visit.last ? "└─ " : "├─ ";
        }
        return out;
    }

    void line(const Visit& visit, bool again) {
        const GraphJob& job = graph_.jobs[static_cast<std::size_t>(visit.job)];
        const std::string left = bars(visit);
        const std::size_t used = columns(left);
        const std::size_t room = options_.width > used ? options_.width - used : 0;
        // a name gives way only when it alone is too long
        const std::string name = fitColumns(shown(job.name), room > 10 ? room - 4 : room);
        std::string tail = again ? "(above)" : detailOf(job);
        if (!again && job.needs.size() > 1) {
            tail += fmt::format(", needs {} jobs", job.needs.size());
        }
        const std::size_t taken = columns(name) + 2;
        tail = room > taken + 3 ? fitColumns(shown(tail), room - taken) : "";
        out_ += painted(Style::Dim, left) +
                (job.outcome ? painted(styleOf(*job.outcome, job.tolerated), name) : name);
        out_ += tail.empty() ? "\n" : "  " + painted(Style::Dim, tail) + "\n";
    }

    [[nodiscard]] std::string painted(Style style, const std::string& text) const {
        return paint(style, text, options_.colour);
    }

    const GraphView& graph_;
    const GraphOptions& options_;
    std::vector<std::vector<int>> dependants_;
    std::vector<bool> told_; // in full
    std::vector<bool> open_; // levels that have more to come
    std::string out_;
};

} // namespace

std::string toTree(const GraphView& graph, const GraphOptions& options) {
    return Tree(graph, options).draw();
}

} // namespace cirque::report
