// SPDX-License-Identifier: Apache-2.0
// The images that jobs of one run name: fetched, built or made once for all of them.
#pragma once

#include "exec/oci/builds.hh"
#include "exec/oci/engine.hh"
#include "exec/oci/options.hh"
#include "io/runtime/runtime.hh"

#include <map>
#include <memory>
#include <string>

namespace cirque::exec {

class OciImages {
  public:
    OciImages(std::shared_ptr<const OciEngine> engine, OciBuilds builds)
        : engine_(std::move(engine)), builds_(std::move(builds)) {}

    // The id of the image that `options` ask for. `tree`: a folder with the tree, in which a Dockerfile is
    // built. Whoever comes first does the work and has it in his log; a failure is tried again by the next.
    io::Task<Result<std::string>> find(OciOptions options, std::string tree, std::shared_ptr<OutputSink> log,
                                       io::StopToken stop);

  private:
    struct Entry {
        bool busy = false;
        std::string id;
        io::Signal changed;
    };

    io::Task<Result<std::string>> make(OciOptions options, std::string tree, std::shared_ptr<OutputSink> log,
                                       io::StopToken stop);
    io::Task<Result<std::string>> built(OciOptions options, std::string tree, std::shared_ptr<OutputSink> log,
                                        io::StopToken stop);
    io::Task<Result<std::string>> empty(io::StopToken stop);

    std::shared_ptr<const OciEngine> engine_;
    OciBuilds builds_;
    std::map<std::string, std::shared_ptr<Entry>> entries_;
};

} // namespace cirque::exec
