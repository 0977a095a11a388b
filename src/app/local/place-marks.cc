// SPDX-License-Identifier: Apache-2.0
#include "app/local/place-marks.hh"

#include "agent/run-folder.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <chrono>
#include <filesystem>

namespace cirque::app {
namespace {

constexpr std::chrono::hours rest{1};

constexpr std::string_view tried = "tried\n";

// The first line is the reach. The second one is there when a sweep has failed, and the file as old as that.
PlaceMark readMark(const std::filesystem::directory_entry& entry) {
    PlaceMark mark;
    mark.path = entry.path();
    if (const auto text = io::readFile(mark.path)) {
        mark.reach = text->substr(0, text->find('\n'));
        std::error_code error;
        const auto when = entry.last_write_time(error);
        mark.rests =
            !error && text->ends_with(tried) && std::filesystem::file_time_type::clock::now() - when < rest;
    }
    return mark;
}

} // namespace

Result<void> markPlaces(const std::string& stateDir, std::string_view kind, const RunId& run,
                        std::string_view reach) {
    const std::string folder = stateDir + "/places";
    CIRQUE_TRY(io::makeFolders(folder, 0700));
    return io::writeFileAtomic(fmt::format("{}/{}.{}", folder, kind, run.text()), fmt::format("{}\n", reach));
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
            marks.push_back(readMark(*entry));
            marks.back().kind = name.substr(0, dot);
        }
    }
    return marks;
}

void forgetMarks(const std::vector<PlaceMark>& marks) {
    for (const PlaceMark& mark : marks) {
        (void)::unlink(mark.path.c_str()); // another run may have been faster
    }
}

void restMarks(const std::vector<PlaceMark>& marks) {
    for (const PlaceMark& mark : marks) {
        (void)io::writeFileAtomic(mark.path,
                                  fmt::format("{}\n{}", mark.reach, tried)); // else the next run tries again
    }
}

} // namespace cirque::app
