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

// A mark of which a sweep has failed is not empty, and as old as that.
bool rests(const std::filesystem::directory_entry& entry) {
    std::error_code error;
    const bool failed = entry.file_size(error) > 0 && !error;
    const auto when = entry.last_write_time(error);
    return failed && !error && std::filesystem::file_time_type::clock::now() - when < rest;
}

} // namespace

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
            marks.push_back({name.substr(0, dot), entry->path(), rests(*entry)});
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
        (void)io::writeFileAtomic(mark.path, "tried\n"); // else the next run tries again
    }
}

} // namespace cirque::app
