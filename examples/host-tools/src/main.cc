// SPDX-License-Identifier: Apache-2.0
#include "roman.hh"

#include <cstdlib>
#include <iostream>

int main(int count, char** arguments) {
    const std::string numeral = count == 2 ? toRoman(std::atoi(arguments[1])) : "";
    if (numeral.empty()) {
        std::cerr << "usage: roman NUMBER (1 to 3999)\n";
        return 2;
    }
    std::cout << numeral << '\n';
    return 0;
}
