// SPDX-License-Identifier: Apache-2.0
// Machines that a step switches off, and options of one that cannot work.
#include "tests/functional/support/places.hh"

#include <fmt/format.h>

namespace cirque::test {
namespace {

class NspawnMistakes : public testing::Test {
  protected:
    [[nodiscard]] Ran run(const std::string& script, const std::string& more) const {
        const std::string executor =
            fmt::format(R"("executor":{{"kind":"nspawn","options":{{"rootfs":{},{}}}}})",
                        quoteJson(places_.rootfs()), more);
        return project_.cirque({"run", project_.planOf({script}, executor), "--no-tui"}, 40);
    }

    Places places_;
    Project project_;
};

// What switches it off stops all processes before it kills them: whoever entered it must not stop with them.
TEST_F(NspawnMistakes, AMachineThatAStepSwitchesOffIsInfrastructureAtOnce) {
    const Ran ran = run("systemctl poweroff; sleep 300", R"("boot":true)");
    EXPECT_EQ(ran.status, 3) << ran.all();
    project_.expectNoLeftovers();
}

TEST_F(NspawnMistakes, AMountOverTheJobsOwnFilesIsAWrongWorkflow) {
    for (const char* target : {"/build/jobs", "/build", "/run/cirque"}) {
        const Ran ran =
            run("true", fmt::format(R"("extraMounts":[{{"source":"/srv","target":"{}"}}])", target));
        EXPECT_EQ(ran.status, 2) << ran.all();
    }
}

} // namespace
} // namespace cirque::test
