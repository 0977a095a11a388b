// SPDX-License-Identifier: Apache-2.0
#include "exec/sandbox/host.hh"

#include "agent/materials.hh"
#include "base/text.hh"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>

namespace cirque::exec {

namespace {

// bwrap looks through all mounts again for each: 500 take 0.2 s, 1000 four times that.
constexpr std::size_t mostStorePaths = 1000;

// No credentials: /etc/ssl/private, shadow, gitconfig and the like stay out.
constexpr std::array<std::string_view, 22> etcFiles{"passwd",         "group",
                                                    "ld.so.cache",    "ld.so.conf",
                                                    "ld.so.conf.d",   "alternatives",
                                                    "localtime",      "timezone",
                                                    "os-release",     "services",
                                                    "protocols",      "mime.types",
                                                    "terminfo",       "fonts",
                                                    "locale.conf",    "shells",
                                                    "ssl/certs",      "ssl/openssl.cnf",
                                                    "inputrc",        "pki/tls/certs",
                                                    "debian_version", "pki/ca-trust/extracted"};

constexpr std::array<std::string_view, 5> networkFiles{"resolv.conf", "nsswitch.conf", "hosts", "host.conf",
                                                       "gai.conf"};

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

std::string realPath(const std::string& path) {
    std::array<char, PATH_MAX> buffer{};
    return ::realpath(path.c_str(), buffer.data()) == nullptr ? std::string() : std::string(buffer.data());
}

bool isBelow(std::string_view path, std::string_view folder) {
    return path == folder || (path.starts_with(folder) && (folder == "/" || path[folder.size()] == '/'));
}

void bindReadOnly(SandboxSpec& spec, const std::string& path) {
    spec.binds.push_back({path, path});
}

void addFolderOrLink(SandboxSpec& spec, const std::string& path) {
    std::array<char, PATH_MAX> target{};
    if (const ssize_t length = ::readlink(path.c_str(), target.data(), target.size()); length > 0) {
        spec.links.push_back({std::string(target.data(), static_cast<std::size_t>(length)), path});
    } else if (exists(path)) {
        bindReadOnly(spec, path);
    }
}

} // namespace

void addPrograms(SandboxSpec& spec) {
    bindReadOnly(spec, "/usr");
    for (const char* name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
        addFolderOrLink(spec, name);
    }
}

void addEtc(SandboxSpec& spec) {
    const auto add = [&spec](std::string_view name) {
        if (const std::string path = fmt::format("/etc/{}", name); exists(path)) {
            bindReadOnly(spec, path);
        }
    };
    std::ranges::for_each(etcFiles, add);
    if (spec.network) {
        std::ranges::for_each(networkFiles, add);
        return;
    }
    spec.files.push_back({"127.0.0.1 localhost sandbox\n::1 localhost\n", "/etc/hosts"});
    spec.files.push_back({"passwd: files\ngroup: files\nhosts: files\n", "/etc/nsswitch.conf"});
}

bool addStoreTools(SandboxSpec& spec) {
    const std::string bash = realPath(agent::findProgram("bash", spec.hostPath));
    if (!isBelow(bash, usualStore)) {
        return false;
    }
    for (const std::string_view entry : split(spec.hostPath, ':')) {
        const std::string folder(entry);
        if (entry.starts_with('/') && !isBelow(entry, usualStore) && isBelow(realPath(folder), usualStore)) {
            bindReadOnly(spec, folder);
        }
    }
    return true;
}

void addStore(SandboxSpec& spec, const StoreClosure& closure, const std::string& whole) {
    const std::vector<StorePath>& paths = closure.paths;
    const auto folderOf = [](const std::string& path) { return path.substr(0, path.rfind('/')); };
    if (paths.size() > mostStorePaths || (!whole.empty() && !paths.empty())) {
        spec.binds.push_back({folderOf(paths.front().physical), folderOf(paths.front().path)});
    } else if (!whole.empty()) {
        spec.binds.push_back({closure.folder.empty() ? whole : closure.folder, whole});
    } else {
        for (const StorePath& path : paths) {
            spec.binds.push_back({.source = path.physical, .target = path.path, .required = true});
        }
    }
}

Result<void> addNixDaemon(SandboxSpec& spec) {
    const std::string socket = "/nix/var/nix/daemon-socket/socket";
    struct stat status{};
    if (::stat(socket.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return fail(ErrorCode::NotFound, fmt::format("there is no Nix daemon: {} is no socket", socket),
                    "start nix-daemon, or leave out nixDaemon");
    }
    spec.binds.push_back({.source = socket, .target = socket, .write = true, .required = true});
    return {};
}

Result<void> addMounts(SandboxSpec& spec, std::vector<Mount> mounts, std::span<const std::string> hidden) {
    CIRQUE_TRY(resolveMounts(mounts, hidden));
    for (Mount& mount : mounts) {
        const bool device = isBelow(mount.source, "/dev");
        spec.binds.push_back({std::move(mount.source), std::move(mount.target), mount.write, device, true});
    }
    return {};
}

} // namespace cirque::exec
