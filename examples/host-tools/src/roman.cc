// SPDX-License-Identifier: Apache-2.0
#include "roman.hh"

#include <utility>

std::string toRoman(int number) {
    static const std::pair<int, const char*> parts[] = {
        {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
        {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"},
    };
    if (number < 1 || number > 3999) {
        return "";
    }
    std::string numeral;
    for (const auto& part : parts) {
        for (; number >= part.first; number -= part.first) {
            numeral += part.second;
        }
    }
    return numeral;
}
