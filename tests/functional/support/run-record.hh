// SPDX-License-Identifier: Apache-2.0
// What the newest run of a project says about itself, in words that tests compare: from `cirque show RUN
// --json` and the journal.
#pragma once

#include "base/json.hh"
#include "tests/functional/support/project.hh"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::test {

class RunRecord {
  public:
    // Fails the test when `cirque show` does.
    explicit RunRecord(const Project& project);

    // Each job with its outcome: "succeeded", "failed exit 3 tolerated", "failed timeout", "skipped
    // own-condition".
    [[nodiscard]] std::map<std::string, std::string> jobs() const;

    // "NAME: OUTCOME" of each step of a job, in order; "NAME: -" for one without a verdict.
    [[nodiscard]] std::vector<std::string> steps(std::string_view job) const;

    // The outcome of each try of a step.
    [[nodiscard]] std::vector<std::string> tries(std::string_view job, std::string_view step) const;

    // "JOB NAME PATH" of each artifact, sorted.
    [[nodiscard]] std::vector<std::string> artifacts() const;

    // The place of the first such event of a job in the journal, from 1; fails the test when there is none.
    [[nodiscard]] std::int64_t place(std::string_view type, std::string_view job) const;

    // All of `first` had finished before `then` started.
    [[nodiscard]] bool inOrder(std::string_view first, std::string_view then) const {
        return place("job.finished", first) < place("job.started", then);
    }

    [[nodiscard]] const Json& run() const { return run_; }

  private:
    [[nodiscard]] const Json& job(std::string_view name) const;
    Json run_;
    std::vector<Json> events_;
};

} // namespace cirque::test
