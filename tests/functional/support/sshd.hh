// SPDX-License-Identifier: Apache-2.0
// A real sshd on the loopback, as if it were another machine: its home, /tmp, /run, /dev/shm, /nix and
// processes are its own, though its programs are this machine's (tests/places/other-machine). It goes with
// this object, and with this process. Needs root.
#pragma once

#include "tests/functional/support/project.hh"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace cirque::test {

struct SshdOptions {
    bool nix = true;    // false: no program of Nix over there; /nix is empty either way
    std::string disk{}; // not empty ("8m"): home, /tmp and /nix over there share so much room
    std::vector<std::string>
        without{}; // programs of /usr/bin that are not there ("bash": root's shell is /bin/sh)
    std::vector<std::string>
        shared{};       // folders of this machine that are there all the same, by the same paths
    std::string path{}; // a folder that is first in PATH over there
};

class Sshd {
  public:
    // Throws with the reason when it does not start.
    explicit Sshd(SshdOptions options = {});
    ~Sshd();
    Sshd(const Sshd&) = delete;
    Sshd& operator=(const Sshd&) = delete;

    // What an ssh has to be told to get in.
    [[nodiscard]] std::string host() const { return "127.0.0.1"; }

    [[nodiscard]] int port() const { return port_; }

    [[nodiscard]] std::string user() const { return "root"; }

    [[nodiscard]] std::string identity() const { return folder_ + "/id"; }

    [[nodiscard]] std::string knownHosts() const { return folder_ + "/known_hosts"; }

    // Words for -o: the file of known hosts, and never to ask.
    [[nodiscard]] std::vector<std::string> options() const;

    // An ssh configuration that says all of the above of the host "place": ssh -F config() place.
    [[nodiscard]] std::string config() const { return folder_ + "/config"; }

    // A command over there with a plain ssh.
    [[nodiscard]] Ran ssh(const std::string& command, int seconds = 30) const;

    // The file system over there: at("/root/x"). Only while it runs.
    [[nodiscard]] std::string at(const std::string& path) const;

    // Command lines of all that runs over there but the listening sshd itself.
    [[nodiscard]] std::vector<std::string> processes() const;
    // Waits until nothing but sshd's own processes is left over there; fails the test after `seconds`.
    void expectNoLeftovers(int seconds = 15) const;

    void
    killSessions() const; // SIGKILL to the sshd of each connection; what it started goes on, without a caller
    void stop();          // the whole machine ends at once
    void start();         // again, on the same port, with what its disk holds

    void forgetHostKey() const; // the client has never seen this host
    void changeHostKey() const; // the client knows this host by another key

  private:
    void makeKeys();
    void writeConfigs() const;
    [[nodiscard]] bool answers() const;
    [[nodiscard]] std::vector<pid_t> others() const;

    SshdOptions options_;
    Project home_;
    std::string folder_;
    int port_ = 0;
    std::optional<Running> running_;
    pid_t listener_ = -1; // the first process over there, by its number here
};

} // namespace cirque::test
