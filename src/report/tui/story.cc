// SPDX-License-Identifier: Apache-2.0
#include "report/tui/story.hh"

#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

namespace cirque::report::tui {
namespace {

class Teller {
  public:
    Teller(const RunModel& model, bool colour) : model_(model), colour_(colour) {}

    void on(const event::RunStarted& body) {
        say(fmt::format("run {} of {} ({})", model_.run().text(), shown(body.name), shown(body.workflow)));
    }

    void on(const event::JobsAdded& body) {
        if (!body.by.empty()) {
            say(fmt::format("{} adds {}", shown(body.by), countOf(body.jobs.size(), "job")));
        }
    }

    void on(const event::JobFinished& body) {
        const JobModel* job = model_.find(body.job);
        const bool took = job != nullptr && job->started;
        ended(body.outcome, body.tolerated, shown(body.job),
              took ? " after " + formatDuration(job->duration) : std::string());
    }

    void on(const event::JobRetrying& body) {
        say(paint(Style::Yellow,
                  fmt::format("↻ {}: attempt {} {}, the next one in {}", shown(body.job),
                              ofMany(body.attempt, body.of), shown(inWords(body.outcome)),
                              formatDuration(body.delay)),
                  colour_));
    }

    void on(const event::StepRetrying& body) {
        say(paint(Style::Yellow,
                  fmt::format("↻ {}/{}: try {} {}, the next one in {}", shown(body.ref.job),
                              shown(model_.stepName(body.ref)), ofMany(body.ref.tryNumber, body.of),
                              shown(inWords(body.outcome)), formatDuration(body.delay)),
                  colour_));
    }

    void on(const event::StepFinished& body) {
        if (body.outcome.failed()) {
            ended(body.outcome, false,
                  fmt::format("{}/{}", shown(body.ref.job), shown(model_.stepName(body.ref))),
                  " after " + formatDuration(body.duration));
        }
    }

    void on(const event::Notice& body) {
        const Style style = body.level == "error"     ? Style::Red
                            : body.level == "warning" ? Style::Yellow
                                                      : Style::Dim;
        const std::string job = body.job.empty() ? "" : shown(body.job) + ": ";
        say(job + paint(style, shown(body.level) + ":", colour_) + ' ' + shown(body.message));
        hint(body.hint);
    }

    void on(const event::CancelRequested& body) {
        const std::string what = body.job.empty() ? "" : " " + shown(body.job);
        say(paint(Style::Yellow,
                  fmt::format("⊘ cancelling{} ({}): {}", what, shown(body.reason),
                              body.immediate ? "everything ends at once"
                                             : "what runs is stopped, then cleanup steps get their time"),
                  colour_));
    }

    std::vector<std::string> take() { return std::move(lines_); }

  private:
    static std::string ofMany(int number, int of) {
        return of > 1 ? fmt::format("{} of {}", number, of) : fmt::format("{}", number);
    }

    void say(std::string text) { lines_.push_back(std::move(text)); }

    void hint(const std::string& text) {
        if (!text.empty()) {
            say("  hint: " + shown(text));
        }
    }

    void ended(const Outcome& outcome, bool tolerated, const std::string& name, const std::string& took) {
        const Style style = styleOf(outcome, tolerated);
        say(paint(style, markOf(outcome, tolerated), colour_) + ' ' + name + ' ' +
            paint(style, shown(inWords(outcome)) + (tolerated ? " (tolerated)" : ""), colour_) + took);
        hint(outcome.hint);
    }

    const RunModel& model_;
    bool colour_;
    std::vector<std::string> lines_;
};

} // namespace

std::vector<std::string> storyOf(const event::Event& event, const RunModel& model, bool colour) {
    Teller teller(model, colour);
    std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (requires { teller.on(body); }) {
                teller.on(body);
            }
        },
        event.body);
    return teller.take();
}

} // namespace cirque::report::tui
