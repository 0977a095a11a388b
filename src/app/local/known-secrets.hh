// SPDX-License-Identifier: Apache-2.0
// Every secret value this run has settled so far. A value may travel from the job that names it to another
// (as a result, an artifact's name, a message), so logs and events of all jobs are cleaned of all of them.
#pragma once

#include "event/types/event.hh"
#include "secret/redactor.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::app {

class KnownSecrets {
  public:
    void add(const std::vector<std::string>& values);

    // What replaces them and `more`. Shared as long as `more` holds none that is new.
    [[nodiscard]] std::shared_ptr<const secret::RedactionSet>
    with(const std::vector<std::string>& more) const;

    // Replaces them in the texts of an event that come from steps or from the world.
    void redact(event::Body& body) const;

  private:
    std::vector<std::string> values_; // no doubles
    std::shared_ptr<const secret::RedactionSet> set_ = std::make_shared<secret::RedactionSet>(values_);
};

} // namespace cirque::app
