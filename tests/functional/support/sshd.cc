// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/support/sshd.hh"

#include "tests/support/look.hh"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace cirque::test {
namespace {

namespace fs = std::filesystem;

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int freePort() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    const bool bound = bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(descriptor);
    if (!bound) {
        throw std::runtime_error("no free port on the loopback");
    }
    return ntohs(address.sin_port);
}

// The fields of /proc/PID/stat after the name of the program: state, parent, ...
std::pair<char, pid_t> stateAndParent(pid_t pid) {
    const std::string stat = slurp(fmt::format("/proc/{}/stat", pid));
    const std::size_t end = stat.rfind(')');
    std::istringstream fields(end == std::string::npos ? "" : stat.substr(end + 1));
    char state = 'X';
    pid_t parent = -1;
    fields >> state >> parent;
    return {state, parent};
}

bool isAlive(pid_t pid) {
    const char state = stateAndParent(pid).first;
    return state != 'X' && state != 'Z';
}

std::vector<pid_t> allProcesses() {
    std::vector<pid_t> all;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") == std::string::npos) {
            all.push_back(std::stoi(name));
        }
    }
    return all;
}

pid_t childOf(pid_t parent) {
    for (const pid_t pid : allProcesses()) {
        if (stateAndParent(pid).second == parent) {
            return pid;
        }
    }
    return -1;
}

std::string commandLine(pid_t pid) {
    std::string line = slurp(fmt::format("/proc/{}/cmdline", pid));
    std::ranges::replace(line, '\0', ' ');
    return line;
}

} // namespace

Sshd::Sshd(SshdOptions options) : options_(std::move(options)), folder_(home_.root() + "/machine") {
    fs::create_directories(folder_ + "/disk");
    fs::create_directories(folder_ + "/nix-conf");
    makeKeys();
    // the port may be taken between the look and the start
    for (int attempt = 1;; ++attempt) {
        port_ = freePort();
        writeConfigs();
        try {
            start();
            return;
        } catch (const std::runtime_error&) {
            if (attempt == 3) {
                throw;
            }
        }
    }
}

Sshd::~Sshd() {
    stop();
}

void Sshd::makeKeys() {
    const Ran made = home_.shell(fmt::format("cd '{}' && for key in id host_key other_key; do ssh-keygen -q "
                                             "-t ed25519 -N '' -C test -f $key || exit; done"
                                             " && cp id.pub authorized_keys",
                                             folder_));
    if (made.status != 0) {
        throw std::runtime_error("no keys for sshd: " + made.all());
    }
}

void Sshd::writeConfigs() const {
    std::ofstream(folder_ + "/sshd_config") << fmt::format(
        "Port {}\nListenAddress 127.0.0.1\nHostKey /mnt/host_key\nPidFile none\nAuthorizedKeysFile "
        "/mnt/authorized_keys\n"
        "StrictModes no\nUsePAM no\nUseDNS no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
        "PrintMotd no\nMaxSessions 100\nMaxStartups 100\nSubsystem sftp internal-sftp\n"
        "SetEnv NIX_CONF_DIR=/mnt/nix-conf{}\n",
        port_,
        options_.path.empty()
            ? ""
            : fmt::format(" PATH={}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                          options_.path));
    std::ofstream(folder_ + "/nix-conf/nix.conf")
        << "sandbox = false\nsubstituters =\nbuild-users-group =\nrequire-sigs = false\n"
           "experimental-features = nix-command flakes\n";
    std::string config = fmt::format("Host place\n  HostName {}\n  Port {}\n  User {}\n  IdentityFile {}\n",
                                     host(), port_, user(), identity());
    for (const std::string& option : this->options()) {
        config += fmt::format("  {}\n", option);
    }
    std::ofstream(folder_ + "/config") << config;
    std::ofstream(knownHosts()) << fmt::format("[127.0.0.1]:{} {}", port_, slurp(folder_ + "/host_key.pub"));
}

std::vector<std::string> Sshd::options() const {
    return {"UserKnownHostsFile=" + knownHosts(), "GlobalKnownHostsFile=/dev/null",
            "StrictHostKeyChecking=yes", "BatchMode=yes", "IdentitiesOnly=yes"};
}

void Sshd::start() {
    const std::string disk = options_.disk.empty() ? "-" : options_.disk;
    running_.emplace(
        home_.startShell(fmt::format("CIRQUE_SHARED='{}' exec setpriv --pdeathsig KILL unshare --mount "
                                     "--propagation private --pid --fork --kill-child "
                                     "'{}/tests/places/other-machine' '{}' {} {} {}",
                                     fmt::join(options_.shared, ":"), CIRQUE_SOURCE, folder_, disk,
                                     options_.nix ? "" : "nix 'nix-*'", fmt::join(options_.without, " "))));
    const bool up = poll(20, [&] { return answers() || !isAlive(running_->pid()); });
    if (!up || !isAlive(running_->pid())) {
        running_->signal(SIGKILL);
        const Ran ran = running_->wait(10);
        running_.reset();
        throw std::runtime_error("sshd does not start: " + ran.all());
    }
    listener_ = childOf(running_->pid());
}

void Sshd::stop() {
    if (!running_) {
        return;
    }
    const std::vector<pid_t> inside = others();
    running_->signal(SIGKILL);
    (void)running_->wait(10);
    running_.reset();
    const pid_t listener = std::exchange(listener_, -1);
    EXPECT_TRUE(poll(10, [&] { return !isAlive(listener); })) << "the machine does not end";
    for (const pid_t pid : inside) {
        EXPECT_TRUE(poll(10, [&] { return !isAlive(pid); })) << commandLine(pid);
    }
}

bool Sshd::answers() const {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port_);
    const bool connected =
        connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(descriptor);
    return connected;
}

Ran Sshd::ssh(const std::string& command, int seconds) const {
    std::ofstream(folder_ + "/command") << command;
    return home_.shell(fmt::format("exec ssh -F '{0}' place \"$(cat '{1}/command')\"", config(), folder_),
                       seconds);
}

std::string Sshd::at(const std::string& path) const {
    return fmt::format("/proc/{}/root{}", listener_, path);
}

std::vector<pid_t> Sshd::others() const {
    std::error_code ignored;
    const auto space = fs::read_symlink(fmt::format("/proc/{}/ns/pid", listener_), ignored);
    std::vector<pid_t> found;
    for (const pid_t pid : allProcesses()) {
        if (pid != listener_ && isAlive(pid) && !space.empty() &&
            fs::read_symlink(fmt::format("/proc/{}/ns/pid", pid), ignored) == space) {
            found.push_back(pid);
        }
    }
    return found;
}

std::vector<std::string> Sshd::processes() const {
    std::vector<std::string> lines;
    for (const pid_t pid : others()) {
        lines.push_back(commandLine(pid));
    }
    return lines;
}

void Sshd::expectNoLeftovers(int seconds) const {
    std::vector<std::string> left;
    const bool gone = poll(seconds, [&] {
        left = processes();
        std::erase_if(left,
                      [](const std::string& line) { return line.empty() || line.starts_with("sshd: "); });
        return left.empty();
    });
    EXPECT_TRUE(gone) << "still running over there: " << fmt::format("{}", fmt::join(left, "\n"));
}

void Sshd::killSessions() const {
    for (const pid_t pid : others()) {
        if (commandLine(pid).starts_with("sshd: ")) {
            kill(pid, SIGKILL);
        }
    }
}

void Sshd::forgetHostKey() const {
    std::ofstream{knownHosts()};
}

void Sshd::changeHostKey() const {
    std::ofstream(knownHosts()) << fmt::format("[127.0.0.1]:{} {}", port_, slurp(folder_ + "/other_key.pub"));
}

} // namespace cirque::test
