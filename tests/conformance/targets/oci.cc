// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"
#include "tests/functional/support/places.hh"

#include <optional>

namespace cirque::conformance {
namespace {

class Oci : public Target {
  public:
    explicit Oci(std::string_view mode) : mode_(mode) {}

    Result<void> setUp() override {
        places_.emplace();
        return {};
    }

    void prepare(test::Project& project) override { places_->use(project); }

    JsonObject executor(const test::Project& /*project*/) override {
        JsonObject options{{"image", test::Places::image}, {"mode", mode_}, {"pull", "never"}};
        return {{"kind", "oci"}, {"options", std::move(options)}};
    }

    std::vector<std::string> leftoversAtEnd() override {
        const std::string names = places_->containers();
        return names.empty() ? std::vector<std::string>{} : std::vector<std::string>{"containers: " + names};
    }

  private:
    std::string mode_;
    std::optional<test::Places> places_;
};

} // namespace

std::unique_ptr<Target> makeOciShared() {
    return std::make_unique<Oci>("shared");
}

std::unique_ptr<Target> makeOciIsolated() {
    return std::make_unique<Oci>("isolated");
}

} // namespace cirque::conformance
