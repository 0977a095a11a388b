// SPDX-License-Identifier: Apache-2.0
// A place described by a script: a mount namespace of its own, which is enough to tell it from this machine,
// and the least that stands between a job and a cirque-agent.
#include "tests/conformance/targets/target.hh"

namespace cirque::conformance {
namespace {

class Custom : public Target {
  public:
    JsonObject executor(const test::Project& /*project*/) override {
        return {{"kind", "custom"},
                {"options", JsonObject{{"name", "namespace"},
                                       {"connect", "exec unshare --map-root-user --mount \"$@\""}}}};
    }
};

} // namespace

std::unique_ptr<Target> makeCustom() {
    return std::make_unique<Custom>();
}

} // namespace cirque::conformance
