// SPDX-License-Identifier: Apache-2.0
#include "nix/log/names.hh"

#include <algorithm>

namespace cirque::nix {

std::string_view nameOfPath(std::string_view path) {
    constexpr std::size_t hashLength = 32;
    const std::size_t slash = path.rfind('/');
    path.remove_prefix(slash == std::string_view::npos ? 0 : slash + 1);
    if (path.size() > hashLength + 1 && path[hashLength] == '-') {
        path.remove_prefix(hashLength + 1);
    }
    path.remove_suffix(path.ends_with(".drv") ? 4 : 0);
    return path;
}

std::string outputOfPath(std::string_view drv, std::string_view path) {
    const std::string_view name = nameOfPath(drv);
    const std::string_view own = nameOfPath(path);
    const bool longer = own.size() > name.size() + 1 && own.starts_with(name) && own[name.size()] == '-';
    return longer ? std::string(own.substr(name.size() + 1)) : "out";
}

std::string withoutColours(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\x1b') {
            out += text[i];
            continue;
        }
        if (i + 1 < text.size() && text[i + 1] == '[') {
            ++i;
            while (i + 1 < text.size() && (text[i + 1] < '@' || text[i + 1] > '~')) {
                ++i;
            }
            ++i; // the final byte
        }
    }
    return out;
}

} // namespace cirque::nix
