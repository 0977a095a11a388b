// SPDX-License-Identifier: Apache-2.0
// A throw-away project with its own home and state, in which the built cirque runs for real. Tests read like
// the manual: write a workflow, run a command, look at what happened.
#pragma once

#include <gtest/gtest.h>

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cirque::test {

struct Ran {
    int status =
        -1; // exit status; 128 + signal when a signal ended it; -1: did not end in time (and was killed)
    std::string out;
    std::string err;

    [[nodiscard]] bool outHas(const std::string& text) const { return out.find(text) != std::string::npos; }

    [[nodiscard]] bool errHas(const std::string& text) const { return err.find(text) != std::string::npos; }

    // For failure messages.
    [[nodiscard]] std::string all() const;
};

// A command under way. Its output goes to files, so that nothing blocks.
class Running {
  public:
    Running(pid_t pid, std::string outFile, std::string errFile);
    Running(Running&& other) noexcept;
    Running& operator=(Running&&) = delete;
    ~Running(); // kills it when still running

    void signal(int number) const;
    // Until it ends, at most `seconds`.
    Ran wait(int seconds = 60);

    // What it has printed on standard output until now.
    [[nodiscard]] std::string outSoFar() const;

    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_;
    std::string outFile_;
    std::string errFile_;
};

class Project {
  public:
    Project();
    ~Project(); // removes everything it made
    Project(const Project&) = delete;
    Project& operator=(const Project&) = delete;

    [[nodiscard]] const std::string& dir() const { return dir_; } // the project's folder

    [[nodiscard]] const std::string& root() const { return root_; } // holds it, the home and the state

    [[nodiscard]] std::string state() const { return root_ + "/state"; }

    // A file below the project's folder, with its folders.
    void write(const std::string& path, const std::string& text, unsigned mode = 0644) const;
    [[nodiscard]] bool exists(const std::string& path) const;
    [[nodiscard]] std::string read(const std::string& path) const;

    // A plan document of one job "main" with these bash steps, in plan.json; returns its name.
    std::string planOf(const std::vector<std::string>& scripts, const std::string& jobExtra = "") const;

    // A copy of cirque, with all it needs, that every user may run: a checkout may lie in a closed home.
    [[nodiscard]] std::string programForAnyone() const;

    // git init, add, commit of all that is there.
    void commitAll() const;

    // Changes of the environment that cirque gets (nullopt: unset).
    void set(const std::string& name, std::optional<std::string> value) {
        environment_[name] = std::move(value);
    }

    // "NAME=VALUE" of all that cirque gets.
    [[nodiscard]] std::vector<std::string> environment() const;

    [[nodiscard]] Running start(std::vector<std::string> arguments) const; // cirque ARGUMENTS in dir()
    [[nodiscard]] Running startShell(const std::string& script) const;     // bash -c, same environment
    [[nodiscard]] Ran cirque(std::vector<std::string> arguments, int seconds = 60) const;
    [[nodiscard]] Ran shell(const std::string& script, int seconds = 60) const; // bash -c, same environment

    // Waits until the file exists (a step's sign of life); fails the test after `seconds`.
    void waitFor(const std::string& path, int seconds = 30) const;

    // Processes whose environment names a folder of this project: what a run left behind.
    [[nodiscard]] std::vector<std::string> leftovers() const;
    // Waits until there are none; fails the test after `seconds` and says which.
    void expectNoLeftovers(int seconds = 15) const;

    // The newest run's folder name.
    [[nodiscard]] std::string lastRun() const;

  private:
    [[nodiscard]] Running spawn(std::vector<std::string> argv) const;
    std::string root_;
    std::string dir_;
    std::map<std::string, std::optional<std::string>> environment_;
    mutable int outputs_ = 0;
};

// The text as a JSON string literal.
std::string quoteJson(const std::string& text);

} // namespace cirque::test
