// SPDX-License-Identifier: Apache-2.0
#include "secret/providers.hh"

#include "io/process/fd.hh"
#include "secret/dotenv.hh"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/stat.h>

namespace cirque::secret {

namespace {

constexpr std::size_t maxFileBytes = 16u << 20u;

class Merge {
  public:
    void set(std::string name, std::string value, bool secret) {
        const auto [at, fresh] = index_.try_emplace(name, variables_.size());
        if (!fresh) {
            Variable& old = variables_[at->second];
            secret = secret || old.secret;
            old.name.clear();
            at->second = variables_.size();
        }
        variables_.push_back({std::move(name), std::move(value), secret});
    }

    std::vector<Variable> take() {
        std::erase_if(variables_, [](const Variable& variable) { return variable.name.empty(); });
        return std::move(variables_);
    }

  private:
    std::vector<Variable> variables_;
    std::unordered_map<std::string, std::size_t> index_;
};

Result<void> loadFile(const plan::EnvProvider& provider, const ReadText& read, Merge& merge) {
    auto text = read(provider.path);
    if (!text) {
        Error error = std::move(text).error();
        error.code = ErrorCode::Provider;
        return fail(
            std::move(error).within(fmt::format("while loading the environment file {}", provider.path)));
    }
    if (!*text) {
        if (provider.required) {
            return fail(
                ErrorCode::Provider, fmt::format("the environment file {} does not exist", provider.path),
                "create it, or drop `required` from its provider; the path is relative to the tree's root");
        }
        return {};
    }
    CIRQUE_TRY_ASSIGN(Assignments assignments, parseDotenv(**text, provider.path));
    for (auto& [name, value] : assignments) {
        merge.set(std::move(name), std::move(value), provider.secrets);
    }
    return {};
}

} // namespace

Result<std::vector<Variable>> loadProviders(std::span<const plan::EnvProvider> providers,
                                            const ReadText& read) {
    Merge merge;
    for (const plan::EnvProvider& provider : providers) {
        switch (provider.kind) {
        case plan::EnvProvider::Kind::File:
            CIRQUE_TRY(loadFile(provider, read, merge));
            break;
        case plan::EnvProvider::Kind::Static:
            for (const auto& [name, value] : provider.values) {
                merge.set(name, value, provider.secrets);
            }
            break;
        case plan::EnvProvider::Kind::Required:
            break;
        case plan::EnvProvider::Kind::Other:
            return fail(
                ErrorCode::Unsupported,
                fmt::format("this version cannot run the environment provider '{}'", provider.kindName),
                "use file, static or required, or pass the values with --secret-file");
        }
    }
    return merge.take();
}

Result<void> checkRequired(std::span<const plan::EnvProvider> providers,
                           const std::function<bool(std::string_view name)>& isSet, std::string_view level) {
    std::vector<std::string_view> missing;
    for (const plan::EnvProvider& provider : providers) {
        for (const std::string& name : provider.names) {
            if (provider.kind == plan::EnvProvider::Kind::Required && !isSet(name) &&
                std::ranges::find(missing, name) == missing.end()) {
                missing.push_back(name);
            }
        }
    }
    if (missing.empty()) {
        return {};
    }
    return fail(
        ErrorCode::Provider,
        fmt::format("{}: required variable{} not set: {}", level, missing.size() == 1 ? "" : "s",
                    fmt::join(missing, ", ")),
        "set it with --env NAME=VALUE or --env-file, in env or envFrom, or name it in passEnv and export it");
}

ReadText readBelow(std::string root) {
    return [root = std::move(root)](const std::string& path) -> Result<std::optional<std::string>> {
        const std::string full = path.starts_with('/') ? path : root + '/' + path;
        struct stat status{};
        if (::stat(full.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
            return fail(ErrorCode::Io, fmt::format("{} is no regular file", full)); // a FIFO would never end
        }
        auto text = io::readFile(full, maxFileBytes);
        if (text) {
            return std::move(*text);
        }
        if (text.error().code == ErrorCode::NotFound) {
            return std::nullopt;
        }
        return fail(std::move(text).error());
    };
}

} // namespace cirque::secret
