// SPDX-License-Identifier: Apache-2.0
// What a line of a step costs between the pipe and the reader: log with index, plain listener, JSON listener,
// and the search for annotations in lines without a colon, with some, and with "::" in their middle. The
// floor of the last three is a search for one byte that is not there. All bytes lie in the cache. Prints
// million lines per second of each, and the peak of memory. Argument: millions of lines (default 10).
#include "base/time.hh"
#include "event/journal/log-file.hh"
#include "feedback/annotations.hh"
#include "report/json/json.hh"
#include "report/plain/plain.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

namespace {

using namespace cirque;

constexpr int linesPerChunk = 1024;

template <class Fn>
bool measure(std::string_view name, std::int64_t millions, Fn&& fn, std::string_view inLine = "") {
    std::string chunk;
    for (int i = 0; i < linesPerChunk; ++i) {
        chunk += fmt::format("line {}{} of a step that talks a lot\n", i, inLine);
    }
    const std::int64_t chunks = millions * 1'000'000 / linesPerChunk;
    const MonoTime start = monoNow();
    for (std::int64_t i = 0; i < chunks; ++i) {
        if (!fn(std::string_view(chunk))) {
            return false;
        }
    }
    const auto nanos = static_cast<double>(monoNow().nanos - start.nanos);
    const auto lines = static_cast<double>(chunks * linesPerChunk);
    fmt::print("{:<16} {:7.1f} M lines/s {:7.1f} ns/line\n", name, lines * 1000 / nanos, nanos / lines);
    return true;
}

int run(std::int64_t millions) {
    std::string folder = "/dev/shm/cirque-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        fmt::print(stderr, "cannot make a folder in /dev/shm\n");
        return 1;
    }
    const std::string base = folder + "/log";
    auto log = event::LogWriter::create(base);
    bool good = log.has_value() && measure("log and index", millions, [&](std::string_view bytes) {
                    return log->append(bytes, monoNow()).has_value();
                });
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const auto sink = [null](std::string_view bytes) {
        static_cast<void>(::write(null, bytes.data(), bytes.size()));
    };
    const TryRef ref{"job", 1, 0, 1};
    report::PlainListener plain(sink, {});
    report::JsonListener json(sink);
    const auto feed = [&ref](event::Listener& listener) {
        return [&](std::string_view bytes) {
            listener.onLog(ref, bytes);
            return true;
        };
    };
    good = good && measure("plain listener", millions, feed(plain)) &&
           measure("JSON listener", millions, feed(json));
    std::int64_t seen = 0;
    const auto floor = [](std::string_view bytes) { return !bytes.contains('\x01'); };
    feedback::AnnotationScanner scanner;
    const auto scan = [&](std::string_view bytes) {
        scanner.feed(bytes, [&](const event::Annotation&) { ++seen; });
        return true;
    };
    good = good && measure("floor", millions, floor) && measure("no colon", millions, scan) &&
           measure("colons", millions, scan, " at 10:15:00") &&
           measure("'::' in each", millions, scan, " std::string") && seen == 0;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("peak memory {} KiB\n", usage.ru_maxrss);
    for (const char* end : {".log", ".idx"}) {
        static_cast<void>(::unlink((base + end).c_str()));
    }
    static_cast<void>(::rmdir(folder.c_str()));
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    std::int64_t millions = 10;
    if (argc > 1) {
        const std::string_view text(argv[1]);
        std::from_chars(text.data(), text.data() + text.size(), millions);
    }
    return run(millions);
}
