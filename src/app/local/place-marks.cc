// SPDX-License-Identifier: Apache-2.0
#include "app/local/place-marks.hh"

#include "agent/run-folder.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>

namespace cirque::app {

Result<void> markPlaces(const std::string& stateDir, std::string_view kind, const RunId& run) {
    const std::string folder = stateDir + "/places";
    CIRQUE_TRY(io::makeFolders(folder, 0700));
    return io::writeFileAtomic(fmt::format("{}/{}.{}", folder, kind, run.text()), "");
}

std::vector<PlaceMark> marksOfDeadRuns(const std::string& stateDir) {
    std::vector<PlaceMark> marks;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(stateDir + "/places", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename();
        const std::size_t dot = name.find('.');
        if (dot != std::string::npos &&
            !agent::isHeld(fmt::format("{}/work/{}", stateDir, name.substr(dot + 1)))) {
            marks.push_back({name.substr(0, dot), entry->path()});
        }
    }
    return marks;
}

void forgetMarks(const std::vector<PlaceMark>& marks, std::string_view kind) {
    for (const PlaceMark& mark : marks) {
        if (mark.kind == kind) {
            (void)::unlink(mark.path.c_str()); // another run may have been faster
        }
    }
}

} // namespace cirque::app
