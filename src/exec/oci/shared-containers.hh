// SPDX-License-Identifier: Apache-2.0
// Containers that several jobs of one run share. The first process of each is an agent without a job, held by
// this process: when cirque dies, its input ends, and with it the container.
#pragma once

#include "exec/oci/engine.hh"
#include "exec/remote/connection.hh"
#include "io/runtime/runtime.hh"

#include <map>
#include <memory>
#include <string>

namespace cirque::exec {

class SharedContainers {
  public:
    explicit SharedContainers(std::shared_ptr<const OciEngine> engine) : engine_(std::move(engine)) {}

    // A running container as `wanted`, but for its name; its name. One that is gone is started anew. Failure:
    // the tool's words.
    io::Task<Result<std::string>> find(OciContainer wanted, io::StopToken stop);

    // Ends and removes all of them.
    io::Task<Result<void>> close();

  private:
    struct Entry {
        bool busy = false;
        bool removesItself = true;
        std::string name;
        std::shared_ptr<AgentConnection> holder;
        io::Signal changed;
    };

    io::Task<Result<void>> start(std::shared_ptr<Entry> entry, OciContainer wanted, io::StopToken stop);
    io::Task<Result<void>> end(std::shared_ptr<Entry> entry);

    std::shared_ptr<const OciEngine> engine_;
    std::map<std::string, std::shared_ptr<Entry>> entries_; // by all that makes a difference
};

} // namespace cirque::exec
