// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/support/places.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace cirque::test {
namespace {

std::string environmentOr(const char* name, const std::string& other) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return value != nullptr && *value != '\0' ? value : other;
}

} // namespace

Places::Places() : store_(home_.root() + "/podman") {
    const Ran made = make("", 300);
    if (made.status != 0) {
        throw std::runtime_error(fmt::format("the places for tests cannot be made: {}", made.all()));
    }
    places_ = made.out.substr(0, made.out.find('\n'));
    std::filesystem::create_directories(store_);
    const Ran ready = make(fmt::format("store '{}' {}", store_, getpid()), 30);
    if (ready.status != 0) {
        throw std::runtime_error(fmt::format("no podman for a test: {}", ready.all()));
    }
}

Places::~Places() {
    const Ran removed = make(fmt::format("remove '{}'", store_), 90);
    EXPECT_EQ(removed.status, 0) << removed.all();
}

void Places::use(Project& project) const {
    project.set("PATH", fmt::format("{}:{}", bin(), environmentOr("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")));
}

Ran Places::podman(const std::string& arguments, int seconds) const {
    return home_.shell(fmt::format("'{}/podman' {}", bin(), arguments), seconds);
}

std::vector<std::string> Places::folders() const {
    std::string run = home_.shell(fmt::format("cat '{}/run'", store_)).out;
    return {store_, places_, run.substr(0, run.find('\n'))};
}

std::string Places::containers() const {
    return podman("ps --all --format '{{.Names}}'").out;
}

Ran Places::make(const std::string& arguments, int seconds) const {
    const std::string home = environmentOr("HOME", "/root");
    return home_.shell(fmt::format("HOME='{}' XDG_CACHE_HOME='{}' '{}/tests/places/make-places' {}", home,
                                   environmentOr("XDG_CACHE_HOME", home + "/.cache"), CIRQUE_SOURCE,
                                   arguments),
                       seconds);
}

} // namespace cirque::test
