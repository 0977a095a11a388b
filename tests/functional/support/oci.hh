// SPDX-License-Identifier: Apache-2.0
// A project whose jobs run in containers of a podman of its own.
#pragma once

#include "tests/functional/support/places.hh"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace cirque::test {

class Oci : public testing::Test {
  protected:
    Oci() { places_.use(project_); }

    ~Oci() override { EXPECT_EQ(places_.containers(), ""); }

    // Options of a container of the test image, with more of them.
    static std::string options(const std::string& more = "", const std::string& image = Places::image) {
        return fmt::format(R"({{"image": {}, "network": "none"{}}})", quoteJson(image), more);
    }

    // A plan of one job "main" with these scripts; `options` as JSON.
    std::string plan(const std::vector<std::string>& scripts, const std::string& options,
                     const std::string& jobExtra = "") const {
        return project_.planOf(scripts, fmt::format(R"("executor": {{"kind": "oci", "options": {}}}{}{})",
                                                    options, jobExtra.empty() ? "" : ", ", jobExtra));
    }

    [[nodiscard]] Ran run(const std::string& plan, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"run", plan, "--no-tui"};
        words.insert(words.end(), more.begin(), more.end());
        return project_.cirque(std::move(words), 90);
    }

    // The one container whose first process is an agent, once `file` is there.
    std::string containerWhen(const std::string& file) const {
        project_.waitFor(file);
        std::string name = places_.containers();
        return name.substr(0, name.find('\n'));
    }

    void expectGone(int seconds = 15) const {
        for (int tries = seconds * 10; tries > 0 && !places_.containers().empty(); --tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        EXPECT_EQ(places_.containers(), "");
        project_.expectNoLeftovers();
    }

    // A folder that steps see as /out, for signs of life.
    [[nodiscard]] std::string outMount() const {
        std::filesystem::create_directories(project_.root() + "/out");
        return fmt::format(R"(, "extraMounts": [{{"source": "{}/out", "target": "/out", "write": true}}])",
                           project_.root());
    }

    [[nodiscard]] std::string out(const std::string& name) const { return project_.root() + "/out/" + name; }

    Places places_;
    Project project_;
};

} // namespace cirque::test
