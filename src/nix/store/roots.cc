// SPDX-License-Identifier: Apache-2.0
#include "nix/store/roots.hh"

#include "base/text.hh"
#include "io/process/fd.hh"
#include "io/process/process.hh"

#include <fmt/format.h>

#include <utility>

namespace cirque::nix {
namespace {

// nix-store --add-root would build a .drv. nix-instantiate makes a root for whatever looks like a derivation,
// and reads nothing but drvPath of it.
std::string expressionOf(const std::vector<std::string>& derivations) {
    std::string list;
    for (const std::string& path : derivations) {
        list += fmt::format(" \"{}\"", path);
    }
    return "map (drv: { type = \"derivation\"; name = \"kept\"; system = \"any\"; outputName = \"out\"; "
           "outPath = \"\"; drvPath = builtins.appendContext drv { ${drv} = { path = true; }; }; }) [" +
           list + " ]";
}

io::Task<Result<void>> call(Variables environment, std::vector<std::string> argv, io::StopToken stop) {
    const std::vector<std::string> common = commonOptions(environment);
    argv.insert(argv.end(), common.begin(), common.end());
    io::SpawnOptions options{.argv = std::move(argv),
                             .env = nixEnvironment(environment),
                             .cwd = "/",
                             .in = -1,
                             .out = -1,
                             .err = -1,
                             .keep = {}};
    Result<io::Captured> captured = co_await io::capture(std::move(options), {}, stop);
    if (!captured) {
        co_return fail(withNixHint(std::move(captured).error()));
    }
    if (!captured->status.ok()) {
        co_return fail(ErrorCode::Process, fmt::format("Nix cannot make roots for its garbage collector: {}",
                                                       trim(captured->err)));
    }
    co_return Result<void>{};
}

} // namespace

io::Task<Result<void>> addRoots(Variables environment, std::string folder, std::vector<std::string> paths,
                                io::StopToken stop) {
    std::vector<std::string> derivations;
    std::vector<std::string> others;
    for (std::string& path : paths) {
        (path.ends_with(".drv") ? derivations : others).push_back(std::move(path));
    }
    if (derivations.empty() && others.empty()) {
        co_return Result<void>{};
    }
    CIRQUE_CO_TRY(io::makeFolders(folder, 0700));
    if (!derivations.empty()) {
        std::vector<std::string> argv{"nix-instantiate", "--add-root", folder + "/drv", "--indirect", "-E"};
        argv.push_back(expressionOf(derivations));
        CIRQUE_CO_TRY(co_await call(environment, std::move(argv), stop));
    }
    if (!others.empty()) {
        std::vector<std::string> argv{"nix-store", "--realise", "--add-root", folder + "/path", "--indirect"};
        argv.insert(argv.end(), others.begin(), others.end());
        CIRQUE_CO_TRY(co_await call(std::move(environment), std::move(argv), std::move(stop)));
    }
    co_return Result<void>{};
}

} // namespace cirque::nix
