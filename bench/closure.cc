// SPDX-License-Identifier: Apache-2.0
// Computes the closure of the store paths it is given, as a run does for its first job, and says how many
// paths it has.
#include "nix/store/closure.hh"

#include "config/environment.hh"
#include "io/runtime/runtime.hh"
#include "nix/store/place.hh"

#include <cstdio>
#include <string>
#include <vector>

int main(int count, char** arguments) {
    using namespace cirque;
    const nix::Variables environment = config::Environment::ofThisProcess().variables();
    const std::vector<std::string> roots(arguments + 1, arguments + count);
    std::size_t paths = 0;
    io::Runtime runtime;
    runtime.run([&]() -> io::Task<> {
        const Result<nix::StorePlace> place = co_await nix::findStorePlace(environment, {});
        nix::Closures closures(environment);
        nix::Realised realised{roots, {}};
        const Result<nix::ClosurePtr> closure = co_await closures.of(std::move(realised), {});
        if (!place || !closure) {
            std::fprintf(stderr, "%s\n", (place ? closure.error() : place.error()).text().c_str());
        } else {
            paths = (*closure)->paths.size();
        }
    });
    std::printf("%zu\n", paths);
    return paths == 0 ? 1 : 0;
}
