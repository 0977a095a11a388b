// SPDX-License-Identifier: Apache-2.0
#include "app/local/observer.hh"
#include "cli/command.hh"
#include "cli/hidden.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdio>
#include <exception>

namespace {

using namespace cirque;

// Were one of them closed, the next file opened would get its number, and what is printed would go into a
// journal.
void openStandardStreams() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (fcntl(fd, F_GETFD) < 0) {
            (void)open("/dev/null", O_RDWR); // gets the lowest free number, which is this one
        }
    }
}

Result<std::string> currentFolder() {
    char buffer[PATH_MAX];
    if (getcwd(buffer, sizeof buffer) == nullptr) {
        return fail(systemError(errno, "find", "the current folder"));
    }
    return std::string(buffer);
}

Result<cli::Context> makeContext() {
    cli::Context context;
    context.environment = config::Environment::ofThisProcess();
    CIRQUE_TRY_ASSIGN(context.settings, config::loadSettings(context.environment, getuid()));
    CIRQUE_TRY_ASSIGN(context.folder, currentFolder());
    return context;
}

Result<int> help(const std::vector<std::string>& words) {
    if (words.empty()) {
        CIRQUE_TRY(cli::print(cli::helpText()));
        return 0;
    }
    if (words.front() == "settings") {
        CIRQUE_TRY(cli::print(cli::settingsText()));
        return 0;
    }
    CIRQUE_TRY_ASSIGN(const cli::Command* command, cli::requireCommand(words.front()));
    CIRQUE_TRY(cli::print(cli::helpText(*command)));
    return 0;
}

Result<int> dispatch(std::vector<std::string> words) {
    if (words.empty()) {
        CIRQUE_TRY(cli::print(cli::helpText()));
        return 2;
    }
    const std::string name = words.front();
    words.erase(words.begin());
    if (name == "--version" || name == "version") {
        CIRQUE_TRY(cli::print(fmt::format("cirque {}\n", cli::version)));
        return 0;
    }
    if (name == app::observeCommand) {
        return app::observe(words);
    }
    if (name == "help" || name == "--help" || name == "-h") {
        return help(words);
    }
    if (const cli::HiddenCommand* hidden = cli::findHidden(name)) {
        CIRQUE_TRY_ASSIGN(const cli::Context context, makeContext());
        return hidden->run(context, words);
    }
    CIRQUE_TRY_ASSIGN(const cli::Command* command, cli::requireCommand(name));
    CIRQUE_TRY_ASSIGN(const cli::Arguments arguments,
                      cli::parseArguments(name, command->options, std::move(words)));
    if (arguments.has("help")) {
        CIRQUE_TRY(cli::print(cli::helpText(*command)));
        return 0;
    }
    CIRQUE_TRY_ASSIGN(const cli::Context context, makeContext());
    return command->run(context, arguments);
}

} // namespace

int main(int argc, char** argv) {
    openStandardStreams();
    // A reader that goes away (a pager, head) is an error of write(2), not a reason to die in the middle of a
    // run.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        auto result = dispatch(std::vector<std::string>(argv + 1, argv + argc));
        if (!result) {
            cli::printError(result.error());
            return cli::exitStatus(result.error().code);
        }
        return *result;
    } catch (const std::exception& error) {
        fmt::print(stderr, "cirque: error: a bug, or the machine ran out of memory: {}\n", error.what());
        return 3;
    }
}
