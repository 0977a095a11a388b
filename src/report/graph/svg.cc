// SPDX-License-Identifier: Apache-2.0
#include "base/columns.hh"
#include "report/graph/escape.hh"
#include "report/graph/graph.hh"
#include "report/graph/layout.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace cirque::report {
namespace {

constexpr std::size_t mostColumns = 34; // of a line of text in a box; the whole stands in its tooltip
constexpr double nameColumn = 7.9;      // pixels of a column at 13 px, monospaced
constexpr double detailColumn = 6.7;    // at 11 px
constexpr double boxHeight = 42;
constexpr double padding = 12;
constexpr double corner = 5;

// Without variables, which some programs that draw SVG do not know; those that do not know the media query
// draw the light colours, and the page is painted, so that either way the text stands out.
constexpr std::string_view style = R"css(
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1c2128}
.d{font-size:11px;fill:#59636e}
.page{fill:#ffffff}
.e{fill:none;stroke:#8b949e;stroke-width:1.3}
.a{fill:#8b949e}
rect.j{fill:#f6f8fa;stroke:#59636e;stroke-width:1.2}
.succeeded rect.j{fill:#dafbe1;stroke:#1a7f37}
.cached rect.j{fill:#ddf4ff;stroke:#0969da}
.failed rect.j{fill:#ffebe9;stroke:#cf222e}
.infrastructure rect.j{fill:#ffeff7;stroke:#bf3989}
.tolerated rect.j{fill:#fff1e5;stroke:#bc4c00}
.cancelled rect.j,.interrupted rect.j{fill:#fff8c5;stroke:#9a6700}
.skipped rect.j{fill:#f6f8fa;stroke:#8b949e;stroke-dasharray:4 3}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.d{fill:#9aa4af}
.page{fill:#0d1117}
.e{stroke:#6e7681}
.a{fill:#6e7681}
rect.j{fill:#161b22;stroke:#8b949e}
.succeeded rect.j{fill:#12261e;stroke:#3fb950}
.cached rect.j{fill:#0c2137;stroke:#4493f8}
.failed rect.j{fill:#2c1416;stroke:#f85149}
.infrastructure rect.j{fill:#2b1424;stroke:#db61a2}
.tolerated rect.j{fill:#2a1a0e;stroke:#db6d28}
.cancelled rect.j,.interrupted rect.j{fill:#272115;stroke:#d29922}
.skipped rect.j{fill:#161b22;stroke:#6e7681}
}
)css";

struct Texts {
    std::string name;
    std::string detail;
};

Texts textsOf(const GraphJob& job) {
    return {fitColumns(shown(job.name), mostColumns), fitColumns(shown(detailOf(job)), mostColumns)};
}

Box sizeOf(const Texts& texts) {
    Box box;
    box.width = std::ceil(std::max(static_cast<double>(columns(texts.name)) * nameColumn,
                                   static_cast<double>(columns(texts.detail)) * detailColumn) +
                          2 * padding);
    box.height = boxHeight;
    return box;
}

// Right angles with round corners.
void appendPath(std::string& out, const std::vector<Point>& points) {
    const auto into = std::back_inserter(out);
    fmt::format_to(into, "M{:.9g} {:.9g}", points.front().x, points.front().y);
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const Point& before = points[i - 1];
        const Point& here = points[i];
        const Point& after = points[i + 1];
        const auto toward = [&](const Point& other) {
            const double far = std::abs(other.x - here.x) + std::abs(other.y - here.y);
            const double part = far == 0 ? 0 : std::min(corner, far / 2) / far;
            return Point{here.x + (other.x - here.x) * part, here.y + (other.y - here.y) * part};
        };
        const Point in = toward(before);
        const Point turn = toward(after);
        fmt::format_to(into, "L{:.9g} {:.9g}Q{:.9g} {:.9g} {:.9g} {:.9g}", in.x, in.y, here.x, here.y, turn.x,
                       turn.y);
    }
    fmt::format_to(into, "L{:.9g} {:.9g}", points.back().x, points.back().y);
}

void appendLines(std::string& out, const Layout& layout) {
    std::string path;
    std::string arrows;
    for (const Line& line : layout.lines) {
        appendPath(path, line.points);
        if (line.to >= 0) {
            const Point& tip = line.points.back();
            fmt::format_to(std::back_inserter(arrows), "M{:.9g} {:.9g}l-7 -3.5v7z", tip.x, tip.y);
        }
    }
    if (!path.empty()) {
        fmt::format_to(std::back_inserter(out),
                       "<path class=\"e\" d=\"{}\"/>\n<path class=\"a\" d=\"{}\"/>\n", path, arrows);
    }
}

void appendJob(std::string& out, const GraphJob& job, const Texts& texts, const Box& box) {
    std::string_view kind = outcomeWord(job);
    kind = kind.empty() ? "job" : kind;
    fmt::format_to(
        std::back_inserter(out),
        "<g class=\"{}\"><title>{}: {}</title><rect class=\"j\" x=\"{:.9g}\" y=\"{:.9g}\" width=\"{:.9g}\" "
        "height=\"{:.9g}\" rx=\"6\"/><text x=\"{:.9g}\" y=\"{:.9g}\">{}</text><text class=\"d\" x=\"{:.9g}\" "
        "y=\"{:.9g}\">{}</text></g>\n",
        kind, xmlText(job.name), xmlText(detailOf(job)), box.x, box.y, box.width, box.height, box.x + padding,
        box.y + 18, xmlText(texts.name), box.x + padding, box.y + 33, xmlText(texts.detail));
}

} // namespace

std::string toSvg(const GraphView& graph) {
    std::vector<Texts> texts;
    std::vector<Box> sizes;
    std::vector<std::vector<int>> needs;
    for (const GraphJob& job : graph.jobs) {
        texts.push_back(textsOf(job));
        sizes.push_back(sizeOf(texts.back()));
        needs.push_back(job.needs);
    }
    const Layout layout = arrange(std::move(sizes), needs);
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.9g}\" height=\"{1:.9g}\" viewBox=\"0 0 "
        "{0:.9g} "
        "{1:.9g}\" "
        "role=\"img\">\n<title>{2}</title>\n<style>{3}</style>\n<rect class=\"page\" width=\"{0:.9g}\" "
        "height=\"{1:.9g}\"/>\n",
        layout.width, layout.height, xmlText(graph.name), style);
    appendLines(out, layout);
    for (std::size_t i = 0; i < graph.jobs.size(); ++i) {
        appendJob(out, graph.jobs[i], texts[i], layout.boxes[i]);
    }
    return out + "</svg>\n";
}

} // namespace cirque::report
