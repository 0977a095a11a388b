// SPDX-License-Identifier: Apache-2.0
// Names in store paths: /nix/store/HASH-NAME, and of derivations /nix/store/HASH-NAME.drv. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cirque::nix {

// "hello-2.12" of /nix/store/HASH-hello-2.12 and of /nix/store/HASH-hello-2.12.drv; what is no store path
// comes back from its last slash on. Lives as long as `path`.
std::string_view nameOfPath(std::string_view path);

// Which output of `drv` lies at `path`: "out" is called as the derivation, each other one NAME-OUTPUT.
std::string outputOfPath(std::string_view drv, std::string_view path);

// Without escape sequences for colours and the like (ECMA-48, CSI).
std::string withoutColours(std::string_view text);

} // namespace cirque::nix
