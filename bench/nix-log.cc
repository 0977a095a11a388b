// SPDX-License-Identifier: Apache-2.0
// What it costs to read Nix's internal-json: a stream as a large build prints it (starts, stops, results;
// 95 MB, about a million lines), made here. Prints the seconds of our parser with all that listens to it, of
// the floor (finding the lines with memchr) and of a full JSON parser, and the growth of memory while ours
// ran. With a file name the stream is written there instead.
#include "base/json.hh"
#include "base/time.hh"
#include "nix/log/failures.hh"
#include "nix/log/meter.hh"
#include "nix/log/parser.hh"
#include "nix/log/render.hh"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>

namespace {

using namespace cirque;

constexpr std::size_t wantedBytes = 95'000'000;
constexpr std::size_t chunk = 64u << 10u; // what a pipe gives at a time

// One derivation after the other: its start, its phases and lines, the counters that Nix repeats after each
// change, its stop. One in eight is fetched.
class Stream {
  public:
    std::string make() {
        text_.reserve(wantedBytes + chunk);
        add(R"({{"action":"start","id":1,"level":0,"parent":0,"text":"","type":102}})");
        add(R"({{"action":"start","id":2,"level":0,"parent":0,"text":"","type":104}})");
        add(R"({{"action":"start","id":3,"level":0,"parent":0,"text":"","type":103}})");
        for (int i = 0; text_.size() < wantedBytes; ++i) {
            i % 8 == 7 ? fetch(i) : build(i);
        }
        return std::move(text_);
    }

    [[nodiscard]] int lines() const { return lines_; }

  private:
    template <class... Parts>
    void add(fmt::format_string<Parts...> format, Parts&&... parts) {
        text_ += "@nix ";
        fmt::format_to(std::back_inserter(text_), format, std::forward<Parts>(parts)...);
        text_ += '\n';
        ++lines_;
    }

    void counters(int done) {
        add(R"({{"action":"result","fields":[{},20000,1,0],"id":2,"type":105}})", done);
        add(R"({{"action":"result","fields":[{},2500,0,0],"id":3,"type":105}})", done / 8);
        add(R"({{"action":"result","fields":[101,{}],"id":1,"type":106}})", done * 1000);
        add(R"({{"action":"result","fields":[100,{}],"id":1,"type":106}})", done * 4000);
    }

    void build(int i) {
        const long id = 117853902602240 + i;
        add(R"({{"action":"start","fields":["/nix/store/{:032}-package-{}.0.drv","",1,1],"id":{},"level":3,"parent":0,"text":"building '/nix/store/{:032}-package-{}.0.drv'","type":105}})",
            i, i, id, i, i);
        counters(i);
        for (const char* phase : {"unpackPhase", "configurePhase", "buildPhase", "installPhase"}) {
            add(R"({{"action":"result","fields":["{}"],"id":{},"type":104}})", phase, id);
            for (int line = 0; line < 8; ++line) {
                add(R"({{"action":"result","fields":["\u001b[32mCC\u001b[0m src/module-{}.o"],"id":{},"type":101}})",
                    line, id);
            }
        }
        counters(i);
        add(R"({{"action":"stop","id":{}}})", id);
    }

    void fetch(int i) {
        const long id = 117853902602240 + i;
        add(R"({{"action":"start","fields":["/nix/store/{:032}-package-{}","https://cache.example.org","local"],"id":{},"level":3,"parent":0,"text":"copying path","type":100}})",
            i, i, id);
        for (int part = 0; part <= 20; ++part) {
            add(R"({{"action":"result","fields":[{},2000000,0,0],"id":{},"type":105}})", part * 100000, id);
        }
        counters(i);
        add(R"({{"action":"stop","id":{}}})", id);
    }

    std::string text_;
    int lines_ = 0;
};

long residentKiB() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

double seconds(MonoTime from) {
    return static_cast<double>(monoNow().nanos - from.nanos) / 1e9;
}

// All that a build's records go through; the log's text is thrown away. Returns how much text there was.
std::size_t ours(std::string_view stream) {
    nix::LogParser parser;
    nix::LogText text;
    nix::Failures failures;
    nix::BuildMeter meter(monoNow());
    std::string out;
    std::size_t bytes = 0;
    const nix::LogParser::Receive receive = [&](const nix::LogEvent& event) {
        text.append(out, event, parser.counts());
        failures.take(event);
        meter.take(event);
    };
    for (std::size_t at = 0; at < stream.size(); at += chunk) {
        parser.feed(stream.substr(at, chunk), receive);
        (void)meter.due(parser.counts(), monoNow());
        bytes += out.size();
        out.clear();
    }
    parser.finish(receive);
    return bytes;
}

template <class Fn>
std::size_t eachLine(std::string_view stream, Fn&& fn) {
    std::size_t lines = 0;
    while (!stream.empty()) {
        const void* found = std::memchr(stream.data(), '\n', stream.size());
        const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - stream.data());
        fn(stream.substr(0, length));
        stream.remove_prefix(length + 1);
        ++lines;
    }
    return lines;
}

int run(const char* file) {
    Stream made;
    const std::string stream = made.make();
    if (file != nullptr) {
        const int fd = ::open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        const bool good =
            fd >= 0 && ::write(fd, stream.data(), stream.size()) == static_cast<ssize_t>(stream.size());
        return good ? 0 : 1;
    }
    MonoTime start = monoNow();
    std::size_t lines = eachLine(stream, [](std::string_view) {});
    const double floor = seconds(start);
    const long before = residentKiB();
    start = monoNow();
    const std::size_t text = ours(stream);
    const double parsed = seconds(start);
    const long grown = residentKiB() - before;
    start = monoNow();
    std::size_t objects = 0;
    eachLine(stream, [&](std::string_view line) {
        boost::system::error_code error;
        objects += boost::json::parse({line.data() + 5, line.size() - 5}, error).is_object() ? 1 : 0;
    });
    const double json = seconds(start);
    fmt::print("bytes {}\nlines {}\ntext {}\nobjects {}\nours {:.4f}\nfloor {:.4f}\njson {:.4f}\ngrown {}\n",
               stream.size(), lines, text, objects, parsed, floor, json, grown);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return run(argc > 1 ? argv[1] : nullptr);
}
