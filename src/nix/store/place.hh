// SPDX-License-Identifier: Apache-2.0
// Where the files of the store lie on this machine: /nix/store/X itself, or /dir/nix/store/X for a store
// below another folder ("chroot store": `--store /dir`, `store = local?root=/dir`).
#pragma once

#include "base/result.hh"
#include "io/runtime/stop.hh"
#include "io/runtime/task.hh"
#include "nix/store/command.hh"

#include <string>
#include <string_view>

namespace cirque::nix {

struct StorePlace {
    std::string folder; // which holds HASH-NAME; empty: where the paths themselves say

    // Of a store path without anything below it.
    [[nodiscard]] std::string physicalPath(std::string_view storePath) const;
    bool operator==(const StorePlace&) const = default;
};

// What Nix's setting `store` means: auto, daemon, local, unix://SOCKET, /DIR, with ?root= and ?real=.
// Failure: Unsupported when such a store has no files here (ssh://, https://). Pure.
Result<StorePlace> placeOf(std::string_view uri);

// Whether Nix itself writes the store that the setting names, and no daemon or other host does. Pure.
bool isOwnStore(std::string_view uri);

// The place of the store that Nix uses for this caller. NIX_REMOTE says it, unless a configuration file may:
// then Nix is asked. Failure: that of placeOf; Nix cannot be asked.
io::Task<Result<StorePlace>> findStorePlace(Variables environment, io::StopToken stop);

} // namespace cirque::nix
