// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/journey.hh"

#include "tests/conformance/expect.hh"
#include "tests/conformance/own-nix.hh"
#include "tests/support/look.hh"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sstream>

namespace cirque::conformance {
namespace {

namespace fs = std::filesystem;
using test::poll;
using test::Project;
using test::Ran;
using test::Running;
using test::slurp;

constexpr int waitSeconds = 60; // for one case on a busy machine; a case that hangs fails by it

// The project's folder name is unlike any other: whatever a case starts has it in its environment.
std::string tokenOf(const Project& project) {
    return fs::path(project.root()).filename().string();
}

// `tree`: path -> text, or {"text", "mode"} or {"link"}; a path that ends in / is a folder.
void makeTree(const Case& given, const Project& project) {
    if (const Json* tree = given.find("tree")) {
        for (const auto& entry : tree->as_object()) {
            const std::string path(entry.key());
            const Json& value = entry.value();
            const JsonObject* fields = value.if_object();
            const fs::path full = fs::path(project.dir()) / path;
            if (fields != nullptr && fields->contains("link")) {
                fs::create_directories(full.parent_path());
                fs::create_symlink(textOf(fields->at("link")), full);
            } else if (fields != nullptr && fields->contains("mode")) {
                project.write(path, textOf(fields->at("text")),
                              static_cast<unsigned>(std::stoul(textOf(fields->at("mode")), nullptr, 8)));
            } else {
                project.write(path, textOf(value));
            }
        }
    }
    if (const Json* path = given.find("submodule")) {
        const Ran ran =
            project.shell(fmt::format("set -e; git init -q ../lib; cd ../lib; echo inside > inside; git add "
                                      "inside; git commit -qm lib; "
                                      "cd - > /dev/null; git init -q -b main; "
                                      "git -c protocol.file.allow=always submodule --quiet add ../lib {}",
                                      textOf(*path)));
        ASSERT_EQ(ran.status, 0) << ran.all();
    }
    if (const Json* git = given.find("git"); git != nullptr && git->as_bool()) {
        project.commitAll();
    }
}

// Without the times of git's objects: git renews them in the repository that it borrows from.
std::string treeOf(const Project& project) {
    return project
        .shell("find . -path '*/.git/objects/*' -printf '%p %y %m %s\\n' -o -printf '%p %y %m %T@ %s %l\\n' "
               "| sort")
        .out;
}

int signalNumber(const std::string& name) {
    return name == "INT" ? SIGINT : name == "TERM" ? SIGTERM : name == "KILL" ? SIGKILL : 0;
}

// `during`: what is done to the run while it runs, one after the other, each once its `after` is in the
// output.
void disturb(const Case& given, const Project& project, const Running& running) {
    const Json* during = given.find("during");
    if (during == nullptr) {
        return;
    }
    for (const Json& one : during->as_array()) {
        const JsonObject& keys = one.as_object();
        const std::string after = textOf(keys.at("after"));
        ASSERT_TRUE(
            poll(waitSeconds / 2, [&] { return running.outSoFar().find(after) != std::string::npos; }))
            << "'" << after << "' did not appear in the output:\n"
            << running.outSoFar();
        if (const Json* signal = keys.if_contains("signal")) {
            running.signal(signalNumber(textOf(*signal)));
        } else {
            std::vector<std::string> words = {"cancel", project.lastRun()};
            for (const Json& word : keys.at("cancel").as_array()) {
                words.push_back(textOf(word));
            }
            const Ran cancel = project.cirque(words);
            EXPECT_EQ(cancel.status, 0) << cancel.all();
        }
    }
}

// Processes that have the token in their environment or command line.
std::vector<std::string> processesOf(const std::string& token) {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
            continue;
        }
        std::string line = slurp(entry.path() / "cmdline");
        if (line.find(token) != std::string::npos ||
            slurp(entry.path() / "environ").find(token) != std::string::npos) {
            std::ranges::replace(line, '\0', ' ');
            found.push_back(name + " " + line);
        }
    }
    return found;
}

// The folders of jobs below the state, and files in the private folder.
std::vector<std::string> foldersOf(const Project& project) {
    const Ran ran = project.shell("find \"$CIRQUE_STATE_DIR\" -path '*/jobs/*' -prune -print; "
                                  "find \"$CIRQUE_PRIVATE_DIR\" -mindepth 1 2>/dev/null");
    std::vector<std::string> found;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
        found.push_back(line);
    }
    return found;
}

void expectNothingLeft(const Project& project, Target& target) {
    const std::string token = tokenOf(project);
    std::vector<std::string> left;
    poll(15, [&] {
        left = processesOf(token);
        return left.empty();
    });
    EXPECT_TRUE(left.empty()) << "processes that the run left:\n" << fmt::format("{}", fmt::join(left, "\n"));
    left = foldersOf(project);
    EXPECT_TRUE(left.empty()) << "files that the run left:\n" << fmt::format("{}", fmt::join(left, "\n"));
    left = target.leftovers(project);
    EXPECT_TRUE(left.empty()) << "left at the place:\n" << fmt::format("{}", fmt::join(left, "\n"));
}

// `again`: a second run of the plan with these arguments, or `rerun` of the first one, which succeeds and
// removes what the first one left.
void runAgain(const Case& given, const Project& project) {
    if (given.find("again") == nullptr) {
        return;
    }
    std::vector<std::string> words = given.texts("again");
    const bool repeats = !words.empty() && words.front() == "rerun";
    words.insert(words.begin() + (repeats ? 1 : 0), repeats ? project.lastRun() : "../plan.json");
    if (!repeats) {
        words.insert(words.begin(), "run");
    }
    std::vector<std::string> left;
    poll(15, [&] {
        left = processesOf(tokenOf(project));
        return left.empty();
    });
    EXPECT_TRUE(left.empty()) << "processes that the first run left:\n"
                              << fmt::format("{}", fmt::join(left, "\n"));
    const Ran again = project.cirque(words);
    EXPECT_EQ(again.status, 0) << again.all();
}

void setCaller(const Case& given, Project& project) {
    if (const Json* caller = given.find("caller")) {
        for (const auto& entry : caller->as_object()) {
            project.set(std::string(entry.key()), textOf(entry.value()));
        }
    }
}

// plan.json beside the tree: the case's own, or what its workflow in Nix evaluates to.
void writePlan(const Case& given, Project& project, Target& target) {
    const JsonObject executor = target.executor(project);
    if (const Json* plan = given.find("plan")) {
        project.write("../plan.json", planOf(plan->as_object(), executor));
        return;
    }
    useOwnNix(project);
    project.write("../flow.nix", given.text("nix"));
    const Ran ran = startInOwnNix(project, {"plan", "../flow.nix", "--json"}).wait(waitSeconds);
    const Result<Json> plan = parseJson(ran.out, "cirque plan");
    EXPECT_TRUE(plan) << ran.all();
    if (plan) {
        project.write("../plan.json", planOf(plan->as_object(), executor));
    }
}

} // namespace

std::string runCase(const Case& given, Target& target) {
    Project project;
    target.prepare(project);
    setCaller(given, project);
    makeTree(given, project);
    writePlan(given, project, target);
    const std::string before = treeOf(project);
    std::vector<std::string> words = {"run", "../plan.json", "--env",
                                      "CONFORMANCE_TOKEN=" + tokenOf(project)};
    for (std::string& word : given.texts("run")) {
        words.push_back(std::move(word));
    }
    Running running = given.find("nix") == nullptr ? project.start(words) : startInOwnNix(project, words);
    disturb(given, project, running);
    const Ran ran = running.wait(static_cast<int>(given.number("limit", waitSeconds)));
    const std::string place = given.text("place");
    checkRun(given, project, ran, place.empty() ? textOf(target.executor(project).at("kind")) : place);
    runAgain(given, project);
    expectNothingLeft(project, target);
    EXPECT_EQ(treeOf(project), before) << "the run wrote into the user's tree";
    const std::string said = ran.all();
    return said.size() <= 6000 ? said : said.substr(0, 3000) + "\n[...]\n" + said.substr(said.size() - 3000);
}

} // namespace cirque::conformance
