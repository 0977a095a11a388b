// SPDX-License-Identifier: Apache-2.0
// Which attributes of a flake are wanted: what has to be asked (names only), and what the answers mean. Pure.
#pragma once

#include "base/json.hh"
#include "frontend/flake/attribute-path.hh"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cirque::frontend {

// One question about names, as a task of nix/lib/flake-attributes.nix.
struct Question {
    enum class About {
        Workflows, // is there something below cirque.<system>?
        Set,       // the members of one set, those that match `glob`
        Name,      // the first of `paths` that exists
    };
    About about = About::Set;
    std::vector<AttributePath> paths;
    std::optional<std::string> glob; // Set: of the member's name
    std::size_t pattern = 0;         // Set and Name: of the patterns it belongs to
};

// The sets a flake's jobs come from when nothing is named, in this order.
inline constexpr std::string_view listedSets[] = {"checks", "packages", "devShells"};

// Without patterns: the workflows and the listed sets. `system` is Nix's name of the system that is meant
// where a pattern names none. Failure: Usage, for a glob in a place where no names can be listed.
Result<std::vector<Question>> questionsFor(const std::vector<AttributePattern>& patterns,
                                           const std::string& system);

JsonObject taskOf(const Question& question);

// An attribute, or a set of them that could not be listed.
struct ListedAttribute {
    AttributePath path;
    std::optional<Error> error;
};

struct Selection {
    std::vector<ListedAttribute> attributes; // each path once, in the order of the questions
    std::vector<AttributePath> workflows;    // of Workflows, or named; with names, at most one
};

// One answer for each question: the task's value, or its evaluation error. Failures: NotFound, for a
// pattern that matches nothing; Usage, for a workflow together with anything else.
Result<Selection> select(const std::vector<AttributePattern>& patterns,
                         const std::vector<Question>& questions, const std::vector<Result<Json>>& answers);

// The workflow that runs when none is named: `default`, `ci`, or the only one. nullopt: there is none.
// Failure: Usage, when there are several.
Result<std::optional<AttributePath>> defaultWorkflow(const std::vector<AttributePath>& workflows);

} // namespace cirque::frontend
