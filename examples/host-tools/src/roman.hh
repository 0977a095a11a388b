// SPDX-License-Identifier: Apache-2.0
// Roman numerals for 1 to 3999.
#pragma once

#include <string>

// The numeral, or "" for a number that has none.
std::string toRoman(int number);
