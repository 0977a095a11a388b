// SPDX-License-Identifier: Apache-2.0
// The workflow library (nix/lib), carried inside the program and put where Nix can read it.
#pragma once

#include "base/result.hh"

#include <span>
#include <string>
#include <string_view>

namespace cirque::nix {

struct LibraryFile {
    std::string_view name;
    std::string_view text;
};

// Sorted by name; made from nix/lib when the program is built.
std::span<const LibraryFile> libraryFiles();

// The folder <stateFolder>/nix-lib/<SHA-256 of the content>, written when it is not there. Two processes at
// once are fine: each writes a folder of its own and the first rename wins. Blocks. Failures: those of the
// file system.
Result<std::string> installLibrary(const std::string& stateFolder);

// The name of that folder: the library of this program.
std::string libraryVersion();

} // namespace cirque::nix
