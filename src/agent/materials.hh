// SPDX-License-Identifier: Apache-2.0
// What the tokens of a plan stand for at this place: tools of this machine and the plan's generated files.
// Made when first used, once per job.
#pragma once

#include "base/result.hh"
#include "plan/types.hh"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::agent {

class Materials {
  public:
    // `folder` is made when first needed; it must lie on a file system that allows programs to be executed.
    // Private to the job. `bash` is the interpreter of the scripts that stand in for missing tools.
    Materials(std::shared_ptr<const plan::Plan> plan, std::string folder, std::string bash);

    // `text` with every token replaced by a path. A host tool becomes a folder whose bin/<program> are links
    // to what `searchPath` (the form of PATH) finds; a program that is not there becomes a script that says
    // so and exits 127, and is looked for again at the next use. Failure: the system's reason. Blocks for a
    // few file operations.
    Result<std::string> expand(std::string text, std::string_view searchPath);

    // One entry of a step's `path`: a token alone means the bin folder below what it stands for.
    Result<std::string> expandPathEntry(const std::string& entry, std::string_view searchPath);

    // A sentence for each program of these host tools that `searchPath` does not have.
    [[nodiscard]] std::vector<std::string> missingTools(const std::vector<std::string>& tokens,
                                                        std::string_view searchPath) const;

  private:
    struct Item {
        const plan::HostTool* tool = nullptr;
        const plan::GeneratedFile* file = nullptr;
        std::string path;
        bool made = false;
    };

    Result<void> make(Item& item, std::string_view searchPath);
    Result<void> makeTool(Item& item, std::string_view searchPath);
    Result<void> makeFile(Item& item, std::string_view searchPath);
    Item* findAt(std::string_view text);

    std::shared_ptr<const plan::Plan> plan_;
    std::string folder_;
    std::string bash_;
    std::map<std::string, Item, std::less<>> items_; // by token
    std::string prefix_;                             // that all tokens share: one search finds all
};

// The program's path on `searchPath`, or "". An empty entry is skipped: a job's folder is no place for tools.
std::string findProgram(std::string_view program, std::string_view searchPath);

} // namespace cirque::agent
