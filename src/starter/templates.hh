// SPDX-License-Identifier: Apache-2.0
// What `cirque init` can start from: the folders of nix/templates, carried inside the program, and what is
// known about each. Pure.
#pragma once

#include "base/result.hh"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cirque::starter {

struct TemplateFile {
    std::string_view path; // "<template>/<path in the project>"
    std::string_view text;
};

// Sorted by path; made from nix/templates when the program is built.
std::span<const TemplateFile> templateFiles();

// A program that the template's steps call, and the Debian package that brings it.
struct Tool {
    std::string_view program;
    std::string_view package;
};

struct Template {
    std::string_view name;
    std::string_view title;
    std::string_view sign; // a file that says that a folder is such a project; empty: nothing says so
    std::span<const Tool> tools;
};

// In the order in which signs are looked for; the last one is for everything else.
std::span<const Template> templates();

// Usage, with the nearest name, when there is none.
Result<const Template*> requireTemplate(std::string_view name);

// The first template whose sign is among `entries` (names in a folder), else nullptr.
const Template* detectTemplate(std::span<const std::string> entries);

// Whether a folder with these entries holds no project yet: nothing but names that begin with a dot, a README
// and a licence.
bool isFreshFolder(std::span<const std::string> entries);

// Whether the template's workflow for a project that is there already looks at the file of its sign.
bool restsOnSign(const Template& which);

struct PlannedFile {
    std::string_view path; // in the project
    std::string_view text;
};

// What the template writes into a folder: ci.nix always, in a fresh folder also a small project with a real
// test. The flake template's flake.nix and what it imports belong to the workflow. Sorted by path.
std::vector<PlannedFile> plannedFiles(const Template& which, bool fresh);

} // namespace cirque::starter
