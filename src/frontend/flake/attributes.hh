// SPDX-License-Identifier: Apache-2.0
// A flake's attributes as jobs that build them, each as soon as it is evaluated.
#pragma once

#include "frontend/flake/evaluators.hh"
#include "frontend/flake/select.hh"
#include "plan/types.hh"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cirque::frontend {

// One attribute as a job. Exactly one of these holds: it can be built, it has an error of its own, or another
// one builds the same.
struct AttributeJob {
    plan::Job job; // named by the attribute path
    std::optional<Error> error;
    std::string sameAs; // the job that builds this derivation; the job needs it
};

// The job of an attribute with what its evaluation gave: {drv, name, system, outputs}, {problem} or an error.
// A job with an error has one step that tells it and fails, so that the plan stays true when it is run again.
// Pure.
AttributeJob attributeJob(const AttributePath& path, Result<Json> answer);

class AttributeStream {
  public:
    AttributeStream(std::shared_ptr<const nix::LockedFlake> flake, std::vector<ListedAttribute> attributes,
                    EvaluatorLimits limits, nix::Variables environment);

    // As those of Evaluators.
    io::Task<> run(io::StopToken stop) { return evaluators_.run(std::move(stop)); }

    io::Task<Result<std::vector<AttributeJob>>> next(io::StopToken stop);

    [[nodiscard]] std::string takeNotes() { return evaluators_.takeNotes(); }

    // So far.
    [[nodiscard]] std::size_t given() const { return given_; }

    [[nodiscard]] std::size_t failed() const { return failed_; }

  private:
    AttributeJob settle(AttributeJob job);

    std::vector<AttributePath> paths_; // of the tasks
    std::vector<AttributeJob> unlisted_;
    Evaluators evaluators_;
    std::map<std::string, std::string> builders_; // derivation and outputs -> job
    std::size_t given_ = 0;
    std::size_t failed_ = 0;
};

} // namespace cirque::frontend
