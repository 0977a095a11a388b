// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"
#include "tests/functional/support/places.hh"

#include <filesystem>
#include <fstream>
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

    // A machine is noted until its processes and cgroups are gone.
    std::vector<std::string> leftovers(const test::Project& project) override {
        std::vector<std::string> left;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(project.state() + "/nspawn", error)) {
            const std::string machine = entry.path().filename().string();
            left.push_back("the machine " + machine);
            // a case that is made to fail is killed, and no later run knows its state folder
            (void)project.shell("find /sys/fs/cgroup -depth -type d -path '*/" + machine +
                                "*' -exec rmdir '{}' ';'");
        }
        std::ifstream mounts("/proc/mounts");
        for (std::string line; std::getline(mounts, line);) {
            if (line.contains(project.root())) {
                left.push_back("the mount " + line);
            }
        }
        return left;
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
