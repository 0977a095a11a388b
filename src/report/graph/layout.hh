// SPDX-License-Identifier: Apache-2.0
// Where the boxes and lines of a drawn graph go: columns by longest path, each column ordered so that few
// lines cross, lines in right angles. After Sugiyama, Tagawa and Toda (1981). Pure; knows nothing of SVG or
// text.
#pragma once

#include <cstddef>
#include <vector>

namespace cirque::report {

struct Box {
    double x = 0; // left
    double y = 0; // top
    double width = 0;
    double height = 0;
};

struct Point {
    double x = 0;
    double y = 0;
};

// From a box's right side, or on from where an earlier line of the same box ended.
struct Line {
    int from = 0; // the job it belongs to
    int to = -1;  // the job whose left side it reaches; -1: another line goes on from its end
    std::vector<Point> points;
};

struct Layout {
    std::vector<Box> boxes; // one a job
    std::vector<Line> lines;
    double width = 0;
    double height = 0;
};

// `boxes` have their sizes; `needs` are places in it. Edges of a cycle are left out. Time: some passes over
// jobs and edges, where an edge that spans several columns counts once in each; beyond a bound such edges run
// straight.
Layout arrange(std::vector<Box> boxes, const std::vector<std::vector<int>>& needs);

} // namespace cirque::report
