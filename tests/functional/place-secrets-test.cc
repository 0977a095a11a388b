// SPDX-License-Identifier: Apache-2.0
// What steps at other places can read of the caller's environment: nothing. Attacked, each time with a
// process of the step's own that shows that the attack would see it.
#include "tests/functional/support/places.hh"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cirque::test {
namespace {

struct Kind {
    const char* name;
    const char* executor;
};

std::string executorOf(const Kind& kind, const Places& places) {
    std::string text = kind.executor;
    for (const auto& [word, value] : {std::pair<std::string, std::string>{"ROOTFS", places.rootfs()},
                                      std::pair<std::string, std::string>{"IMAGE", Places::image}}) {
        if (const std::size_t at = text.find(word); at != std::string::npos) {
            text.replace(at, word.size(), value);
        }
    }
    return text;
}

class PlaceSecrets : public testing::TestWithParam<Kind> {};

INSTANTIATE_TEST_SUITE_P(
    Each, PlaceSecrets,
    testing::Values(Kind{"Sandbox", R"("kind":"sandbox")"},
                    Kind{"Nspawn", R"("kind":"nspawn","options":{"rootfs":"ROOTFS"})"},
                    Kind{"NspawnBooted", R"("kind":"nspawn","options":{"rootfs":"ROOTFS","boot":true})"},
                    Kind{"Oci", R"("kind":"oci","options":{"image":"IMAGE","network":"none"})"},
                    Kind{"OciShared",
                         R"("kind":"oci","options":{"image":"IMAGE","network":"none","mode":"shared"})"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(PlaceSecrets, NoProcessInsideHasTheCallersEnvironment) {
    const Places places;
    Project project;
    places.use(project);
    project.set("UNNAMED", "hush-unnamed-5512");
    for (const char* proxy : {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "no_proxy"}) {
        project.set(proxy, "http://me:hush-unnamed-5512@127.0.0.1:1");
    }
    const std::string attack = R"sh(CONTROL=hush-control-77 sleep 60 &
        for i in $(seq 200); do grep -aqs hush-control-77 /proc/$!/environ && echo TRIED && break; sleep 0.05; done
        kill $!
        found=$(grep -als hush-unnamed-5512 /proc/[0-9]*/environ || true) # 2 when it may not read one
        test -z "$found" || { echo "$found"; exit 7; })sh";
    const Ran ran = project.cirque(
        {"run", project.planOf({attack}, fmt::format(R"("executor":{{{}}})", executorOf(GetParam(), places))),
         "--no-tui"},
        90);
    EXPECT_EQ(ran.status, 0) << ran.all();
    EXPECT_TRUE(ran.outHas("TRIED")) << ran.all();
    project.expectNoLeftovers();
}

} // namespace
} // namespace cirque::test
