// SPDX-License-Identifier: Apache-2.0
#include "nix/store/place.hh"

#include "base/text.hh"
#include "io/process/fd.hh"
#include "nix/store/query.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace cirque::nix {
namespace {

constexpr std::string_view below = "/nix/store"; // of a root, whatever the paths themselves begin with

std::string percentDecoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        const char* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string parameter(std::string_view query, std::string_view name) {
    for (const std::string_view part : split(query, '&')) {
        const std::size_t equals = part.find('=');
        if (equals != std::string_view::npos && part.substr(0, equals) == name) {
            return percentDecoded(part.substr(equals + 1));
        }
    }
    return {};
}

std::string valueOf(const Variables& variables, std::string_view name, const std::string& fallback = {}) {
    const auto found = std::ranges::find(variables, name,
                                         [](const auto& entry) -> const std::string& { return entry.first; });
    return found == variables.end() || found->second.empty() ? fallback : found->second;
}

// "store = ..." or "include ..." on a line of its own.
bool mayNameAStore(std::string_view configuration) {
    return std::ranges::any_of(split(configuration, '\n'), [](std::string_view raw) {
        const std::string_view line = trim(raw);
        const std::string_view word = line.substr(0, line.find_first_of(" \t="));
        return word == "store" || word == "include" || word == "!include";
    });
}

std::vector<std::string> configurationFiles(const Variables& caller) {
    std::vector<std::string> out{valueOf(caller, "NIX_CONF_DIR", "/etc/nix") + "/nix.conf"};
    if (const std::string own = valueOf(caller, "NIX_USER_CONF_FILES"); !own.empty()) {
        for (const std::string_view file : split(own, ':')) {
            out.emplace_back(file);
        }
        return out;
    }
    const std::string home = valueOf(caller, "HOME");
    const std::string folders = valueOf(caller, "XDG_CONFIG_HOME", home + "/.config") + ":" +
                                valueOf(caller, "XDG_CONFIG_DIRS", "/etc/xdg");
    for (const std::string_view folder : split(folders, ':')) {
        out.push_back(fmt::format("{}/nix/nix.conf", folder));
    }
    return out;
}

bool isConfigured(const Variables& caller) {
    return mayNameAStore(valueOf(caller, "NIX_CONFIG")) ||
           std::ranges::any_of(configurationFiles(caller), [](const std::string& file) {
               const Result<std::string> text = io::readFile(file, 1u << 20u);
               return text && mayNameAStore(*text);
           });
}

bool exists(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
}

// A user without Nix's folder and without a daemon gets a store at home (Nix 2.10 and newer).
std::string homeStore(const Variables& caller) {
    const std::string state = valueOf(caller, "NIX_STATE_DIR", "/nix/var/nix");
    const std::string socket = valueOf(caller, "NIX_DAEMON_SOCKET_PATH", state + "/daemon-socket/socket");
    if (geteuid() == 0 || exists(state) || exists(socket) || !valueOf(caller, "NIX_STORE_DIR").empty()) {
        return {};
    }
    const std::string folder =
        valueOf(caller, "XDG_DATA_HOME", valueOf(caller, "HOME") + "/.local/share") + "/nix/root";
    return exists(folder) ? folder : std::string();
}

// Nix 2.34 knows `show-config` as an old word for `config show`.
io::Task<Result<std::string>> configuredStore(Variables environment, io::StopToken stop) {
    std::vector<std::string> argv{"nix", "--extra-experimental-features", "nix-command", "show-config"};
    CIRQUE_CO_TRY_ASSIGN(
        const std::string text,
        co_await ask(environment, std::move(argv), "cannot ask Nix which store it uses", std::move(stop)));
    constexpr std::string_view key = "store = ";
    for (const std::string_view line : split(text, '\n')) {
        if (line.starts_with(key)) {
            co_return std::string(trim(line.substr(key.size())));
        }
    }
    co_return valueOf(environment, "NIX_REMOTE");
}

} // namespace

std::string StorePlace::physicalPath(std::string_view storePath) const {
    if (folder.empty()) {
        return std::string(storePath);
    }
    const std::size_t slash = storePath.rfind('/');
    return fmt::format("{}/{}", folder,
                       slash == std::string_view::npos ? storePath : storePath.substr(slash + 1));
}

Result<StorePlace> placeOf(std::string_view uri) {
    constexpr std::array here{std::string_view("auto"), std::string_view("daemon"), std::string_view("local"),
                              std::string_view("unix"), std::string_view("local-overlay")};
    const std::size_t mark = uri.find('?');
    const std::string_view query = mark == std::string_view::npos ? "" : uri.substr(mark + 1);
    std::string_view base = uri.substr(0, mark);
    std::string root;
    if (base.starts_with('/')) {
        root = base;
    } else if (!base.empty()) {
        const std::size_t colon = base.find("://");
        const std::string_view scheme = base.substr(0, colon);
        if (std::ranges::find(here, scheme) == here.end()) {
            return fail(ErrorCode::Unsupported,
                        fmt::format("the store '{}' has no files on this machine", uri),
                        "use a store of this machine: unset NIX_REMOTE, or 'store' in nix.conf");
        }
        base.remove_prefix(colon == std::string_view::npos ? base.size() : colon + 3);
        root = scheme == "local" ? percentDecoded(base) : "";
    }
    if (std::string real = parameter(query, "real"); !real.empty()) {
        return StorePlace{std::move(real)};
    }
    if (std::string given = parameter(query, "root"); !given.empty()) {
        root = std::move(given);
    }
    while (root.ends_with('/')) {
        root.pop_back();
    }
    return StorePlace{root.empty() ? "" : fmt::format("{}{}", root, below)};
}

bool isOwnStore(std::string_view uri) {
    const std::string_view scheme = uri.substr(0, std::min(uri.find('?'), uri.find("://")));
    return scheme.empty() || scheme.starts_with('/') || scheme == "auto" || scheme == "local" ||
           scheme == "local-overlay";
}

io::Task<Result<StorePlace>> findStorePlace(Variables environment, io::StopToken stop) {
    std::string uri = valueOf(environment, "NIX_REMOTE");
    if (isConfigured(environment)) {
        CIRQUE_CO_TRY_ASSIGN(uri, co_await configuredStore(environment, std::move(stop)));
    }
    if (uri.empty() || uri == "auto") {
        uri = homeStore(environment);
    }
    co_return placeOf(uri);
}

} // namespace cirque::nix
