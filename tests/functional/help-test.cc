// SPDX-License-Identifier: Apache-2.0
// What the program says about itself: help, man pages, the reference page and completion all come from the
// command table, and the shells' own programs read them.
#include "tests/functional/support/project.hh"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cirque::test {
namespace {

std::string readAll(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::vector<std::string> commandNames(const Project& project) {
    std::vector<std::string> out;
    std::istringstream lines(project.cirque({"__complete", ""}).out);
    for (std::string line; std::getline(lines, line);) {
        const std::string name = line.substr(0, line.find('\t'));
        if (name != "help" && name != "version") {
            out.push_back(name);
        }
    }
    return out;
}

bool has(const Project& project, const std::string& program) {
    return project.shell("command -v " + program).status == 0;
}

TEST(Help, TheReferencePageIsWhatTheCommandTableSays) {
    const Project project;
    const Ran page = project.cirque({"__docs", "markdown"});
    ASSERT_EQ(page.status, 0) << page.all();
    const std::string path = CIRQUE_SOURCE "/docs/reference/cli.md";
    if (std::getenv("CIRQUE_ACCEPT") != nullptr) {
        std::ofstream(path) << page.out;
    }
    EXPECT_EQ(readAll(path), page.out) << "docs/reference/cli.md is out of date: CIRQUE_ACCEPT=1 "
                                          "build/tests/functional-help-test, then read the diff";
}

TEST(Help, EveryCommandHasATextWithAnExample) {
    const Project project;
    const std::vector<std::string> names = commandNames(project);
    ASSERT_GE(names.size(), 8U);
    for (const std::string& name : names) {
        const Ran help = project.cirque({"help", name});
        EXPECT_EQ(help.status, 0) << help.all();
        EXPECT_TRUE(help.outHas("usage: cirque " + name)) << help.all();
        EXPECT_TRUE(help.outHas("\n    cirque " + name))
            << "src/cli/commands/" << name << ".txt is missing, or shows no example\n"
            << help.all();
        EXPECT_EQ(project.cirque({name, "--help"}).out, help.out);
    }
}

TEST(Help, EveryManPageIsReadWithoutAWarning) {
    const Project project;
    ASSERT_EQ(project.cirque({"__docs", "man", project.dir()}).status, 0);
    if (!has(project, "man")) {
        GTEST_SKIP() << "SKIPPED: the man pages were not read: no program 'man'";
    }
    std::vector<std::string> pages{"cirque"};
    for (const std::string& name : commandNames(project)) {
        pages.push_back("cirque-" + name);
    }
    for (const std::string& page : pages) {
        const Ran read =
            project.shell("MANWIDTH=80 MANROFFSEQ= LC_ALL=C.UTF-8 man --warnings -l " + page + ".1");
        EXPECT_EQ(read.status, 0) << read.all();
        EXPECT_EQ(read.err, "") << page << " makes man complain";
        for (const char* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"}) {
            EXPECT_TRUE(read.outHas(section)) << page << " has no " << section;
        }
    }
    // what a person copies must be what they may type
    const Ran run = project.shell("MANWIDTH=120 LC_ALL=C.UTF-8 man -l cirque-run.1");
    EXPECT_TRUE(run.outHas("cirque run --env BRANCH=main --secret TOKEN")) << run.out;
}

// "cirque logs RUN --try 1 # comment" in a line that pages show as typed; empty when it is none.
std::vector<std::string> commandShown(std::string line) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == std::string::npos || start < 4) {
        return {};
    }
    line.erase(0, start);
    line.erase(0, line.starts_with("$ ") ? 2 : 0);
    std::vector<std::string> words;
    std::istringstream parts(line.substr(0, line.find(" #")));
    for (std::string word; parts >> word && word != "|" && word != "&&" && word != ">";) {
        words.push_back(word);
    }
    return words.size() > 1 && words.front() == "cirque" ? words : std::vector<std::string>{};
}

TEST(Help, EveryCommandAndOptionThatThePagesShowExists) {
    const Project project;
    std::vector<std::filesystem::path> pages{CIRQUE_SOURCE "/README.md"};
    for (const auto& entry : std::filesystem::directory_iterator(CIRQUE_SOURCE "/docs/guide")) {
        pages.push_back(entry.path());
    }
    int checked = 0;
    for (const std::filesystem::path& page : pages) {
        std::istringstream lines(readAll(page.string()));
        for (std::string line; std::getline(lines, line);) {
            const std::vector<std::string> words = commandShown(line);
            if (words.empty()) {
                continue;
            }
            const Ran help = project.cirque({"help", words[1]});
            EXPECT_EQ(help.status, 0) << page << ": " << line;
            for (const std::string& word : words) {
                const std::string option = word.substr(0, word.find('='));
                EXPECT_TRUE(!word.starts_with("--") || word == "--" || help.outHas(option + " "))
                    << page << ": " << line;
            }
            ++checked;
        }
    }
    EXPECT_GE(checked, 20) << "the lines were not found";
}

class Completion : public ::testing::Test {
  protected:
    void SetUp() override {
        project.write("ci.nix", R"json({ cirque, ... }: cirque.mkWorkflow { name = "ci";
          jobs.alpha.steps = [ { name = "first"; bash = "true"; } ];
          jobs.beta.steps = [ { name = "second"; bash = "exit 3"; } ]; })json");
        ASSERT_EQ(project.cirque({"run"}).status, 1);
        run = project.lastRun();
        // the scripts call the program by the name that was typed
        project.set("PATH", std::string(CIRQUE_PROGRAM).substr(0, std::string(CIRQUE_PROGRAM).rfind('/')) +
                                ":" + std::getenv("PATH"));
    }

    // What a shell offers for a line, sorted, one per line.
    Ran bash(const std::string& line) const {
        project.write("ask.bash", ". " CIRQUE_SOURCE "/src/cli/completion/cirque.bash\n"
                                  "read -r -a COMP_WORDS <<< \"$1\"\n"
                                  "case $1 in *' ') COMP_WORDS+=('') ;; esac\n"
                                  "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_cirque\n"
                                  "printf '%s\\n' \"${COMPREPLY[@]}\" | sort\n");
        return project.shell("bash ask.bash '" + line + "'");
    }

    Project project;
    std::string run;
};

TEST_F(Completion, BashOffersCommandsOptionsFilesRunsAndJobs) {
    EXPECT_EQ(bash("cirque sh").out, "show\n");
    EXPECT_EQ(bash("cirque run --fail").out, "--fail-fast\n");
    EXPECT_EQ(bash("cirque run al").out, "alpha\n") << "a job of the last run of this tree";
    EXPECT_EQ(bash("cirque run ci").out, "ci.nix\n");
    EXPECT_EQ(bash("cirque run --env-file ask").out, "ask.bash\n");
    EXPECT_EQ(bash("cirque show ").out, run.substr(0, 13) + "\n");
    EXPECT_EQ(bash("cirque logs " + run + " be").out, "beta\n");
    EXPECT_EQ(bash("cirque logs " + run + " beta/").out, "beta/second\n");
    EXPECT_EQ(bash("cirque init --template py").out, "python\n");
    EXPECT_EQ(bash("cirque help set").out, "settings\n");
}

TEST_F(Completion, ZshOffersTheSame) {
    if (!has(project, "zsh")) {
        GTEST_SKIP() << "SKIPPED: zsh completion was not tried: no zsh";
    }
    // a real line editor in a real pty, asked for a list with Tab
    project.write("zsh.zsh", R"sh(
zmodload zsh/zpty
zpty z 'zsh -f -i'
say() { zpty -w z "$1"; }
say 'PS1=; PROMPT_EOL_MARK=; fpath=()' 2>/dev/null
say "fpath=($1 /usr/share/zsh/functions/Completion{,/*}(N/) /usr/share/zsh/functions/*(N/)); autoload -Uz compinit; compinit -u -D"
say 'zstyle ":completion:*" list-colors ""; compdef _cirque cirque; echo REA""DY'
zpty -r z out '*READY*'
zpty -w -n z "$2"$'\t'
zpty -r z out "*$3*"
print -r -- "$out"
)sh");
    // waits until what is wanted appears: what never appears fails by the time limit of the call
    const auto ask = [&](const std::string& line, const std::string& wanted) {
        return project.shell(
            "zsh -f zsh.zsh " CIRQUE_SOURCE "/src/cli/completion '" + line + "' '" + wanted + "'", 20);
    };
    for (const auto& [line, wanted] :
         std::vector<std::pair<std::string, std::string>>{{"cirque sho", "cirque show"},
                                                          {"cirque run --fail", "--fail-fast"},
                                                          {"cirque run alp", "alpha"},
                                                          {"cirque logs " + run + " bet", "beta"},
                                                          {"cirque init --template py", "python"}}) {
        const Ran offered = ask(line, wanted);
        EXPECT_TRUE(offered.status == 0 && offered.outHas(wanted)) << line << "\n" << offered.all();
    }
}

TEST_F(Completion, FishOffersTheSame) {
    if (!has(project, "fish")) {
        GTEST_SKIP() << "SKIPPED: fish completion was not tried: no fish";
    }
    const auto ask = [&](const std::string& line) {
        return project
            .shell("fish --no-config -c 'source " CIRQUE_SOURCE
                   "/src/cli/completion/cirque.fish; complete --do-complete \"" +
                   line + "\"' | cut -f 1 | sort")
            .out;
    };
    EXPECT_EQ(ask("cirque sho"), "show\n");
    EXPECT_EQ(ask("cirque run --fail"), "--fail-fast\n");
    EXPECT_EQ(ask("cirque run alp"), "alpha\n");
    EXPECT_EQ(ask("cirque logs " + run + " bet"), "beta\n");
    EXPECT_EQ(ask("cirque run --env-file ci"), "ci.nix\n");
    EXPECT_EQ(ask("cirque init --template py"), "python\n");
}

} // namespace
} // namespace cirque::test
