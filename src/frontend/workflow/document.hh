// SPDX-License-Identifier: Apache-2.0
// The workflow library's answer as a plan document. Pure.
#pragma once

#include "base/json.hh"
#include "nix/eval/evaluate.hh"
#include "plan/parse.hh"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::frontend {

// Whether the document names derivations or store paths, which only a writing evaluation makes real.
bool needsStore(const Json& answer);

// The derivations and store paths that a document names, each once.
std::vector<std::string> storePaths(const Json& document);

// The document of an answer {"plan": ...}, with the texts of the generated files that its steps use. An
// answer {"error": {message, hint}} is an error with code Evaluation.
Result<Json> takeDocument(nix::Evaluation evaluation);

// Everything that is wrong with a workflow, one line each under a line that counts them; `file` as people
// know it.
std::string tellProblems(std::span<const plan::Problem> problems, std::string_view file);

} // namespace cirque::frontend
