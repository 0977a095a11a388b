// SPDX-License-Identifier: Apache-2.0
#include "base/text.hh"
#include "cli/commands.hh"
#include "cli/follow-logs.hh"
#include "cli/run-argument.hh"
#include "event/journal/log-file.hh"
#include "history/find-log.hh"
#include "history/json.hh"
#include "history/layout.hh"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <tuple>

namespace cirque::cli {
namespace {

constexpr std::int64_t linesAtOnce = 4096;

Result<std::int64_t> number(const Arguments& arguments, std::string_view option, std::int64_t otherwise) {
    if (!arguments.has(option)) {
        return otherwise;
    }
    const std::string text = arguments.get(option);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1) {
        return fail(ErrorCode::Usage, fmt::format("--{} '{}' is not a number above 0", option, text));
    }
    return value;
}

// Of several tries of one step only the one that is wanted; by default the last.
std::vector<history::LogEntry> choose(std::vector<history::LogEntry> entries, std::int64_t attempt,
                                      std::int64_t tried) {
    std::erase_if(entries, [&](const history::LogEntry& entry) {
        return (attempt != 0 && entry.ref.attempt != attempt) || (tried != 0 && entry.ref.tryNumber != tried);
    });
    std::vector<history::LogEntry> out;
    for (const history::LogEntry& entry : entries) {
        const bool superseded = std::ranges::any_of(entries, [&](const history::LogEntry& other) {
            return other.ref.job == entry.ref.job && other.ref.step == entry.ref.step &&
                   std::tie(other.ref.attempt, other.ref.tryNumber) >
                       std::tie(entry.ref.attempt, entry.ref.tryNumber);
        });
        if (!superseded) {
            out.push_back(entry);
        }
    }
    return out;
}

struct View {
    bool prefixed = false; // several logs: each line says whose it is
    bool filtered = false; // for a terminal
};

void addLine(std::string& out, const history::LogEntry& entry, const event::LogLine& line, View view) {
    if (view.prefixed) {
        out += fmt::format("[{}{}] ", entry.ref.job, entry.step.empty() ? "" : "/" + entry.step);
    }
    out += view.filtered ? keepOnlyColours(line.text) : line.text;
    if (view.prefixed || view.filtered ? true : line.newline && !line.split) {
        out += '\n';
    }
}

// The log of a service begins with its first byte.
bool saidNothing(const std::string& base, const history::LogEntry& entry) {
    return entry.ref.service().has_value() && ::access((base + ".log").c_str(), F_OK) != 0 && errno == ENOENT;
}

// Calls `fn(number, line)` for the wanted lines of one log, in pieces.
template <class Fn>
Result<void> eachLine(const std::string& base, const history::LogEntry& entry, std::int64_t last, Fn fn) {
    if (saidNothing(base, entry)) {
        return {};
    }
    CIRQUE_TRY_ASSIGN(event::LogReader reader, event::LogReader::open(base));
    std::int64_t at = 0;
    if (last > 0) {
        CIRQUE_TRY_ASSIGN(const std::int64_t count, reader.lineCount());
        at = std::max<std::int64_t>(0, count - last);
    }
    while (true) {
        CIRQUE_TRY_ASSIGN(const std::vector<event::LogLine> lines, reader.lines(at, linesAtOnce));
        if (lines.empty()) {
            return {};
        }
        for (const event::LogLine& line : lines) {
            CIRQUE_TRY(fn(++at, line));
        }
    }
}

// Prints what has gathered once it is worth a write.
Result<void> spill(std::string& out, std::size_t above) {
    if (out.size() > above) {
        CIRQUE_TRY(print(out));
        out.clear();
    }
    return {};
}

constexpr std::size_t worthAWrite = 256u << 10u;

Result<void> printText(const std::string& folder, const std::vector<history::LogEntry>& entries,
                       std::int64_t last) {
    const View view{entries.size() > 1, isatty(STDOUT_FILENO) == 1};
    std::string out;
    for (const history::LogEntry& entry : entries) {
        CIRQUE_TRY(eachLine(folder + "/" + entry.base, entry, last,
                            [&](std::int64_t, const event::LogLine& line) -> Result<void> {
                                addLine(out, entry, line, view);
                                return spill(out, worthAWrite);
                            }));
    }
    return spill(out, 0);
}

Result<void> printJson(const history::RunSummary& run, const std::string& folder,
                       const std::vector<history::LogEntry>& entries, std::int64_t last) {
    history::LogsJson json;
    std::string out;
    json.begin(out, run.id);
    for (const history::LogEntry& entry : entries) {
        json.beginTry(out, entry);
        CIRQUE_TRY(eachLine(folder + "/" + entry.base, entry, last,
                            [&](std::int64_t at, const event::LogLine& line) -> Result<void> {
                                json.line(out, at, line);
                                return spill(out, worthAWrite);
                            }));
        json.endTry(out);
    }
    json.end(out);
    return print(out + "\n");
}

} // namespace

Result<int> logsCommand(const Context& context, const Arguments& arguments) {
    CIRQUE_TRY_ASSIGN(const history::RunSummary run, namedRun(context, arguments, "logs", 2));
    CIRQUE_TRY_ASSIGN(const std::int64_t attempt, number(arguments, "attempt", 0));
    CIRQUE_TRY_ASSIGN(const std::int64_t tried, number(arguments, "try", 0));
    CIRQUE_TRY_ASSIGN(const std::int64_t last, number(arguments, "lines", 0));
    const std::vector<std::string>& words = arguments.positionals();
    if (arguments.has("follow")) {
        if (arguments.has("json")) {
            return fail(ErrorCode::Usage, "--follow prints text, --json one document",
                        fmt::format("'cirque attach {} --json' prints events and lines as they come",
                                    history::shortId(run.id)));
        }
        return followLogs(context, run.id, {words.size() > 1 ? words[1] : "", attempt, tried, last});
    }
    CIRQUE_TRY_ASSIGN(std::vector<history::LogEntry> found,
                      history::findLog(run, words.size() > 1 ? words[1] : ""));
    const std::vector<history::LogEntry> entries = choose(std::move(found), attempt, tried);
    if (entries.empty()) {
        return fail(ErrorCode::NotFound,
                    fmt::format("run {} has no such log: {}{}{}", history::shortId(run.id),
                                words.size() > 1 ? words[1] : "nothing in it printed anything",
                                attempt != 0 ? fmt::format(", attempt {}", attempt) : "",
                                tried != 0 ? fmt::format(", try {}", tried) : ""),
                    fmt::format("'cirque show {}' tells what ran, and how often", history::shortId(run.id)));
    }
    const std::string folder = history::runFolder(context.settings.stateDir, run.id).path;
    if (arguments.has("json")) {
        CIRQUE_TRY(printJson(run, folder, entries, last));
    } else {
        CIRQUE_TRY(printText(folder, entries, last));
    }
    return 0;
}

} // namespace cirque::cli
