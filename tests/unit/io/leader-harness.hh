// SPDX-License-Identifier: Apache-2.0
// One real cirque-leader with its two pipes and the step's output.
#pragma once

#include "agent/leader/protocol.hh"
#include "io/process/process.hh"

#include <gtest/gtest.h>

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>

namespace cirque::agent {

struct LeaderSetup {
    std::vector<std::string> program;
    std::string grace = "60000";
    std::string walk = "children";
    std::vector<std::string> wrapper = {}; // runs the leader, for what it inherits
    std::vector<std::pair<int, int>> leaked = {};
};

class LeaderHarness {
  public:
    explicit LeaderHarness(const LeaderSetup& setup) {
        auto lifeline = io::makePipe();
        auto status = io::makePipe();
        auto output = io::makePipe();
        io::SpawnOptions options;
        options.argv = setup.wrapper;
        options.argv.insert(options.argv.end(), {CIRQUE_LEADER, "--lifeline", "3", "--status", "4", "--grace",
                                                 setup.grace, "--walk", setup.walk, "--"});
        options.argv.insert(options.argv.end(), setup.program.begin(), setup.program.end());
        options.keep = {{lifeline->read.get(), 3}, {status->write.get(), 4}};
        options.keep.insert(options.keep.end(), setup.leaked.begin(), setup.leaked.end());
        options.out = output->write.get();
        options.err = output->write.get();
        auto spawned = io::Process::spawn(options);
        if (!spawned) {
            throw std::runtime_error(spawned.error().message);
        }
        process_ = std::make_unique<io::Process>(std::move(*spawned));
        lifeline_ = std::move(lifeline->write);
        status_ = std::move(status->read);
        output_ = std::move(output->read);
    }

    static LeaderHarness bash(std::string script, LeaderSetup setup = {}) {
        setup.program = {"/bin/bash", "-c", std::move(script)};
        return LeaderHarness(setup);
    }

    void send(LeaderCommand command) {
        auto byte = static_cast<char>(command);
        EXPECT_TRUE(io::writeAll(lifeline_.get(), std::string_view(&byte, 1), "the lifeline"));
    }

    void closeLifeline() { lifeline_.reset(); }

    // {0, 0}: end of file, and {0, -1}: nothing came for long.
    std::pair<int, int> next() {
        StatusRecord record;
        if (!readable(status_.get())) {
            return {0, -1};
        }
        if (::read(status_.get(), &record, sizeof record) != sizeof record) {
            return {0, 0};
        }
        return {static_cast<int>(record.kind), record.value};
    }

    // The kinds and values up to the end of file.
    std::vector<std::pair<int, int>> rest() {
        std::vector<std::pair<int, int>> records;
        for (auto record = next(); record.first != 0; record = next()) {
            records.push_back(record);
        }
        return records;
    }

    // One line of the step's output without its newline; "" at the end of file; "(nothing)" after long
    // silence.
    std::string line() {
        std::string text;
        char byte = 0;
        while (readable(output_.get())) {
            if (::read(output_.get(), &byte, 1) != 1 || byte == '\n') {
                return text;
            }
            text += byte;
        }
        return "(nothing)";
    }

    std::string allOutput() {
        std::string text;
        for (auto got = line(); !got.empty(); got = line()) {
            text += got + '\n';
        }
        return text;
    }

    [[nodiscard]] pid_t pid() const { return process_->pid(); }

  private:
    static bool readable(int fd) {
        pollfd entry{fd, POLLIN, 0};
        return ::poll(&entry, 1, 30'000) == 1;
    }

    std::unique_ptr<io::Process> process_;
    io::UniqueFd lifeline_;
    io::UniqueFd status_;
    io::UniqueFd output_;
};

inline bool isGone(pid_t pid) {
    return ::kill(pid, 0) != 0 && errno == ESRCH;
}

inline std::pair<int, int> exited(int status) {
    return {static_cast<int>(LeaderStatus::Exited), status};
}

inline std::pair<int, int> signaled(int signal) {
    return {static_cast<int>(LeaderStatus::Signaled), signal};
}

inline const std::pair<int, int> treeGone{static_cast<int>(LeaderStatus::TreeGone), 0};

using Records = std::vector<std::pair<int, int>>;

} // namespace cirque::agent
