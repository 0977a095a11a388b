// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"

namespace cirque::conformance {
namespace {

class Sandbox : public Target {
  public:
    Result<void> setUp() override {
        const test::Ran ran = test::Project().shell("bwrap --ro-bind / / --unshare-user --unshare-pid true");
        if (ran.status != 0) {
            return fail(ErrorCode::MissingTool, "bwrap makes no sandbox here: " + ran.err);
        }
        return {};
    }

    JsonObject executor(const test::Project& /*project*/) override { return {{"kind", "sandbox"}}; }
};

} // namespace

std::unique_ptr<Target> makeSandbox() {
    return std::make_unique<Sandbox>();
}

} // namespace cirque::conformance
