// SPDX-License-Identifier: Apache-2.0
#include "report/graph/layout.hh"

#include "report/graph/layers.hh"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cirque::report {
namespace {

constexpr double margin = 16;
constexpr double gapY = 14;      // between boxes
constexpr double bendHeight = 6; // of a passage
constexpr double gapX = 36;      // between columns, without tracks
constexpr double mostForTracks = 160;
constexpr double widestTrack = 8;
constexpr int passes = 6;

std::size_t at(int index) {
    return static_cast<std::size_t>(index);
}

// The nearest places to `wanted` that never go back: isotonic regression by pooling adjacent violators.
std::vector<double> neverBack(const std::vector<double>& wanted) {
    struct Block {
        double sum;
        double count;
    };

    std::vector<Block> blocks;
    for (const double value : wanted) {
        blocks.push_back({value, 1});
        while (blocks.size() > 1 && blocks[blocks.size() - 2].sum / blocks[blocks.size() - 2].count >
                                        blocks.back().sum / blocks.back().count) {
            const Block top = blocks.back();
            blocks.pop_back();
            blocks.back().sum += top.sum;
            blocks.back().count += top.count;
        }
    }
    std::vector<double> out;
    for (const Block& block : blocks) {
        out.insert(out.end(), static_cast<std::size_t>(block.count), block.sum / block.count);
    }
    return out;
}

// Short numbers in the file, and lines that are sharp.
double halves(double x) {
    return std::round(x * 2) / 2;
}

class Arrangement {
  public:
    Arrangement(std::vector<Box> boxes, const std::vector<std::vector<int>>& needs)
        : layers_(makeLayers(needs)), centre_(layers_.nodes.size(), 0) {
        out_.boxes = std::move(boxes);
    }

    Layout run() {
        stack();
        for (int pass = 0; pass < passes; ++pass) {
            for (std::size_t i = 0; i < layers_.columns.size(); ++i) {
                const bool forward = pass % 2 == 0;
                align(layers_.columns[forward ? i : layers_.columns.size() - 1 - i], forward);
            }
        }
        placeRows();
        route();
        return std::move(out_);
    }

  private:
    [[nodiscard]] double height(int node) const {
        return layers_.nodes[at(node)].bend ? bendHeight : out_.boxes[at(node)].height;
    }

    [[nodiscard]] double distance(int above, int below) const {
        return (height(above) + height(below)) / 2 + gapY;
    }

    void stack() {
        for (const auto& column : layers_.columns) {
            for (std::size_t i = 1; i < column.size(); ++i) {
                centre_[at(column[i])] = centre_[at(column[i - 1])] + distance(column[i - 1], column[i]);
            }
        }
    }

    // Moves a column's nodes to the middle of their neighbours on one side, as far as their order and room
    // allow.
    void align(const std::vector<int>& column, bool byLeft) {
        std::vector<double> wanted;
        std::vector<double> offsets;
        double offset = 0;
        for (std::size_t i = 0; i < column.size(); ++i) {
            offset += i == 0 ? 0 : distance(column[i - 1], column[i]);
            const Node& node = layers_.nodes[at(column[i])];
            const std::vector<int>& beside = byLeft ? node.left : node.right;
            double sum = 0;
            for (const int other : beside) {
                sum += centre_[at(other)];
            }
            const double aim =
                beside.empty() ? centre_[at(column[i])] : sum / static_cast<double>(beside.size());
            wanted.push_back(aim - offset);
            offsets.push_back(offset);
        }
        const std::vector<double> settled = neverBack(wanted);
        for (std::size_t i = 0; i < column.size(); ++i) {
            centre_[at(column[i])] = settled[i] + offsets[i];
        }
    }

    void placeRows() {
        double top = std::numeric_limits<double>::max();
        for (std::size_t node = 0; node < layers_.nodes.size(); ++node) {
            top = std::min(top, centre_[node] - height(static_cast<int>(node)) / 2);
        }
        for (std::size_t node = 0; node < layers_.nodes.size(); ++node) {
            centre_[node] = std::round(centre_[node] - top + margin);
            const double half = height(static_cast<int>(node)) / 2;
            if (!layers_.nodes[node].bend) {
                out_.boxes[node].y = centre_[node] - half;
            }
            out_.height = std::max(out_.height, centre_[node] + half + margin);
        }
    }

    struct Span {
        int node;
        double top;
        double bottom;
        std::size_t track = 0;
    };

    // The upright parts of the lines between two columns, each on a track where it meets no other.
    std::vector<Span> tracks(const std::vector<int>& column, std::size_t& count) const {
        std::vector<Span> spans;
        for (const int node : column) {
            Span span{node, centre_[at(node)], centre_[at(node)]};
            for (const int other : layers_.nodes[at(node)].right) {
                span.top = std::min(span.top, centre_[at(other)]);
                span.bottom = std::max(span.bottom, centre_[at(other)]);
            }
            spans.push_back(span);
        }
        std::ranges::sort(spans, {}, &Span::top);
        std::vector<double> ends;
        for (Span& span : spans) {
            if (span.top == span.bottom) {
                continue; // a straight line needs none
            }
            const auto free =
                std::ranges::find_if(ends, [&](double end) { return end + gapY / 2 < span.top; });
            span.track = static_cast<std::size_t>(free - ends.begin());
            free == ends.end() ? ends.push_back(span.bottom) : static_cast<void>(*free = span.bottom);
        }
        count = ends.size();
        return spans;
    }

    void route() {
        double x = margin;
        for (const auto& column : layers_.columns) {
            double width = 0;
            for (const int node : column) {
                if (!layers_.nodes[at(node)].bend) {
                    out_.boxes[at(node)].x = x;
                    width = std::max(width, out_.boxes[at(node)].width);
                }
            }
            std::size_t count = 0;
            const std::vector<Span> spans = tracks(column, count);
            const double step =
                count == 0 ? 0 : std::min(widestTrack, mostForTracks / static_cast<double>(count));
            const double next = std::ceil(x + width + gapX + step * static_cast<double>(count));
            for (const Span& span : spans) {
                const double track = static_cast<double>(span.track) + 0.5;
                linesOf(span.node, x, halves(x + width + gapX / 3 + step * track), next);
            }
            out_.width = x + width + margin;
            x = next;
        }
        for (const auto& [from, to] : layers_.straight) {
            const Box& a = out_.boxes[at(from)];
            out_.lines.push_back(
                {from, to, {{a.x + a.width, centre_[at(from)]}, {out_.boxes[at(to)].x, centre_[at(to)]}}});
        }
    }

    void linesOf(int node, double x, double track, double next) {
        const Node& from = layers_.nodes[at(node)];
        const double start = from.bend ? x : x + out_.boxes[at(node)].width;
        const double y = centre_[at(node)];
        for (const int other : from.right) {
            const Node& to = layers_.nodes[at(other)];
            Line line{from.job, to.bend ? -1 : other, {{start, y}}};
            if (centre_[at(other)] != y) {
                line.points.push_back({track, y});
                line.points.push_back({track, centre_[at(other)]});
            }
            line.points.push_back({next, centre_[at(other)]});
            out_.lines.push_back(std::move(line));
        }
    }

    Layers layers_;
    std::vector<double> centre_; // of each node, upright
    Layout out_;
};

} // namespace

Layout arrange(std::vector<Box> boxes, const std::vector<std::vector<int>>& needs) {
    return Arrangement(std::move(boxes), needs).run();
}

} // namespace cirque::report
