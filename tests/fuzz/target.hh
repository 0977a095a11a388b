// SPDX-License-Identifier: Apache-2.0
// The parsers of foreign bytes, each as a function that must come back for any input. A wrong answer is a
// failed assertion. Used by libFuzzer (-DCIRQUE_FUZZ=ON) and by the regression test that is always built.
#pragma once

#include <string_view>

namespace cirque::fuzz {

// A plan document: read, written again, read again, used.
void plan(std::string_view bytes);

// The journal of a run: read, each event written again and read again, summed up, the summary kept and read.
void journal(std::string_view bytes);

// Test reports in each format.
void junit(std::string_view bytes);
void tap(std::string_view bytes);
void gotest(std::string_view bytes);

// The log of a step: its annotations do not depend on the pieces in which it comes.
void annotations(std::string_view bytes);

// Nix's internal-json on its standard error: read whole and in pieces, each record compared with what a full
// JSON parser reads.
void nixlog(std::string_view bytes);

} // namespace cirque::fuzz
