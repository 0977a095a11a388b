// SPDX-License-Identifier: Apache-2.0
// The single rows of the live block. Private to report/tui; layout.cc chooses which are shown. Pure.
#pragma once

#include "report/tui/layout.hh"

namespace cirque::report::tui {

// The widths that all rows of one block share.
struct Columns {
    std::size_t room = 0; // of a whole line
    std::size_t name = 0;
};

Columns columnsFor(const RunModel& model, const std::vector<RowId>& rows, Size size);

Line jobRow(const RunModel& model, const JobModel& job, bool selected, bool withSteps, const Columns& widths,
            MonoTime now);
Line stepRow(const RunModel& model, const JobModel& job, int step, bool selected, const Columns& widths,
             MonoTime now);
std::vector<Line> logRowsOf(const LogWindow& log, std::size_t rows, const Columns& widths);
Line countsRow(const RunModel& model, const Columns& widths, MonoTime now);
// What is asked or said below the counts; an empty line when there is nothing.
Line footRow(const RunModel& model, const Browse& browse, const Columns& widths);
Line moreRow(std::size_t hidden, const Columns& widths);

} // namespace cirque::report::tui
