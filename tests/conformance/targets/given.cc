// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"

namespace cirque::conformance {
namespace {

class Given : public Target {
  public:
    explicit Given(JsonObject executor) : executor_(std::move(executor)) {}

    JsonObject executor(const test::Project& /*project*/) override { return executor_; }

  private:
    JsonObject executor_;
};

} // namespace

Result<std::unique_ptr<Target>> givenTarget(std::string_view executor) {
    CIRQUE_TRY_ASSIGN(const Json json, parseJson(executor, "the executor"));
    if (!json.is_object() || !json.as_object().contains("kind")) {
        return fail(ErrorCode::InvalidPlan, "the executor is no object with a \"kind\"",
                    R"(for example {"kind": "local", "options": {}})");
    }
    return std::make_unique<Given>(json.as_object());
}

} // namespace cirque::conformance
