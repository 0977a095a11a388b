// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"

namespace cirque::conformance {
namespace {

class Local : public Target {
  public:
    JsonObject executor(const test::Project& /*project*/) override { return {{"kind", "local"}}; }
};

} // namespace

std::unique_ptr<Target> makeLocal() {
    return std::make_unique<Local>();
}

} // namespace cirque::conformance
