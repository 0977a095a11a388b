// SPDX-License-Identifier: Apache-2.0
// The command lines of one machine: setpriv(1), unshare(1) and nsenter(1) of util-linux 2.38,
// systemd-nspawn(1) of systemd 252. Pure.
#pragma once

#include "exec/remote/mounts.hh"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace cirque::exec {

// Paths inside.
inline constexpr std::string_view nspawnAgent = "/run/cirque/bin/cirque-agent";
inline constexpr std::string_view nspawnLeader = "/run/cirque/bin/cirque-leader";
inline constexpr std::string_view nspawnTools = "/run/cirque/tools";
inline constexpr std::string_view nspawnPrivate = "/run/cirque/private";
inline constexpr std::string_view nspawnStreams = "/run/cirque/streams";

struct NspawnSpec {
    std::string machine; // its name: a host name of at most 64 characters
    std::string root;    // folder on this machine; only read
    std::string init;    // program to boot; empty: the root's systemd
    bool boot = false;
    bool network = false;
    std::string name;    // of the job's folder, one component; empty: there is no such folder
    std::string folder;  // the job's folder on this machine
    std::string streams; // folder on this machine with the FIFOs in, out and err, of a machine that boots
    std::string agent;   // programs on this machine
    std::string leader;
    std::vector<Mount> mounts;            // the store, and what the plan names
    std::vector<std::string> cgroups;     // of its own, to be made; it is put into them
    std::vector<std::string> environment; // the caller's, "K=V"; its PATH is used
};

std::string nspawnJobFolder(std::string_view name);

// Runs the machine: its agent, or its init when it boots. Everything in it, its mounts too, ends with the
// first process here, with systemd-nspawn, and with the thread that started it.
std::vector<std::string> nspawnCommand(const NspawnSpec& spec);

// The environment for it.
std::vector<std::string> nspawnEnvironment(const NspawnSpec& spec);

// Runs a program in the machine whose init is `leader`.
std::vector<std::string> enterCommand(pid_t leader, std::vector<std::string> program);

// What a login of root finds there; for enterCommand.
std::vector<std::string> insideEnvironment();

// For enterCommand: has the machine's systemd start the agent, as a service whose standard streams are the
// FIFOs. It returns at once. What the agent starts may do what a service of the machine may, no more.
std::vector<std::string> serviceCommand();

// On this machine: what carries its own standard streams to the FIFOs in `streams` and from them, until the
// service has closed its own.
std::vector<std::string> relayCommand(const std::string& streams);

} // namespace cirque::exec
