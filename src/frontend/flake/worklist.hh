// SPDX-License-Identifier: Apache-2.0
// Which evaluator does what, and whose fault it is when one ends early. A pure machine: evaluators come and
// go, each gets a batch of tasks and says what it begins and what it has done; the task it was at when it
// died is tried once more, alone.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace cirque::frontend {

class Worklist {
  public:
    using Task = std::size_t;   // 0 .. count - 1
    using Worker = std::size_t; // any number, new for each evaluator

    // A batch is an even share for `workers`, at most `largestBatch`.
    Worklist(std::size_t count, std::size_t workers, std::size_t largestBatch);

    // What a new evaluator does; a second try comes alone. Empty: there is nothing to hand out now, but what
    // others hold may come back (see complete).
    std::vector<Task> take(Worker worker);

    // Records of an evaluator; `place` is the task's place in its batch. One that fits nothing is ignored:
    // then the task is not done, and its evaluator's end decides.
    std::optional<Task> begun(Worker worker, std::size_t place);
    std::optional<Task> done(Worker worker, std::size_t place);

    enum class End {
        Finished, // by itself, without an error
        Error,    // Nix refused something
        Death,    // memory, stack or a signal
    };

    struct Blame {
        enum class Kind {
            Nobody, // what was not done comes back
            Failed, // the task at hand is refused by Nix
            Died,   // the task at hand ended its evaluator for the second time
            All,    // it ended before any task began: nothing can be evaluated
        };
        Kind kind = Kind::Nobody;
        Task task = 0; // Failed and Died
    };

    // The evaluator has ended. What it had not done comes back, except the blamed one, which is finished.
    Blame ended(Worker worker, End end);

    // Every task was done or blamed.
    [[nodiscard]] bool complete() const { return open_ == 0; }

  private:
    struct Batch {
        std::vector<Task> tasks;
        std::vector<bool> finished;
        std::optional<std::size_t> at; // begun and not done
        bool progressed = false;
    };

    std::deque<Task> pending_;
    std::deque<Task> again_; // each alone
    std::set<Task> retried_;
    std::map<Worker, Batch> batches_;
    std::size_t open_;
    std::size_t share_;
};

} // namespace cirque::frontend
