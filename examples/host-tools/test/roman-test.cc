// SPDX-License-Identifier: Apache-2.0
#include "roman.hh"

#include <iostream>

int main() {
    const struct {
        int number;
        const char* numeral;
    } cases[] = {{1, "I"},          {4, "IV"},           {9, "IX"}, {40, "XL"},
                 {1994, "MCMXCIV"}, {3999, "MMMCMXCIX"}, {0, ""},   {4000, ""}};

    int failed = 0;
    for (const auto& one : cases) {
        if (toRoman(one.number) != one.numeral) {
            std::cerr << one.number << " gives " << toRoman(one.number) << ", not " << one.numeral << '\n';
            ++failed;
        }
    }
    std::cout << sizeof(cases) / sizeof(cases[0]) << " checked, " << failed << " failed\n";
    return failed == 0 ? 0 : 1;
}
