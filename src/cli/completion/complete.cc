// SPDX-License-Identifier: Apache-2.0
#include "cli/completion/complete.hh"

#include "cli/docs/placeholders.hh"

#include <fmt/format.h>

#include <algorithm>

namespace cirque::cli {
namespace {

class Completer {
  public:
    Completer(std::span<const Command> commands, const CompletionSources& sources)
        : commands_(commands), sources_(sources) {}

    Completion complete(std::vector<std::string> words) {
        typed_ = words.empty() ? std::string() : std::move(words.back());
        if (!words.empty()) {
            words.pop_back();
        }
        if (words.empty()) {
            addCommands();
            add({"help", "explain a command, or the settings"});
            add({"version", "print the version"});
        } else if (words.front() == "help") {
            addCommands();
            add({"settings", "what may be set by environment variables"});
        } else if (const Command* command = find(words.front())) {
            completeFor(*command, {words.begin() + 1, words.end()});
        }
        return std::move(out_);
    }

  private:
    const Command* find(const std::string& name) const {
        const auto found = std::ranges::find(commands_, name, &Command::name);
        return found == commands_.end() ? nullptr : &*found;
    }

    void add(Candidate candidate) {
        candidate.word.insert(0, prefix_);
        if (candidate.word.starts_with(typed_)) {
            out_.candidates.push_back(std::move(candidate));
        }
    }

    void addAll(std::vector<Candidate> candidates) {
        for (Candidate& candidate : candidates) {
            add(std::move(candidate));
        }
    }

    void addCommands() {
        for (const Command& command : commands_) {
            add({std::string(command.name), std::string(command.summary)});
        }
    }

    void addOptions(const Command& command) {
        for (const Option& option : command.options) {
            add({fmt::format("--{}", option.name), std::string(option.doc)});
        }
        if (typed_ == "-") {
            for (const Option& option : command.options) {
                if (option.letter != 0) {
                    add({fmt::format("-{}", option.letter), std::string(option.doc)});
                }
            }
        }
    }

    void addValues(const Values& values, const std::string& run) {
        out_.files = out_.files || values.files;
        out_.folders = out_.folders || values.folders;
        for (const std::string& word : values.words) {
            add({word, ""});
        }
        if (values.runs) {
            addAll(sources_.runs());
        }
        if (values.jobs) {
            addAll(sources_.jobs(run));
        }
        if (values.steps && typed_.find('/') != std::string::npos) {
            addAll(sources_.steps(run));
        }
        if (values.commands) {
            addCommands();
        }
        if (values.templates) {
            addAll(sources_.templates());
        }
    }

    // The option that `word` names and whose value comes as the next word.
    static const Option* awaited(const Command& command, std::string_view word) {
        for (const Option& option : command.options) {
            const bool isLong = word == fmt::format("--{}", option.name);
            const bool isShort = option.letter != 0 && word == fmt::format("-{}", option.letter);
            if ((isLong || isShort) && !option.argument.empty()) {
                return &option;
            }
        }
        return nullptr;
    }

    void completeFor(const Command& command, const std::vector<std::string>& before) {
        std::vector<std::string> positionals;
        const Option* open = nullptr;
        bool ended = false;
        for (const std::string& word : before) {
            if (open != nullptr && word == "=") {
                continue;
            }
            if (open != nullptr) {
                open = nullptr;
            } else if (!ended && word == "--") {
                ended = true;
            } else if (!ended && word.size() > 1 && word.starts_with('-')) {
                open = awaited(command, word);
            } else {
                positionals.push_back(word);
            }
        }
        const std::vector<Positional> places = readUsage(command.usage);
        const bool namesRun = !places.empty() && places.front().values.runs && !positionals.empty();
        const std::string run = namesRun ? positionals.front() : "";
        const std::size_t equals = typed_.find('=');
        if (open != nullptr) {
            typed_ = typed_ == "=" ? "" : typed_;
            addValues(readPlaceholder(open->argument), run);
        } else if (!ended && typed_.starts_with("--") && equals != std::string::npos) {
            if (const Option* option = awaited(command, typed_.substr(0, equals))) {
                prefix_ = typed_.substr(0, equals + 1);
                addValues(readPlaceholder(option->argument), run);
            }
        } else if (!ended && typed_.starts_with('-')) {
            addOptions(command);
        } else {
            addPositional(places, positionals.size(), run);
        }
    }

    void addPositional(const std::vector<Positional>& places, std::size_t index, const std::string& run) {
        if (places.empty() || (index >= places.size() && !places.back().repeats)) {
            return;
        }
        const std::size_t place = std::min(index, places.size() - 1);
        addValues(places[place].values, run);
        // "[TARGET] [JOB...]": a TARGET may be left out
        if (place == 0 && places.size() > 1 && places.front().values.files) {
            addValues(places[1].values, run);
        }
    }

    std::span<const Command> commands_;
    const CompletionSources& sources_;
    std::string typed_;
    std::string prefix_; // "--name=" of the word under the cursor
    Completion out_;
};

} // namespace

Completion complete(std::span<const Command> commands, std::vector<std::string> words,
                    const CompletionSources& sources) {
    return Completer(commands, sources).complete(std::move(words));
}

std::string toLines(const Completion& completion) {
    std::string out = completion.files ? ":files\n" : "";
    out += completion.folders ? ":folders\n" : "";
    for (const Candidate& candidate : completion.candidates) {
        if (candidate.word.find_first_of("\t\n") == std::string::npos) {
            out += fmt::format("{}\t{}\n", candidate.word, candidate.about);
        }
    }
    return out;
}

} // namespace cirque::cli
