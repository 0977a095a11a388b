// SPDX-License-Identifier: Apache-2.0
#include "history/run-sizes.hh"

#include "base/text.hh"
#include "io/process/fd.hh"

#include <fmt/format.h>

#include <fcntl.h>

#include <cerrno>
#include <charconv>

namespace cirque::history {

RunSizes RunSizes::load(const std::string& stateDir) {
    RunSizes out;
    out.path_ = stateDir + "/sizes";
    const auto text = io::readFile(out.path_);
    if (!text) {
        return out;
    }
    for (const std::string_view line : split(*text, '\n')) {
        const std::size_t space = std::min(line.find(' '), line.size());
        std::int64_t bytes = 0;
        const std::string_view number = line.substr(std::min(space + 1, line.size()));
        const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), bytes);
        if (code == std::errc{} && end == number.data() + number.size() && bytes >= 0) {
            out.sizes_[std::string(line.substr(0, space))] = bytes;
        }
    }
    return out;
}

std::optional<std::int64_t> RunSizes::find(const RunId& run) const {
    const auto found = sizes_.find(run.text());
    return found == sizes_.end() ? std::nullopt : std::optional(found->second);
}

void RunSizes::set(const RunId& run, std::int64_t bytes) {
    sizes_[run.text()] = bytes;
    added_ += fmt::format("{} {}\n", run.text(), bytes);
}

Result<void> RunSizes::save(std::span<const RunId> ids) {
    std::string all;
    std::size_t known = 0;
    for (const RunId& id : ids) {
        if (const auto bytes = find(id)) {
            all += fmt::format("{} {}\n", id.text(), *bytes);
            ++known;
        }
    }
    if (known < sizes_.size()) {
        return io::writeFileAtomic(path_, all, 0600);
    }
    if (added_.empty()) {
        return {};
    }
    const io::UniqueFd file(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!file) {
        return fail(systemError(errno, "open", path_));
    }
    return io::writeAll(file.get(), added_, path_);
}

} // namespace cirque::history
