// SPDX-License-Identifier: Apache-2.0
// The engine's EnvSource: settles every level of a job's environment, reading each provider of the workflow
// once.
#pragma once

#include "app/local/known-secrets.hh"
#include "app/local/request.hh"
#include "engine/api/ports.hh"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cirque::app {

class EnvSourcePort : public engine::EnvSource {
  public:
    // All must outlive it; `secrets` learns every secret value that is settled, and `journal` which secrets
    // are too short to be hidden.
    EnvSourcePort(const LocalRequest& request, KnownSecrets& secrets, engine::Journal& journal);

    io::Task<Result<engine::JobEnv>> jobEnv(std::shared_ptr<const plan::Job> job, Results results) override;
    Result<exec::Vars> stepEnv(const plan::Job& job, const plan::Step& step, const Results& results) override;

  private:
    Result<engine::JobEnv> settle(const plan::Job& job, const Results& results);
    void tellTooShort(const std::set<std::string, std::less<>>& names);
    const exec::Vars& callerVars(const plan::Job& job);
    // `below` is what lower levels set, for `required`.
    Result<exec::Vars> provided(const std::vector<plan::EnvProvider>& providers, const plan::Env& ownEnv,
                                const std::vector<exec::Vars>& below, const std::string& level) const;
    Result<exec::Vars> settled(const plan::Env& env, const Results& results, const std::string& level) const;

    const LocalRequest& request_;
    KnownSecrets& secrets_;
    engine::Journal& journal_;
    std::set<std::string, std::less<>> told_;        // variables that tellTooShort has named
    std::optional<std::vector<std::string>> passed_; // the names that `caller_` is of
    exec::Vars caller_;                              // mostly the same for all jobs
};

} // namespace cirque::app
