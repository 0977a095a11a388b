// SPDX-License-Identifier: Apache-2.0
// `cirque init`: chooses a template for a folder and writes its files. What exists is never overwritten.
// Blocks.
#pragma once

#include "base/result.hh"
#include "starter/templates.hh"

#include <string>
#include <string_view>
#include <vector>

namespace cirque::starter {

struct StartRequest {
    std::string folder;       // absolute; made when it is not there
    std::string templateName; // empty: chosen by the files present
    std::string path;         // PATH of the caller, where the template's tools are looked for
};

struct Started {
    const Template* which = nullptr;
    std::string reason; // why this template, for people; empty when it was named
    bool fresh = false; // a sample project was written too
    std::vector<std::string> written;
    std::vector<std::string> kept; // was there already and stays as it was
    std::vector<Tool> missing;     // tools of the template that this machine does not have
};

// Failures: Usage for an unknown template or when the folder has a workflow (ci.nix or cirque.nix) already;
// those of the file system. After a failure half-way the files written so far stay.
Result<Started> start(const StartRequest& request);

} // namespace cirque::starter
