// SPDX-License-Identifier: Apache-2.0
// A throw-away project that is a flake in a git tree, with a Nix store of its own.
#pragma once

#include "tests/functional/support/private-nix.hh"
#include "tests/functional/support/run-record.hh"

#include <map>
#include <string>
#include <vector>

namespace cirque::test {

using Texts = std::vector<std::string>;
using Outcomes = std::map<std::string, std::string>;

// A flake of these outputs; `d name script` is a derivation. The builders end with a builtin.
class Flake : public Project {
  public:
    explicit Flake(const std::string& outputs, const std::string& inputs = "") {
        usePrivateNix(*this, "build-users-group =\n");
        rewrite(outputs, inputs);
        commitAll();
    }

    void rewrite(const std::string& outputs, const std::string& inputs = "") const {
        write("flake.nix", "{\n" + inputs + R"nix(
  outputs = { self, ... } @ inputs: let
    system = "x86_64-linux";
    d = name: script: derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [ "-c" script ];
      PATH = "/usr/bin:/bin";
    };
    ok = name: d name "echo ${name} > $out";
  in {
)nix" + outputs + "\n  };\n}\n");
    }

    // The record of `cirque run ARGUMENTS`, which must end with `status`.
    [[nodiscard]] Outcomes outcomes(int status, const Texts& arguments = {}) const {
        Texts words{"run"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        const Ran ran = cirque(words);
        EXPECT_EQ(ran.status, status) << ran.all();
        return RunRecord(*this).jobs();
    }
};

inline std::string path(const std::string& name) {
    return "x86_64-linux." + name;
}

} // namespace cirque::test
