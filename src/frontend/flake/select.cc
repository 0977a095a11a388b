// SPDX-License-Identifier: Apache-2.0
#include "frontend/flake/select.hh"

#include "base/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace cirque::frontend {
namespace {

// Sets that have a system as their second part.
constexpr std::array<std::string_view, 5> systemSets{"checks", "packages", "devShells", "legacyPackages",
                                                     "cirque"};

// Where a bare name is looked for, as Nix does it; workflows before everything.
constexpr std::array<std::string_view, 5> searched{"cirque", "packages", "legacyPackages", "checks",
                                                   "devShells"};

template <class Names>
bool has(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != std::ranges::end(names);
}

AttributePath joined(std::string_view set, const std::string& system, const AttributePath& rest) {
    AttributePath path{std::string(set), system};
    path.insert(path.end(), rest.begin(), rest.end());
    return path;
}

// Whether the second part says a system, and not a name in the set: "x86_64-linux".
bool isSystem(std::string_view part) {
    return part.ends_with("-linux") || part.ends_with("-darwin") || part.ends_with("-windows") ||
           part.ends_with("bsd");
}

Question nameQuestion(const AttributePattern& pattern, const std::string& system) {
    Question question{.about = Question::About::Name, .paths = {}, .glob = {}, .pattern = 0};
    const AttributePath& parts = pattern.parts;
    if (has(systemSets, parts.front())) {
        if (parts.size() == 1 || !isSystem(parts[1])) {
            question.paths.push_back(joined(parts.front(), system, {parts.begin() + 1, parts.end()}));
        }
        question.paths.push_back(parts);
        return question;
    }
    for (const std::string_view set : searched) {
        if (set != "cirque" || parts.size() == 1) {
            question.paths.push_back(joined(set, system, parts));
        }
    }
    question.paths.push_back(parts);
    return question;
}

Question setQuestion(AttributePath path, std::string glob) {
    return {.about = Question::About::Set, .paths = {std::move(path)}, .glob = std::move(glob), .pattern = 0};
}

// .#lint*, .#checks.*, .#*.x86_64-linux.fmt*, .#hydraJobs.*
Result<std::vector<Question>> globQuestions(const AttributePattern& pattern, const std::string& system) {
    std::vector<Question> out;
    const AttributePath& parts = pattern.parts;
    const std::string& last = parts.back();
    const auto inSets = [&](std::string_view glob, const std::string& of) {
        for (const std::string_view set : listedSets) {
            if (matchesGlob(glob, set)) {
                out.push_back(setQuestion({std::string(set), of}, last));
            }
        }
    };
    const bool setIsGlob = pattern.globs.front();
    if (parts.size() == 1) {
        inSets("*", system);
    } else if (parts.size() == 2 && setIsGlob) {
        inSets(parts.front(), system);
    } else if (parts.size() == 2 && has(systemSets, parts.front())) {
        out.push_back(setQuestion({parts.front(), system}, last));
    } else if (parts.size() == 3 && (setIsGlob || pattern.globs[1])) {
        // a glob for the system means the one system that is evaluated
        const std::string of = pattern.globs[1] ? system : parts[1];
        if (pattern.globs[1] && !matchesGlob(parts[1], system)) {
            return out;
        }
        if (setIsGlob) {
            inSets(parts.front(), of);
        } else {
            out.push_back(setQuestion({parts.front(), of}, last));
        }
    } else if (std::ranges::find(pattern.globs.begin(), pattern.globs.end() - 1, true) ==
               pattern.globs.end() - 1) {
        out.push_back(setQuestion({parts.begin(), parts.end() - 1}, last));
    } else {
        return fail(ErrorCode::Usage, fmt::format("'{}': a glob cannot stand there", pattern.text),
                    "use one in the last part, as in '.#checks.*', or for the set and the system");
    }
    return out;
}

// What the answers amount to, one after the other.
class Selector {
  public:
    explicit Selector(const std::vector<AttributePattern>& patterns)
        : patterns_(patterns), found_(patterns.size(), false) {}

    void take(const Question& question, const Result<Json>& answer) {
        if (!answer) {
            found(question);
            fail(question.about == Question::About::Name && patterns_.size() > question.pattern
                     ? patterns_[question.pattern].parts
                     : question.paths.front(),
                 answer.error());
            return;
        }
        const JsonObject* object = answer->if_object();
        if (object == nullptr) {
            return; // null: there is nothing
        }
        const AttributePath path = pathOf(*object, question);
        const std::string kind(object->at("kind").get_string());
        if (question.about != Question::About::Name && kind != "set") {
            found(question);
            fail(path,
                 {ErrorCode::Evaluation, fmt::format("{} is not a set of attributes", toText(path)), {}, {}});
            return;
        }
        if (kind == "set") {
            members(question, path, object->at("names").get_array());
        } else if (kind == "workflow") {
            found(question);
            out.workflows.push_back(path);
        } else {
            found(question);
            add(path);
        }
    }

    Selection out;

    // The first pattern that nothing answered to.
    [[nodiscard]] const AttributePattern* unmatched() const {
        const auto found = std::ranges::find(found_, false);
        return found == found_.end() ? nullptr : &patterns_[static_cast<std::size_t>(found - found_.begin())];
    }

  private:
    static AttributePath pathOf(const JsonObject& answer, const Question& question) {
        const Json* given = answer.if_contains("path");
        if (given == nullptr) {
            return question.paths.front();
        }
        AttributePath path;
        for (const Json& part : given->get_array()) {
            path.emplace_back(part.get_string());
        }
        return path;
    }

    void members(const Question& question, const AttributePath& set, const JsonArray& names) {
        for (const Json& entry : names) {
            AttributePath path = set;
            path.emplace_back(entry.get_string());
            if (question.glob && !matchesGlob(*question.glob, path.back())) {
                continue;
            }
            found(question);
            if (set.front() == "cirque" && set.size() == 2) {
                out.workflows.push_back(std::move(path));
            } else {
                add(std::move(path));
            }
        }
    }

    void found(const Question& question) {
        if (question.pattern < found_.size()) {
            found_[question.pattern] = true;
        }
    }

    void add(AttributePath path) {
        if (seen_.insert(path).second) {
            out.attributes.push_back({std::move(path), {}});
        }
    }

    void fail(AttributePath path, Error error) {
        if (seen_.insert(path).second) {
            out.attributes.push_back({std::move(path), std::move(error)});
        }
    }

    const std::vector<AttributePattern>& patterns_;
    std::vector<bool> found_;
    std::set<AttributePath> seen_;
};

std::string namesOf(const std::vector<AttributePath>& paths) {
    std::vector<std::string> names;
    for (const AttributePath& path : paths) {
        names.push_back(path.back());
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

Result<std::vector<Question>> questionsFor(const std::vector<AttributePattern>& patterns,
                                           const std::string& system) {
    std::vector<Question> out;
    if (patterns.empty()) {
        out.push_back(
            {.about = Question::About::Workflows, .paths = {{"cirque", system}}, .glob = {}, .pattern = 0});
        for (const std::string_view set : listedSets) {
            out.push_back({.about = Question::About::Set,
                           .paths = {{std::string(set), system}},
                           .glob = {},
                           .pattern = 0});
        }
        return out;
    }
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        std::vector<Question> more;
        if (patterns[i].hasGlob()) {
            CIRQUE_TRY_ASSIGN(more, globQuestions(patterns[i], system));
        } else {
            more.push_back(nameQuestion(patterns[i], system));
        }
        for (Question& question : more) {
            question.pattern = i;
            out.push_back(std::move(question));
        }
    }
    return out;
}

JsonObject taskOf(const Question& question) {
    const auto pathJson = [](const AttributePath& path) { return JsonArray(path.begin(), path.end()); };
    if (question.about != Question::About::Name) {
        return {{"op", "names"}, {"path", pathJson(question.paths.front())}};
    }
    JsonArray candidates;
    for (const AttributePath& path : question.paths) {
        candidates.push_back(pathJson(path));
    }
    return {{"op", "find"}, {"candidates", candidates}};
}

Result<Selection> select(const std::vector<AttributePattern>& patterns,
                         const std::vector<Question>& questions, const std::vector<Result<Json>>& answers) {
    Selector selector(patterns);
    for (std::size_t i = 0; i < questions.size(); ++i) {
        selector.take(questions[i], answers[i]);
    }
    if (const AttributePattern* unmatched = selector.unmatched()) {
        return fail(ErrorCode::NotFound, fmt::format("the flake has no attribute '{}'", unmatched->text),
                    "`cirque plan` lists what a flake's checks, packages and devShells hold");
    }
    if (!patterns.empty() && !selector.out.workflows.empty() &&
        selector.out.workflows.size() + selector.out.attributes.size() > 1) {
        return fail(ErrorCode::Usage,
                    fmt::format("a workflow runs alone: {}", toText(selector.out.workflows.front())),
                    "name one workflow, or only attributes that are built");
    }
    return std::move(selector.out);
}

Result<std::optional<AttributePath>> defaultWorkflow(const std::vector<AttributePath>& workflows) {
    if (workflows.empty()) {
        return std::optional<AttributePath>();
    }
    for (const std::string_view name : {"default", "ci"}) {
        for (const AttributePath& path : workflows) {
            if (path.back() == name) {
                return std::optional(path);
            }
        }
    }
    if (workflows.size() == 1) {
        return std::optional(workflows.front());
    }
    return fail(ErrorCode::Usage, fmt::format("the flake holds several workflows: {}", namesOf(workflows)),
                fmt::format("choose one: cirque run .#{}", workflows.front().back()));
}

} // namespace cirque::frontend
