// SPDX-License-Identifier: Apache-2.0
#include "plan/validate.hh"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>

namespace cirque::plan {
namespace {

constexpr std::size_t width = 64;

class Batches {
  public:
    Batches(const Graph& graph, const std::vector<NeedQuery>& queries)
        : graph_(graph), queries_(queries), order_(graph.topologicalOrder()), place_(graph.size(), 0),
          own_(graph.size(), 0), seen_(graph.size(), 0), answers_(queries.size(), false) {
        for (std::size_t i = 0; i < order_.size(); ++i) {
            place_[static_cast<std::size_t>(order_[i])] = i;
        }
    }

    std::vector<bool> run() {
        std::vector<std::size_t> sorted(queries_.size());
        std::iota(sorted.begin(), sorted.end(), 0U);
        std::ranges::sort(sorted, {}, [&](std::size_t query) { return place(queries_[query].ancestor); });
        std::size_t begin = 0;
        while (begin < sorted.size()) {
            std::size_t end = begin;
            std::size_t ancestors = 0;
            int last = -1;
            for (; end < sorted.size(); ++end) {
                const int ancestor = queries_[sorted[end]].ancestor;
                if (ancestor != last && ancestors++ == width) {
                    break;
                }
                last = ancestor;
            }
            batch(std::span(sorted).subspan(begin, end - begin));
            begin = end;
        }
        return std::move(answers_);
    }

  private:
    std::size_t place(int job) const { return place_[static_cast<std::size_t>(job)]; }

    // `batch` holds queries of at most 64 ancestors, in topological order of those.
    void batch(std::span<const std::size_t> batch) {
        const std::size_t first = place(queries_[batch.front()].ancestor);
        std::size_t last = first;
        unsigned next = 0;
        for (const std::size_t query : batch) {
            std::uint64_t& own = own_[place(queries_[query].ancestor)];
            own = own == 0 ? std::uint64_t{1} << next++ : own;
            last = std::max(last, place(queries_[query].job));
        }
        for (std::size_t at = first; at <= last; ++at) {
            std::uint64_t seen = 0;
            for (const int need : graph_.needs(order_[at])) {
                if (const std::size_t below = place(need); below >= first) {
                    seen |= seen_[below] | own_[below];
                }
            }
            seen_[at] = seen;
        }
        for (const std::size_t query : batch) {
            const std::size_t at = place(queries_[query].job);
            answers_[query] = at > first && (seen_[at] & own_[place(queries_[query].ancestor)]) != 0;
        }
        for (const std::size_t query : batch) {
            own_[place(queries_[query].ancestor)] = 0;
        }
    }

    const Graph& graph_;
    const std::vector<NeedQuery>& queries_;
    std::vector<int> order_;
    std::vector<std::size_t> place_;  // of each job in order_
    std::vector<std::uint64_t> own_;  // by place: the ancestor's bit in this batch
    std::vector<std::uint64_t> seen_; // by place: which ancestors are above
    std::vector<bool> answers_;
};

} // namespace

std::vector<bool> areTransitiveNeeds(const Graph& graph, const std::vector<NeedQuery>& queries) {
    return Batches(graph, queries).run();
}

} // namespace cirque::plan
