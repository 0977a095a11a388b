// SPDX-License-Identifier: Apache-2.0
#include "exec/custom/custom-transport.hh"

namespace cirque::exec {

Script CustomTransport::script(std::string which, const std::string& text) const {
    return {spec_.bash, spec_.registered.executor, std::move(which), text, spec_.environment};
}

io::Task<Result<AgentPlace>> CustomTransport::open(std::shared_ptr<OutputSink> log, io::StopToken stop) {
    const bool registers = !spec_.registered.cleanup.empty();
    spec_.registered.settingUp = !spec_.setup.empty();
    if (registers) {
        CIRQUE_CO_TRY(registry_.add(spec_.registered));
    }
    begun_ = true;
    if (!spec_.setup.empty()) {
        CIRQUE_CO_TRY(co_await runScript(script("setup", spec_.setup), std::move(log), {}, std::move(stop)));
        spec_.registered.settingUp = false;
        if (registers) {
            CIRQUE_CO_TRY(registry_.add(spec_.registered));
        }
    }
    AgentPlace place = spec_.place;
    place.agent = bashWith(script("connect", spec_.connect), {spec_.agent});
    co_return place;
}

io::Task<Result<void>> CustomTransport::close(io::StopToken stop) {
    const std::string& cleanup = spec_.registered.cleanup;
    if (!begun_ || cleanup.empty()) {
        co_return Result<void>();
    }
    // a Graceful stop does not end it: a place that is left behind is worse than a late end
    CIRQUE_CO_TRY(co_await runScript(script("cleanup", cleanup), nullptr, cleanupLimits, std::move(stop)));
    co_return registry_.remove(spec_.registered.place);
}

} // namespace cirque::exec
