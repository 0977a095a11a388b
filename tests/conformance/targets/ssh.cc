// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/targets/target.hh"
#include "tests/functional/support/sshd.hh"

#include <filesystem>
#include <optional>

namespace cirque::conformance {
namespace {

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

    std::vector<std::string> leftoversAtEnd() override {
        std::vector<std::string> left = sshd_->processes();
        for (const char* folder : {"/root/.cache/cirque", "/dev/shm", "/tmp"}) {
            std::error_code ignored;
            for (const auto& entry : std::filesystem::directory_iterator(sshd_->at(folder), ignored)) {
                left.push_back(entry.path());
            }
        }
        return left;
    }

  private:
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
