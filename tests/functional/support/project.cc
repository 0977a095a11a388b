// SPDX-License-Identifier: Apache-2.0
#include "tests/functional/support/project.hh"

#include "tests/support/look.hh"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cirque::test {

namespace fs = std::filesystem;

std::string Ran::all() const {
    return fmt::format("status {}\n--- stdout\n{}\n--- stderr\n{}", status, out, err);
}

Running::Running(pid_t pid, std::string outFile, std::string errFile)
    : pid_(pid), outFile_(std::move(outFile)), errFile_(std::move(errFile)) {}

Running::Running(Running&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), outFile_(std::move(other.outFile_)),
      errFile_(std::move(other.errFile_)) {}

Running::~Running() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
}

void Running::signal(int number) const {
    kill(pid_, number);
}

std::string Running::outSoFar() const {
    return slurp(outFile_);
}

Ran Running::wait(int seconds) {
    Ran ran;
    int status = 0;
    const bool ended = poll(seconds, [&] { return waitpid(pid_, &status, WNOHANG) == pid_; });
    if (ended) {
        ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    pid_ = -1;
    ran.out = slurp(outFile_);
    ran.err = slurp(errFile_);
    return ran;
}

Project::Project() {
    const char* base = std::getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe)
    std::string pattern = fmt::format("{}/cirque-test.XXXXXX", base != nullptr ? base : "/tmp");
    root_ = mkdtemp(pattern.data());
    dir_ = root_ + "/project";
    fs::create_directories(dir_);
    fs::create_directories(root_ + "/home");
    fs::create_directories(root_ + "/tmp");
    environment_ = {
        {"HOME", root_ + "/home"},
        {"CIRQUE_STATE_DIR", state()},
        {"CIRQUE_PRIVATE_DIR", fmt::format("/dev/shm/cirque-test-{}", fs::path(root_).filename().string())},
        {"XDG_CACHE_HOME", root_ + "/home/.cache"},
        {"NO_COLOR", "1"},
        {"GITHUB_ACTIONS", std::nullopt},
        {"CIRQUE_LOG_FORMAT", std::nullopt},
        {"NIXACTIONS_LOG_FORMAT", std::nullopt},
        {"GIT_CONFIG_GLOBAL", "/dev/null"},
        {"GIT_AUTHOR_NAME", "t"},
        {"GIT_AUTHOR_EMAIL", "t@example.org"},
        {"GIT_COMMITTER_NAME", "t"},
        {"GIT_COMMITTER_EMAIL", "t@example.org"},
    };
}

Project::~Project() {
    const std::string clean =
        fmt::format("PATH=/usr/bin:/bin; chmod -R u+rwX '{0}' 2>/dev/null; rm -rf '{0}' '{1}'", root_,
                    *environment_.at("CIRQUE_PRIVATE_DIR"));
    // not bash: a test may have set BASH_ENV
    (void)spawn({"/bin/sh", "-c", clean}).wait();
    std::error_code ignored;
    fs::remove_all(root_, ignored);
}

void Project::write(const std::string& path, const std::string& text, unsigned mode) const {
    const fs::path full = fs::path(dir_) / path;
    fs::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << text;
    chmod(full.c_str(), mode);
}

bool Project::exists(const std::string& path) const {
    return fs::exists(fs::path(dir_) / path);
}

std::string Project::read(const std::string& path) const {
    return slurp((fs::path(dir_) / path).string());
}

std::string Project::planOf(const std::vector<std::string>& scripts, const std::string& jobExtra) const {
    std::string steps;
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        steps +=
            fmt::format("{}{{\"name\":\"s{}\",\"run\":{}}}", i == 0 ? "" : ",", i + 1, quoteJson(scripts[i]));
    }
    write("plan.json", fmt::format(R"({{"plan":1,"name":"test","jobs":{{"main":{{"steps":[{}]{}}}}}}})",
                                   steps, jobExtra.empty() ? "" : "," + jobExtra));
    return "plan.json";
}

std::string Project::programForAnyone() const {
    const fs::path folder = fs::path(root_) / "program";
    fs::create_directories(folder);
    for (const char* suffix : {"", "-leader", "-agent"}) {
        const std::string from = std::string(CIRQUE_PROGRAM) + suffix;
        const fs::path target = folder / fs::path(from).filename();
        fs::copy_file(from, target, fs::copy_options::overwrite_existing);
        fs::permissions(target, fs::perms(0755));
    }
    fs::permissions(folder, fs::perms(0755));
    fs::permissions(root_, fs::perms(0755));
    return (folder / "cirque").string();
}

void Project::commitAll() const {
    const Ran ran = shell("git init -q -b main . && git add -A && git commit -q -m all");
    ASSERT_EQ(ran.status, 0) << ran.all();
}

std::vector<std::string> Project::environment() const {
    std::map<std::string, std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const std::size_t equals = text.find('=');
        merged[text.substr(0, equals)] = text.substr(equals + 1);
    }
    for (const auto& [name, value] : environment_) {
        merged.erase(name);
        if (value) {
            merged[name] = *value;
        }
    }
    std::vector<std::string> pairs;
    for (const auto& [name, value] : merged) {
        pairs.push_back(name + "=" + value);
    }
    return pairs;
}

Running Project::spawn(std::vector<std::string> argv) const {
    std::vector<std::string> pairs = environment();
    const auto pointers = [](std::vector<std::string>& words) {
        std::vector<char*> out;
        for (std::string& word : words) {
            out.push_back(word.data());
        }
        out.push_back(nullptr);
        return out;
    };
    const int number = ++outputs_;
    const std::string outFile = fmt::format("{}/tmp/out.{}", root_, number);
    const std::string errFile = fmt::format("{}/tmp/err.{}", root_, number);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, outFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND,
                                     0644);
    posix_spawn_file_actions_addopen(&actions, 2, errFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND,
                                     0644);
    posix_spawn_file_actions_addchdir_np(&actions, dir_.c_str());
    pid_t pid = -1;
    const int failed =
        posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, pointers(argv).data(), pointers(pairs).data());
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(failed, 0) << "cannot start " << argv[0];
    return {pid, outFile, errFile};
}

Running Project::start(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), CIRQUE_PROGRAM);
    return spawn(std::move(arguments));
}

Ran Project::cirque(std::vector<std::string> arguments, int seconds) const {
    return start(std::move(arguments)).wait(seconds);
}

Running Project::startShell(const std::string& script) const {
    return spawn({"/bin/bash", "-c", script});
}

Ran Project::shell(const std::string& script, int seconds) const {
    return startShell(script).wait(seconds);
}

void Project::waitFor(const std::string& path, int seconds) const {
    const std::string full = (fs::path(dir_) / path).string();
    ASSERT_TRUE(poll(seconds, [&] { return fs::exists(full); })) << full << " did not appear";
}

std::vector<std::string> Project::leftovers() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
            continue;
        }
        // Steps do not get the mark itself, but their folders lie below the root.
        const std::string environment = slurp(entry.path() / "environ");
        if (environment.find(root_) != std::string::npos) {
            std::string line = slurp(entry.path() / "cmdline");
            std::ranges::replace(line, '\0', ' ');
            found.push_back(name + " " + line);
        }
    }
    return found;
}

void Project::expectNoLeftovers(int seconds) const {
    std::vector<std::string> left;
    const bool gone = poll(seconds, [&] {
        left = leftovers();
        return left.empty();
    });
    EXPECT_TRUE(gone) << "still running: " << fmt::format("{}", fmt::join(left, "\n"));
}

std::string Project::lastRun() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(state() + "/runs", ignored)) {
        names.push_back(entry.path().filename().string());
    }
    return names.empty() ? "" : std::ranges::max(names);
}

std::string quoteJson(const std::string& text) {
    return boost::json::serialize(boost::json::string_view(text));
}

} // namespace cirque::test
