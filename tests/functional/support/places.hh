// SPDX-License-Identifier: Apache-2.0
// Real containers and machines for tests: a podman with storage of its own and test images, and a Debian root
// file system. All of it is made by tests/places/make-places, once for all tests; this runs it. Needs root.
#pragma once

#include "tests/functional/support/project.hh"

#include <string>
#include <vector>

namespace cirque::test {

class Places {
  public:
    // Makes what is not there yet (20 seconds on a new machine). Throws with the reason when that fails.
    Places();
    ~Places(); // ends the containers of this podman, and removes its storage
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;

    // From now on `podman` means this one for what the project starts.
    void use(Project& project) const;

    // podman ARGUMENTS, by a shell.
    [[nodiscard]] Ran podman(const std::string& arguments, int seconds = 60) const;

    // Names of all containers of this podman, running or not, in lines.
    [[nodiscard]] std::string containers() const;

    // A folder whose only program is podman.
    [[nodiscard]] std::string bin() const { return store_ + "/bin"; }

    // The folders that podman needs, for a machine that has little else of this one.
    [[nodiscard]] std::vector<std::string> folders() const;

    // Debian 12 with systemd, bash and coreutils; shared by all tests, never to be written to.
    [[nodiscard]] std::string rootfs() const { return places_ + "/rootfs"; }

    // The same Debian.
    static constexpr const char* image = "localhost/cirque-test:1";
    // A static busybox and nothing else.
    static constexpr const char* noBashImage = "localhost/cirque-test-nobash:1";

  private:
    // Runs make-places with the home of this process: there its cache is.
    [[nodiscard]] Ran make(const std::string& arguments, int seconds) const;

    Project home_;
    std::string places_;
    std::string store_;
};

} // namespace cirque::test
