// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/worklist.hh"

#include <algorithm>
#include <ranges>

namespace cirque::frontend {

Worklist::Worklist(std::size_t count, std::size_t workers, std::size_t largestBatch)
    : open_(count), share_(std::clamp<std::size_t>((count + workers - 1) / workers, 1, largestBatch)) {
    for (Task task = 0; task < count; ++task) {
        pending_.push_back(task);
    }
}

std::vector<Worklist::Task> Worklist::take(Worker worker) {
    std::vector<Task> tasks;
    if (!again_.empty()) {
        tasks.push_back(again_.front());
        again_.pop_front();
    } else {
        const auto count = static_cast<std::ptrdiff_t>(std::min(share_, pending_.size()));
        tasks.assign(pending_.begin(), pending_.begin() + count);
        pending_.erase(pending_.begin(), pending_.begin() + count);
    }
    if (!tasks.empty()) {
        batches_[worker] = {tasks, std::vector<bool>(tasks.size(), false), {}, false};
    }
    return tasks;
}

std::optional<Worklist::Task> Worklist::begun(Worker worker, std::size_t place) {
    const auto found = batches_.find(worker);
    if (found == batches_.end() || place >= found->second.tasks.size() || found->second.finished[place]) {
        return std::nullopt;
    }
    found->second.at = place;
    found->second.progressed = true;
    return found->second.tasks[place];
}

std::optional<Worklist::Task> Worklist::done(Worker worker, std::size_t place) {
    const auto found = batches_.find(worker);
    if (found == batches_.end() || found->second.at != place) {
        return std::nullopt;
    }
    found->second.at.reset();
    found->second.finished[place] = true;
    --open_;
    return found->second.tasks[place];
}

Worklist::Blame Worklist::ended(Worker worker, End end) {
    const auto found = batches_.find(worker);
    if (found == batches_.end()) {
        return {};
    }
    Batch batch = std::move(found->second);
    batches_.erase(found);
    Blame blame;
    if (batch.at) {
        const Task task = batch.tasks[*batch.at];
        batch.finished[*batch.at] = true; // it does not come back with the others
        if (end == End::Error) {
            blame = {Blame::Kind::Failed, task};
        } else if (retried_.insert(task).second) {
            again_.push_back(task);
        } else {
            blame = {Blame::Kind::Died, task};
        }
    } else if (!batch.progressed && std::ranges::find(batch.finished, false) != batch.finished.end()) {
        blame.kind = Blame::Kind::All; // it would go on like this for ever
    }
    if (blame.kind == Blame::Kind::Failed || blame.kind == Blame::Kind::Died) {
        --open_;
    }
    for (std::size_t i = batch.tasks.size(); i > 0; --i) {
        if (!batch.finished[i - 1]) {
            pending_.push_front(batch.tasks[i - 1]);
        }
    }
    return blame;
}

} // namespace cirque::frontend
