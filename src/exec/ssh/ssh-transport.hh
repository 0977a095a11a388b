// SPDX-License-Identifier: Apache-2.0
// One job on a host: it is chosen, given the job's store paths, and an agent is started in a session of its
// connection.
#pragma once

#include "exec/remote/ports.hh"
#include "exec/remote/sent-files.hh"
#include "exec/remote/transport.hh"
#include "exec/ssh/hosts.hh"

#include <memory>
#include <string>
#include <vector>

namespace cirque::exec {

struct SshJob {
    std::string name; // of its folder, one component
    std::vector<SshTarget> targets;
    Place place;
    std::shared_ptr<SentPlace> sent;
    bool keep = false;
};

class SshTransport : public Transport {
  public:
    SshTransport(SshJob job, std::shared_ptr<SshHosts> hosts, Closures& closures)
        : job_(std::move(job)), hosts_(std::move(hosts)), closures_(closures) {}

    io::Task<Result<AgentPlace>> open(std::shared_ptr<OutputSink> log, io::StopToken stop) override;
    io::Task<std::string> whyLost(std::string said) override;

    void jobClosed() override { jobClosed_ = true; }

    io::Task<Result<void>> close(io::StopToken stop) override;

    io::Task<Result<void>> bring(std::shared_ptr<AgentConnection> agent, TryRef ref,
                                 std::shared_ptr<OutputSink> log, io::StopToken stop) override;

  private:
    [[nodiscard]] std::string storeUri() const;
    std::string halfMade();
    io::Task<Result<void>> copyClosure(StoreClosure closure, TryRef ref, std::shared_ptr<OutputSink> log,
                                       io::StopToken stop);
    io::Task<Result<void>> keepClosure(std::vector<std::string> roots, io::StopToken stop);
    io::Task<Result<void>> sendClosure(StoreClosure closure, std::shared_ptr<AgentConnection> agent,
                                       TryRef ref, std::shared_ptr<OutputSink> log, io::StopToken stop);
    io::Task<Result<std::vector<StorePath>>> lacking(StoreClosure closure, io::StopToken stop);

    SshJob job_;
    std::shared_ptr<SshHosts> hosts_;
    Closures& closures_;
    std::shared_ptr<SshHost> host_;
    std::vector<std::string> folders_; // of the job, there
    bool jobClosed_ = false;           // they are gone
    int kept_ = 0;
};

} // namespace cirque::exec
