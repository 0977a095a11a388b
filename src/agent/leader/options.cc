// SPDX-License-Identifier: Apache-2.0
#include "agent/leader/options.hh"

namespace cirque::agent {

namespace {

bool same(const char* left, const char* right) {
    while (*left != '\0' && *left == *right) {
        ++left;
        ++right;
    }
    return *left == *right;
}

// -1: not a number below 2^31.
std::int64_t parseNumber(const char* text) {
    std::int64_t value = 0;
    if (*text == '\0') {
        return -1;
    }
    for (; *text != '\0'; ++text) {
        value = value * 10 + (*text - '0');
        if (*text < '0' || *text > '9' || value > 0x7fff'ffff) {
            return -1;
        }
    }
    return value;
}

} // namespace

bool parseOptions(char** argv, LeaderOptions& options) {
    if (*argv == nullptr) {
        return false;
    }
    for (++argv; *argv != nullptr && !same(*argv, "--"); argv += 2) {
        const char* name = argv[0];
        const char* value = argv[1];
        if (value == nullptr) {
            return false;
        }
        if (same(name, "--lifeline")) {
            options.lifeline = static_cast<int>(parseNumber(value));
        } else if (same(name, "--status")) {
            options.status = static_cast<int>(parseNumber(value));
        } else if (same(name, "--grace")) {
            options.graceMillis = parseNumber(value);
        } else if (same(name, "--walk") && (same(value, "scan") || same(value, "children"))) {
            options.scan = same(value, "scan");
        } else {
            return false;
        }
    }
    if (*argv == nullptr || argv[1] == nullptr) {
        return false;
    }
    options.program = argv + 1;
    // 0, 1 and 2 are the step's
    return options.lifeline > 2 && options.status > 2 && options.graceMillis >= 0;
}

} // namespace cirque::agent
