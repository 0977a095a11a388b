// SPDX-License-Identifier: Apache-2.0
#include "nix/store/closure.hh"

#include "base/text.hh"
#include "nix/store/query.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace cirque::nix {
namespace {

constexpr const char* purpose = "cannot tell what the job's store paths refer to";
constexpr std::size_t mostArguments = 5000; // of about 100 bytes; the kernel takes 2 MiB

Error unreadable(std::string_view line) {
    return Error{.code = ErrorCode::Corrupt,
                 .message = fmt::format("{}: Nix said '{}'", purpose, ellipsize(line, 200)),
                 .hint = "is this Nix 2.8 or newer? nix --version",
                 .context = {}};
}

bool isDerivation(const std::string& path) {
    return path.ends_with(".drv");
}

std::vector<std::string> linesOf(std::string_view text) {
    std::vector<std::string> out;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.empty()) {
            out.emplace_back(line);
        }
    }
    return out;
}

std::vector<std::string> command(std::vector<std::string> argv, std::span<const std::string> paths) {
    argv.insert(argv.end(), paths.begin(), paths.end());
    return argv;
}

// Before Nix 2.15 `nix path-info X.drv` speaks of the outputs of X. nix-store has always meant the file.
io::Task<Result<std::vector<SizedPath>>> askTwice(Variables environment, std::vector<std::string> roots,
                                                  io::StopToken stop) {
    std::vector<std::string> requisites = command({"nix-store", "--query", "--requisites"}, roots);
    CIRQUE_CO_TRY_ASSIGN(const std::string all,
                         co_await ask(environment, std::move(requisites), purpose, stop));
    std::vector<std::string> paths = linesOf(all);
    std::vector<SizedPath> out;
    for (std::size_t at = 0; at < paths.size(); at += mostArguments) {
        const std::span<const std::string> part =
            std::span(paths).subspan(at, std::min(mostArguments, paths.size() - at));
        std::vector<std::string> sizes = command({"nix-store", "--query", "--size"}, part);
        CIRQUE_CO_TRY_ASSIGN(const std::string text,
                             co_await ask(environment, std::move(sizes), purpose, stop));
        const std::vector<std::string> numbers = linesOf(text);
        if (numbers.size() != part.size()) {
            co_return fail(unreadable(fmt::format("{} sizes of {} paths", numbers.size(), part.size())));
        }
        for (std::size_t i = 0; i < part.size(); ++i) {
            CIRQUE_CO_TRY_ASSIGN(std::vector<SizedPath> one, parseSizes(part[i] + " " + numbers[i]));
            std::ranges::move(one, std::back_inserter(out));
        }
    }
    co_return out;
}

// The plain form is the same in every version; that of --json is not.
io::Task<Result<std::vector<SizedPath>>> askOnce(Variables environment, std::vector<std::string> roots,
                                                 io::StopToken stop) {
    std::vector<std::string> argv = command({"nix", "--extra-experimental-features", "nix-command",
                                             "path-info", "--offline", "--recursive", "--size"},
                                            roots);
    CIRQUE_CO_TRY_ASSIGN(const std::string text,
                         co_await ask(std::move(environment), std::move(argv), purpose, std::move(stop)));
    co_return parseSizes(text);
}

io::Task<Result<std::vector<std::string>>>
outputsOf(Variables environment, std::vector<std::string> derivations, io::StopToken stop) {
    std::vector<std::string> argv = command({"nix-store", "--query", "--outputs"}, derivations);
    CIRQUE_CO_TRY_ASSIGN(const std::string text,
                         co_await ask(std::move(environment), std::move(argv), purpose, std::move(stop)));
    co_return linesOf(text);
}

std::string keyOf(const Realised& realised) {
    std::set<std::string> names(realised.paths.begin(), realised.paths.end());
    for (const std::string& drv : realised.derivations) {
        names.insert(drv + "!*");
    }
    return fmt::format("{}", fmt::join(names, " "));
}

} // namespace

std::vector<SizedPath> Closure::missingAt(std::span<const std::string> present) const {
    const std::unordered_set<std::string_view> there(present.begin(), present.end());
    std::vector<SizedPath> out;
    std::ranges::copy_if(paths, std::back_inserter(out),
                         [&](const SizedPath& one) { return !there.contains(one.path); });
    return out;
}

Result<std::vector<SizedPath>> parseSizes(std::string_view text) {
    std::vector<SizedPath> out;
    for (const std::string_view raw : split(text, '\n')) {
        const std::string_view line = trim(raw);
        if (line.empty()) {
            continue;
        }
        const std::size_t end = line.find_first_of(" \t");
        const std::string_view number = end == std::string_view::npos ? "" : trim(line.substr(end));
        SizedPath one{std::string(line.substr(0, end)), 0};
        const auto read = std::from_chars(number.data(), number.data() + number.size(), one.bytes);
        if (!line.starts_with('/') || number.empty() || read.ec != std::errc() ||
            read.ptr != number.data() + number.size() || one.bytes < 0) {
            return fail(unreadable(line));
        }
        out.push_back(std::move(one));
    }
    return out;
}

io::Task<Result<ClosurePtr>> Closures::of(Realised realised, io::StopToken stop) {
    if (realised.paths.empty() && realised.derivations.empty()) {
        co_return std::make_shared<const Closure>();
    }
    const std::string key = keyOf(realised);
    while (true) {
        if (const auto found = known_.find(key); found != known_.end()) {
            co_return found->second;
        }
        if (busy_.insert(key).second) {
            break;
        }
        if (!co_await ended_.wait(stop)) {
            co_return fail(ErrorCode::Process, fmt::format("{}: it was stopped", purpose));
        }
    }
    const Result<ClosurePtr> computed = co_await compute(std::move(realised), std::move(stop));
    if (computed) {
        known_.emplace(key, *computed);
    }
    busy_.erase(key);
    ended_.notify();
    co_return computed;
}

io::Task<Result<ClosurePtr>> Closures::compute(Realised realised, io::StopToken stop) {
    std::vector<std::string> roots = std::move(realised.paths);
    if (!realised.derivations.empty()) {
        CIRQUE_CO_TRY_ASSIGN(const std::vector<std::string> outputs,
                             co_await outputsOf(environment_, std::move(realised.derivations), stop));
        roots.insert(roots.end(), outputs.begin(), outputs.end());
    }
    std::ranges::sort(roots);
    roots.erase(std::ranges::unique(roots).begin(), roots.end());
    auto out = std::make_shared<Closure>();
    out->roots = roots;
    const bool twice = std::ranges::any_of(roots, isDerivation);
    Result<std::vector<SizedPath>> paths = fail(ErrorCode::Process, "");
    if (twice) {
        paths = co_await askTwice(environment_, std::move(roots), std::move(stop));
    } else {
        paths = co_await askOnce(environment_, std::move(roots), std::move(stop));
    }
    if (!paths) {
        co_return fail(std::move(paths).error());
    }
    out->paths = std::move(*paths);
    for (const SizedPath& one : out->paths) {
        out->bytes += one.bytes;
    }
    co_return ClosurePtr(std::move(out));
}

} // namespace cirque::nix
