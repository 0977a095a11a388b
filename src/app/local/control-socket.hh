// SPDX-License-Identifier: Apache-2.0
// The run's side of control.hh: takes requests and hands them to the engine's RunControl.
#pragma once

#include "app/local/control.hh"
#include "engine/run-loop.hh"
#include "event/bus/listener.hh"
#include "io/process/local-socket.hh"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cirque::app {

class ControlSocket : public event::Listener {
  public:
    // `onCancel` is told of each cancel of the whole run, also before the engine listens.
    ControlSocket(const plan::Plan& plan, std::shared_ptr<engine::RunControl> control,
                  std::function<void()> onCancel);

    // A filesystem without sockets is an error that stops no run.
    Result<void> open(const history::RunFolder& folder);

    // Answers until `stop` rises; at once when it is not open.
    io::Task<> serve(io::StopToken stop);

    // Asks the engine. Failure NotFound: there is no such job, or it has ended.
    Result<void> cancel(const CancelRequest& request);

    void onEvent(const event::Event& event) override;

  private:
    std::shared_ptr<engine::RunControl> control_;
    std::function<void()> onCancel_;
    std::map<std::string, std::optional<Outcome>, std::less<>> jobs_; // every known one, and how it ended
    std::optional<io::LocalServer> server_;
};

// Removes the sockets that killed runs left: of each run that left a work folder and lives no more. Blocks.
void removeDeadControls(const std::string& stateDir);

} // namespace cirque::app
