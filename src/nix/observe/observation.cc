// SPDX-License-Identifier: Apache-2.0
#include "nix/observe/observation.hh"

namespace cirque::nix {
namespace {

void put(std::string& out, char kind, std::string_view text = {}) {
    out += kind;
    out += text;
    out += '\0';
}

} // namespace

std::string toRecords(const Observation& observation) {
    std::string out;
    for (const Look& look : observation.looks) {
        put(out, look.opened ? 'o' : 's', look.path);
    }
    if (observation.network) {
        put(out, 'N');
    }
    if (observation.programs) {
        put(out, 'P');
    }
    if (observation.complete) {
        put(out, 'E');
    }
    return out;
}

Observation parseRecords(std::string_view text) {
    Observation out;
    while (!text.empty()) {
        const std::size_t end = text.find('\0');
        if (end == std::string_view::npos || end == 0 || out.complete) {
            return {};
        }
        const char kind = text.front();
        const std::string_view rest = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
        if ((kind == 'o' || kind == 's') && rest.starts_with('/')) {
            out.looks.push_back({.path = std::string(rest), .opened = kind == 'o'});
        } else if (!rest.empty()) {
            return {};
        }
        out.network = out.network || kind == 'N';
        out.programs = out.programs || kind == 'P';
        out.complete = kind == 'E';
    }
    return out;
}

} // namespace cirque::nix
