# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=... -DOUTPUT=... -P embed.cmake: writes the .nix files of FOLDER as one C++ source.
file(GLOB names RELATIVE ${FOLDER} ${FOLDER}/*.nix)
list(SORT names)
set(text "// Made from nix/lib by embed.cmake.\n#include \"nix/eval/library.hh\"\n\n#include <array>\n\nnamespace cirque::nix {\n\nstd::span<const LibraryFile> libraryFiles() {\n    static constexpr std::array files{\n")
foreach(name IN LISTS names)
  file(READ ${FOLDER}/${name} content)
  string(APPEND text "        LibraryFile{\"${name}\", R\"==nix==(${content})==nix==\"},\n")
endforeach()
string(APPEND text "    };\n    return files;\n}\n\n} // namespace cirque::nix\n")
file(WRITE ${OUTPUT} "${text}")
