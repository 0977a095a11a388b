# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=... -DPATTERN=... -DOUTPUT=... -DHEADER=... -DNAMESPACE=... -DTYPE=... -DFUNCTION=... -P embed-texts.cmake:
# writes the files of FOLDER, at any depth, as one C++ source: `std::span<const TYPE> FUNCTION()` of {path, text}.
file(GLOB_RECURSE names RELATIVE ${FOLDER} ${FOLDER}/${PATTERN})
list(SORT names)
set(text "// Made by embed-texts.cmake.\n#include \"${HEADER}\"\n\n#include <array>\n\nnamespace ${NAMESPACE} {\n\nstd::span<const ${TYPE}> ${FUNCTION}() {\n    static constexpr std::array files{\n")
file(WRITE ${OUTPUT} "${text}")
foreach(name IN LISTS names)
  file(READ ${FOLDER}/${name} content)
  file(APPEND ${OUTPUT} "        ${TYPE}{\"${name}\", R\"==text==(")
  file(APPEND ${OUTPUT} "${content}")
  file(APPEND ${OUTPUT} ")==text==\"},\n")
endforeach()
file(APPEND ${OUTPUT} "    };\n    return files;\n}\n\n} // namespace ${NAMESPACE}\n")
