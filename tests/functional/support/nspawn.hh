// SPDX-License-Identifier: Apache-2.0
// What tests of machines share: plans on the Debian of the tests, and what must be gone after them.
#pragma once

#include "tests/functional/support/places.hh"

#include <fmt/format.h>

namespace cirque::test {

inline const Places& places() {
    static const Places made;
    return made;
}

inline std::string executor(const std::string& rootfs, const std::string& more) {
    return fmt::format(R"("executor":{{"kind":"nspawn","options":{{"rootfs":{}{}}}}})", quoteJson(rootfs),
                       more);
}

// In a machine on the Debian of the tests.
inline std::string plan(const Project& project, const std::vector<std::string>& scripts,
                        const std::string& more = "") {
    return project.planOf(scripts, executor(places().rootfs(), more));
}

inline const std::string booted = R"(,"boot":true)";

// The end of the newest run's id, as machines have it in their names.
inline std::string machinesOf(const Project& project) {
    const std::string run = project.lastRun();
    return "cirque-" + run.substr(run.size() - 12) + "-";
}

inline void expectNothingLeft(const Project& project) {
    project.expectNoLeftovers();
    const std::string machines = machinesOf(project);
    const Ran left = project.shell(
        fmt::format("grep -lzs -e '--[m]achine={0}' /proc/[0-9]*/cmdline; "
                    "find /sys/fs/cgroup -depth -name '{0}*' 2>/dev/null; grep -s '{1}' /proc/[0-9]*/mounts; "
                    "ls -A '{1}/nspawn' '{1}/work' /run/systemd/nspawn/propagate 2>/dev/null | grep -e '{0}' "
                    "-e {2}; true",
                    machines, project.state(), project.lastRun()));
    EXPECT_EQ(left.out, "") << left.all();
}

// The one process of systemd-nspawn itself. It is there while a step runs.
inline pid_t nspawnOf(const Project& project) {
    const Ran found = project.shell(fmt::format("for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline "
                                                "2>/dev/null | grep -q '^systemd-nspawn .*--machine={}' "
                                                "&& echo ${{p#/proc/}}; done; true",
                                                machinesOf(project)));
    EXPECT_NE(found.out, "") << found.all();
    return found.out.empty() ? -1 : static_cast<pid_t>(std::stol(found.out));
}

// Both kinds: with its own init and without.
class NspawnKinds : public testing::TestWithParam<bool> {
  protected:
    static std::string more() { return GetParam() ? booted : ""; }
};

} // namespace cirque::test
