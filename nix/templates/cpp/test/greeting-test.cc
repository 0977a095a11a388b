#include "greeting.hh"

#include <iostream>

int main() {
    int failures = 0;
    const auto expect = [&](const std::string& got, const std::string& wanted) {
        if (got != wanted) {
            std::cerr << "greeting-test: expected '" << wanted << "' but got '" << got << "'\n";
            ++failures;
        }
    };
    expect(greeting(""), "hello, world");
    expect(greeting("Ada"), "hello, Ada");
    return failures == 0 ? 0 : 1;
}
