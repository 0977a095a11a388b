// SPDX-License-Identifier: Apache-2.0
#include "engine/admission.hh"

#include "base/assert.hh"

#include <algorithm>

namespace cirque::engine {

Admission::Admission(int slots) : slots_(std::max(1, slots)) {}

void Admission::ask(int job) {
    CIRQUE_ASSERT(!holding_.contains(job) && !tickets_.contains(job), "a job asks for one slot at a time");
    tickets_[job] = ++lastTicket_;
    queue_.push_back({job, lastTicket_});
}

void Admission::withdraw(int job) {
    tickets_.erase(job);
}

void Admission::release(int job) {
    CIRQUE_ASSERT(holding_.erase(job) == 1, "only a slot that is held can be given back");
}

std::optional<int> Admission::grant() {
    while (used() < slots_ && !queue_.empty()) {
        const Waiting next = queue_.front();
        queue_.pop_front();
        const auto found = tickets_.find(next.job);
        if (found == tickets_.end() || found->second != next.ticket) {
            continue;
        }
        tickets_.erase(found);
        holding_.insert(next.job);
        return next.job;
    }
    return std::nullopt;
}

} // namespace cirque::engine
