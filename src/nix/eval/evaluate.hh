// SPDX-License-Identifier: Apache-2.0
// One evaluation with stock Nix: a file that takes named texts, in; JSON, out. A fresh nix-instantiate each
// time.
#pragma once

#include "base/json.hh"
#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/observe/observation.hh"
#include "nix/store/command.hh"

#include <string>
#include <utility>
#include <vector>

namespace cirque::nix {

struct EvalRequest {
    std::string file; // absolute; its value is a function of the arguments
    std::vector<std::pair<std::string, std::string>> args; // texts
    bool writes = false; // .drv files and copied sources reach the store; without it nothing is written
    bool flakes = false; // locked inputs may be fetched
    std::vector<std::string> observer; // words that run a program observed (observe.hh); empty: it is not
    std::string library; // places below this folder are not shown when an error has a better one
};

struct Evaluation {
    Json value;
    std::vector<Json> files; // generated files: {token, name, text, executable, program}
    std::string notes;       // warnings and traces of the workflow
    Observation observed{};  // complete only with an observer
};

class Evaluator {
  public:
    explicit Evaluator(Variables environment);

    // Failures: Evaluation with Nix's own message and place; Unreachable, DiskFull or Permission when that is
    // what Nix met; MissingTool; Process when Nix was killed. Stop: Nix is ended, and Process is the code.
    io::Task<Result<Evaluation>> evaluate(EvalRequest request, io::StopToken stop = {}) const;

    // Everything about a call but the files it reads: program, options, arguments, variables. Reads a few
    // files; blocks shortly.
    [[nodiscard]] std::string describe(const EvalRequest& request) const;

  private:
    Variables environment_;
};

} // namespace cirque::nix
