// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"
#include "tests/functional/support/places.hh"

#include <optional>

namespace cirque::conformance {
namespace {

class Nspawn : public Target {
  public:
    explicit Nspawn(bool boot) : boot_(boot) {}

    Result<void> setUp() override {
        places_.emplace();
        return {};
    }

    JsonObject executor(const test::Project& /*project*/) override {
        JsonObject options{{"rootfs", places_->rootfs()}, {"boot", boot_}};
        return {{"kind", "nspawn"}, {"options", std::move(options)}};
    }

  private:
    bool boot_;
    std::optional<test::Places> places_;
};

} // namespace

std::unique_ptr<Target> makeNspawn() {
    return std::make_unique<Nspawn>(false);
}

std::unique_ptr<Target> makeNspawnBooted() {
    return std::make_unique<Nspawn>(true);
}

} // namespace cirque::conformance
