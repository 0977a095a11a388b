// SPDX-License-Identifier: Apache-2.0
// A folder with a workflow, a private Nix store and configuration, and loadWorkflow on it with the real Nix.
#pragma once

#include "frontend/workflow/load.hh"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace cirque::frontend {

class NixProject : public testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    void write(const std::string& name, std::string_view text) const;

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/tree/" + name; }

    // The request for ci.nix, to be changed by a test.
    [[nodiscard]] WorkflowRequest request() const;

    static Result<plan::Plan> load(WorkflowRequest request);
    // Writes ci.nix and loads it.
    [[nodiscard]] Result<plan::Plan> loadText(std::string_view text) const;

    // loadText, and the plan must be good.
    [[nodiscard]] plan::Plan planOf(std::string_view text) const;
    // loadText, and it must fail.
    [[nodiscard]] Error errorOf(std::string_view text) const;

    // How many paths the private store holds.
    [[nodiscard]] std::size_t storePaths() const;

    std::string folder_;
    std::vector<std::pair<std::string, std::string>> environment_;
};

} // namespace cirque::frontend
