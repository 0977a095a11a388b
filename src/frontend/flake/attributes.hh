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

// One attribute as a job that builds it, or with an error of its own. When another job builds the same
// derivation, the job needs that one: it finds everything there, and is skipped when the other has failed.
struct AttributeJob {
    plan::Job job; // named by the attribute path
    std::optional<Error> error;
};

// The job of an attribute with what its evaluation gave: {drv, name, system, outputs}, {problem} or an error.
// A job with an error has one step that tells it and fails, so that the plan stays true when it is run again.
// Pure.
AttributeJob attributeJob(const AttributePath& path, Result<Json> answer);

enum class Order {
    AsKnown,
    AsListed, // nothing before everything is known
};

class AttributeStream {
  public:
    AttributeStream(std::shared_ptr<const nix::LockedFlake> flake, std::vector<ListedAttribute> attributes,
                    EvaluatorLimits limits, nix::Variables environment);

    void setOrder(Order order) { order_ = order; }

    // As those of Evaluators.
    io::Task<> run(io::StopToken stop) { return evaluators_.run(std::move(stop)); }

    io::Task<Result<std::vector<AttributeJob>>> next(io::StopToken stop);

    [[nodiscard]] std::string takeNotes() { return evaluators_.takeNotes(); }

    // So far.
    [[nodiscard]] std::size_t given() const { return given_; }

    [[nodiscard]] std::size_t failed() const { return failed_; }

  private:
    io::Task<Result<std::vector<TaskResult>>> results(io::StopToken stop);
    AttributeJob settle(AttributeJob job);

    Order order_ = Order::AsKnown;
    std::vector<AttributePath> paths_; // of the tasks
    std::vector<AttributeJob> unlisted_;
    Evaluators evaluators_;
    std::map<std::string, std::string> builders_; // derivation and outputs -> job
    std::size_t given_ = 0;
    std::size_t failed_ = 0;
};

} // namespace cirque::frontend
