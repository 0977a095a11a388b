// SPDX-License-Identifier: Apache-2.0
// What Nix writes to stderr, taken apart: records of our library, notes, and the error. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cirque::nix {

struct Messages {
    std::vector<std::string> files; // JSON records of generated files, from lines "trace: cirque-file:{...}"
    std::string notes;              // warnings and the workflow's own traces
    std::string error;              // from the first line that begins with "error:" to the end; may be empty
};

Messages splitMessages(std::string_view text);

// The error without frames and places that lie below `library` (empty: nowhere) or on Nix's standard input,
// and without advice about options.
std::string withoutLibrary(std::string_view error, std::string_view library);

// The innermost message of an error in one line, with its place: "boom (flake.nix:3:4)".
struct ShortMessage {
    std::string text;
    bool complete = true; // nothing was left out
};

ShortMessage shortMessage(std::string_view error);

// Whether an error names a place in a file.
bool namesPlace(std::string_view error);

// The innermost place in a full trace that is not below `library`, as Nix shows it with its lines; "" when
// none.
std::string placeIn(std::string_view trace, std::string_view library);

} // namespace cirque::nix
