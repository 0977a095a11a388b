// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"
#include "tests/functional/support/sshd.hh"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

namespace cirque::conformance {
namespace {

namespace fs = std::filesystem;

class Ssh : public Target {
  public:
    explicit Ssh(bool nix) : nix_(nix) {}

    Result<void> setUp() override {
        sshd_.emplace(test::SshdOptions{.nix = nix_, .disk = ""});
        return {};
    }

    JsonObject executor(const test::Project& /*project*/) override {
        JsonObject settings;
        for (const std::string& option : sshd_->options()) {
            const std::size_t equals = option.find('=');
            settings[option.substr(0, equals)] = option.substr(equals + 1);
        }
        JsonObject options{{"host", sshd_->host()},
                           {"port", sshd_->port()},
                           {"user", sshd_->user()},
                           {"identityFile", sshd_->identity()},
                           {"options", std::move(settings)}};
        return {{"kind", "ssh"}, {"options", std::move(options)}};
    }

    // The keeper of a run that was killed takes a moment; what a run keeps is removed here.
    std::vector<std::string> leftovers(const test::Project& project) override {
        std::vector<std::string> left;
        for (int tries = 0; tries < 1000; ++tries) {
            left = foldersOf(project);
            const bool kept = std::ranges::any_of(
                left, [](const std::string& folder) { return fs::exists(folder + "/kept"); });
            if (left.empty() || kept) {
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        for (std::string& folder : left) {
            fs::remove_all(folder);
            folder.insert(0, "files that the run left: ");
        }
        return left;
    }

    std::vector<std::string> leftoversAtEnd() override {
        std::vector<std::string> left = sshd_->processes();
        for (const char* folder : {"/root/.cache/cirque", "/dev/shm", "/tmp"}) {
            std::error_code ignored;
            for (const auto& entry : fs::directory_iterator(sshd_->at(folder), ignored)) {
                left.push_back(entry.path());
            }
        }
        return left;
    }

  private:
    // Those over there of the project's runs.
    [[nodiscard]] std::vector<std::string> foldersOf(const test::Project& project) const {
        std::vector<std::string> found;
        std::error_code ignored;
        for (const auto& host : fs::directory_iterator(sshd_->at("/root/.cache/cirque/ssh"), ignored)) {
            for (const auto& folder : fs::directory_iterator(host.path(), ignored)) {
                const std::string run = folder.path().stem();
                if (fs::exists(project.state() + "/runs/" + run, ignored)) {
                    found.push_back(folder.path());
                }
            }
        }
        return found;
    }

    bool nix_;
    std::optional<test::Sshd> sshd_;
};

} // namespace

std::unique_ptr<Target> makeSsh() {
    return std::make_unique<Ssh>(false);
}

std::unique_ptr<Target> makeSshNix() {
    return std::make_unique<Ssh>(true);
}

} // namespace cirque::conformance
