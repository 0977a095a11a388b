// SPDX-License-Identifier: Apache-2.0
// Names of a flake's outputs as people write them: checks.x86_64-linux."a.b". Pure.
#pragma once

#include "base/result.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::frontend {

using AttributePath = std::vector<std::string>;

// As Nix reads it on its command line: parts between dots, a part in double quotes may hold dots. In the
// quotes \" is a quote, \\ a backslash and \xNN the byte NN; Nix has no such escapes. What the
// person wants to match is kept apart from what the characters are: `globs[i]` says that part i has a * or ?
// outside quotes.
struct AttributePattern {
    AttributePath parts;
    std::vector<bool> globs;
    std::string text; // as written

    [[nodiscard]] bool hasGlob() const;
};

// Failure: Usage, for an empty name, an empty part a quote that is not closed or a backslash
// that escapes nothing.
Result<AttributePattern> parsePattern(std::string_view text);

// Parts joined by dots; quoted where Nix needs quotes. parsePattern reads the same parts from it.
std::string toText(const AttributePath& path);

// * stands for any run of characters, ? for one.
bool matchesGlob(std::string_view glob, std::string_view text);

} // namespace cirque::frontend
