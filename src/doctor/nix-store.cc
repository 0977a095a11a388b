// SPDX-License-Identifier: Apache-2.0
#include "doctor/nix-store.hh"

#include "base/text.hh"
#include "doctor/attempt.hh"
#include "doctor/checks.hh"
#include "io/process/fd.hh"
#include "nix/store/command.hh"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace cirque::doctor {
namespace {

constexpr const char* name = "nix store";

Finding daemonStore(const StoreFacts& facts) {
    switch (facts.socket) {
    case Socket::Answers:
        return {name, Health::Ok, fmt::format("through the daemon at {}", facts.socketPath), "", ""};
    case Socket::Dead:
        return {name, Health::Warning, fmt::format("{} is there, but no daemon answers", facts.socketPath),
                "nothing can be built or read from the store until the daemon runs",
                "systemctl start nix-daemon.socket (Debian: apt install nix-setup-systemd)"};
    case Socket::None:
        break;
    }
    return {name, Health::Warning, fmt::format("a daemon is wanted, but {} is not there", facts.socketPath),
            "nothing can be built or read from the store", "start the Nix daemon, or unset NIX_REMOTE"};
}

Finding chrootStore(const std::string& where) {
    return {name, Health::Warning, fmt::format("a chroot store below {}", where),
            "what is built lies there and not in /nix/store, so steps cannot run programs that Nix built",
            "use a store at /nix/store: the daemon (Debian: apt install nix-setup-systemd), or run as root"};
}

Socket trySocket(const std::string& path) {
    sockaddr_un address{};
    if (access(path.c_str(), F_OK) != 0 || path.size() >= sizeof address.sun_path) {
        return Socket::None;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const io::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    return fd && connect(fd.get(), generic, sizeof address) == 0 ? Socket::Answers : Socket::Dead;
}

bool isWritablePlace(std::string path) {
    while (access(path.c_str(), F_OK) != 0 && path.find('/') != std::string::npos && path != "/") {
        path = path.substr(0, path.rfind('/'));
        path = path.empty() ? "/" : path;
    }
    return access(path.c_str(), R_OK | W_OK) == 0;
}

// The configuration's `store`, when the environment does not say; "" when Nix does not tell.
io::Task<std::string> configuredStore(const Machine* machine, io::StopToken stop) {
    std::vector<std::string> argv{"nix", "--extra-experimental-features", "nix-command", "show-config"};
    std::vector<std::string> env = nix::nixEnvironment(machine->environment.variables());
    const Result<io::Captured> tried = co_await attempt(std::move(argv), std::move(env), std::move(stop));
    std::string found;
    for (const std::string_view line : split(tried ? std::string_view(tried->out) : "", '\n')) {
        if (line.starts_with("store = ")) {
            found = trim(line.substr(std::string_view("store = ").size()));
        }
    }
    co_return found;
}

struct Remedy {
    std::string_view phrase; // in what Nix says
    std::string_view text;
};

constexpr std::array remedies{
    Remedy{"user namespaces",
           "allow them (sysctl user.max_user_namespaces), or set 'sandbox = false' in nix.conf"},
    Remedy{"sandbox", "see what Nix says, or set 'sandbox = false' in nix.conf"},
    Remedy{"'nixbld'", "make the build users' group, or set 'build-users-group =' in nix.conf"},
    Remedy{"No space left", "make room for /nix/store"},
};

std::string remedyFor(std::string_view complaint) {
    for (const Remedy& known : remedies) {
        if (complaint.contains(known.phrase)) {
            return std::string(known.text);
        }
    }
    return "see the finding 'nix store'";
}

} // namespace

Finding judgeStore(const StoreFacts& facts) {
    const std::string& remote = facts.remote;
    if (remote == "daemon" || remote.starts_with("unix://")) {
        return daemonStore(facts);
    }
    if (remote.starts_with('/') || remote.starts_with("local?")) {
        return chrootStore(remote);
    }
    if (!remote.empty() && remote != "auto" && remote != "local") {
        return {name, Health::Warning, fmt::format("'{}', which is not on this machine", remote),
                "steps cannot run programs from it", "unset NIX_REMOTE for runs on this machine"};
    }
    if (facts.stateWritable) {
        return {name, Health::Ok, fmt::format("read and written directly ({})", facts.stateDir), "", ""};
    }
    if (remote != "local" && facts.socket != Socket::None) {
        return daemonStore(facts);
    }
    if (!facts.isRoot && !facts.stateExists) {
        return {name, Health::Warning,
                fmt::format("none that this user may write ({} is not there)", facts.stateDir),
                "workflows whose steps name packages or derivations of Nix cannot run; all others can",
                "Debian: apt install nix-setup-systemd, which brings a daemon; or run as root"};
    }
    return {name, Health::Warning,
            fmt::format("{} may not be written, and there is no daemon", facts.stateDir),
            "workflows whose steps name packages or derivations of Nix cannot run; all others can",
            "Debian: apt install nix-setup-systemd, which brings a daemon; or run as root"};
}

io::Task<Findings> checkStore(const Machine* machine, io::StopToken stop) {
    StoreFacts facts;
    facts.remote = machine->environment.get("NIX_REMOTE");
    if (facts.remote.empty()) {
        facts.remote = co_await configuredStore(machine, std::move(stop));
    }
    facts.stateDir = machine->environment.get("NIX_STATE_DIR", "/nix/var/nix");
    facts.isRoot = geteuid() == 0;
    facts.stateExists = access(facts.stateDir.c_str(), F_OK) == 0;
    facts.stateWritable = isWritablePlace(facts.stateDir);
    facts.socketPath =
        machine->environment.get("NIX_DAEMON_SOCKET_PATH", facts.stateDir + "/daemon-socket/socket");
    if (facts.remote.starts_with("unix:///")) {
        facts.socketPath = facts.remote.substr(std::string_view("unix://").size());
    }
    facts.socket = trySocket(facts.socketPath);
    Findings out{judgeStore(facts)};
    co_return out;
}

// A builder that is part of Nix needs neither a shell nor a package, yet passes through sandbox and store
// like any.
io::Task<Findings> checkBuild(const Machine* machine, io::StopToken stop) {
    std::vector<std::string> argv{"nix-build", "--no-out-link"};
    for (const std::string& option : nix::commonOptions(machine->environment.variables())) {
        argv.push_back(option);
    }
    argv.insert(argv.end(),
                {"--option", "substituters", "", "--expr",
                 fmt::format("derivation {{ name = \"cirque-doctor-{}\"; system = builtins.currentSystem; "
                             "builder = \"builtin:buildenv\"; derivations = \"\"; manifest = "
                             "builtins.toFile \"manifest\" \"\"; }}",
                             wallNow().micros)}); // a new one each time: else nothing would be built
    std::vector<std::string> env = nix::nixEnvironment(machine->environment.variables());
    const Result<io::Captured> tried = co_await attempt(std::move(argv), std::move(env), std::move(stop));
    Findings out;
    const std::string path = tried ? std::string(trim(tried->out)) : "";
    if (tried && tried->status.ok() && path.starts_with('/')) {
        out.push_back({"build", Health::Ok, fmt::format("built {}", path), "", ""});
    } else {
        const std::string why = whyFailed(tried);
        out.push_back({"build", Health::Warning, why,
                       "workflows whose steps name packages or derivations of Nix cannot run; all others can",
                       remedyFor(why)});
    }
    co_return out;
}

} // namespace cirque::doctor
