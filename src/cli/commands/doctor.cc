// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.hh"

#include "app/local/private-place.hh"
#include "app/local/program-files.hh"
#include "app/local/try-places.hh"
#include "cli/commands.hh"
#include "cli/interrupt.hh"

#include <unistd.h>

namespace cirque::cli {
namespace {

constexpr int signalBase = 128;
constexpr int cannotRun = 3;

io::Task<> examineInto(doctor::Machine machine, io::StopToken stop, std::vector<doctor::Finding>* out) {
    machine.places = co_await app::tryPlaces(machine.settings, machine.environment, stop);
    *out = co_await doctor::examine(std::move(machine), std::move(stop));
}

} // namespace

Result<int> doctorCommand(const Context& context, const Arguments& arguments) {
    const bool hasTerminal = isatty(STDOUT_FILENO) == 1;
    doctor::Machine machine{
        context.environment, context.settings, app::findLeader(), app::openPrivatePlace(context.settings), {},
        hasTerminal};
    std::vector<doctor::Finding> findings;
    io::StopSource stop;
    int signal = 0;
    const std::function<io::Task<>()> work = [&] {
        return examineInto(std::move(machine), stop.token(), &findings);
    };
    runInterruptible(work, [&](int number) {
        signal = number;
        stop.request(io::StopLevel::Graceful, io::StopReason::Cancelled);
    });
    if (signal != 0) {
        return signalBase + signal;
    }
    const bool colour = context.settings.colour && hasTerminal;
    CIRQUE_TRY(print(arguments.has("json") ? toLine(doctor::toJson(findings)) + "\n"
                                           : doctor::toText(findings, colour)));
    return doctor::canRun(findings) ? 0 : cannotRun;
}

} // namespace cirque::cli
