// SPDX-License-Identifier: Apache-2.0
#include "report/github/github.hh"

#include "report/finish/finish.hh"
#include "report/text/paint.hh"
#include "report/text/text.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cirque::report {
namespace {

constexpr std::size_t mostHeld = 1u << 20u; // bytes of lines that wait for the end of a block

} // namespace

void GitHubListener::onEvent(const event::Event& event) {
    model_.add(event);
    std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (requires { this->on(event, body); }) {
                on(event, body);
            }
        },
        event.body);
    flush();
}

void GitHubListener::onLog(const TryRef& ref, std::string_view bytes) {
    model_.log(ref, bytes);
    if (ref.service()) {
        services_[ref] += static_cast<std::int64_t>(bytes.size());
        return;
    }
    auto block = std::ranges::find(blocks_, ref, &Block::ref);
    const bool ended = block == blocks_.end() && ref.step >= 0 && model_.find(ref.job) != nullptr &&
                       static_cast<std::size_t>(ref.step) < model_.find(ref.job)->steps.size() &&
                       model_.find(ref.job)->steps[static_cast<std::size_t>(ref.step)].outcome;
    if (ended) {
        late_[ref].feed(bytes, [&](std::string_view line, event::LineEnd /*end*/) {
            say(nameOf(ref) + ", after its end", shown(line, options_.colour));
        });
        flush();
        return;
    }
    if (block == blocks_.end()) {
        blocks_.push_back({ref, 0, false, {}});
        block = std::prev(blocks_.end());
    }
    block->bytes += static_cast<std::int64_t>(bytes.size());
    if (block != blocks_.begin()) {
        return; // read from its log when its turn comes
    }
    if (!open_) {
        open(*block);
    }
    show(bytes);
    flush();
}

void GitHubListener::flush() {
    if (!out_.empty()) {
        options_.sink(out_);
        out_.clear();
    }
}

void GitHubListener::show(std::string_view bytes) {
    splitter_.feed(bytes, [&](std::string_view line, event::LineEnd end) {
        appendShown(out_, line, options_.colour);
        out_ += end == event::LineEnd::Split ? " [the line goes on]\n" : "\n";
    });
}

void GitHubListener::open(const Block& block) {
    out_ += guard_.command(github::group(nameOf(block.ref)));
    open_ = true;
}

void GitHubListener::close(const Block& block) {
    if (open_) {
        splitter_.finish([&](std::string_view line, event::LineEnd /*end*/) {
            appendShown(out_, line, options_.colour);
            out_ += '\n';
        });
        out_ += guard_.command(github::endGroup);
        open_ = false;
        out_ += std::exchange(held_, {});
    }
    if (!block.verdict.empty()) {
        say(nameOf(block.ref), block.verdict);
    }
}

void GitHubListener::goOn() {
    while (!blocks_.empty()) {
        Block& first = blocks_.front();
        if (!open_ && first.bytes > 0) {
            open(first);
            options_.log(model_.jobNumber(first.ref.job), first.ref, first.bytes,
                         [&](std::string_view bytes) {
                             show(bytes);
                             flush();
                         });
        }
        if (!first.ended) {
            return;
        }
        close(first);
        blocks_.pop_front();
    }
}

void GitHubListener::endBlock(const TryRef& ref, std::string verdict) {
    const auto block = std::ranges::find(blocks_, ref, &Block::ref);
    if (block == blocks_.end()) {
        if (!verdict.empty()) {
            say(nameOf(ref), verdict); // it printed nothing
        }
        return;
    }
    block->ended = true;
    block->verdict = std::move(verdict);
    if (block != blocks_.begin()) {
        return;
    }
    close(*block);
    blocks_.erase(block);
    goOn();
}

void GitHubListener::endBlocks(const std::string& job) {
    for (Block& block : blocks_) {
        block.ended = block.ended || block.ref.job == job;
    }
    if (!blocks_.empty() && blocks_.front().ended) {
        close(blocks_.front());
        blocks_.pop_front();
        goOn();
    }
    for (auto at = late_.lower_bound(TryRef{job, 0, -1, 0}); at != late_.end() && at->first.job == job;
         at = late_.erase(at)) {
        const std::string name = nameOf(at->first) + ", after its end";
        at->second.finish(
            [&](std::string_view line, event::LineEnd /*end*/) { say(name, shown(line, options_.colour)); });
    }
}

std::string GitHubListener::nameOf(const TryRef& ref) const {
    std::string name = ref.step == -1 ? ref.job + ": tools" : ref.job + "/" + model_.stepName(ref);
    name += ref.tryNumber > 1 ? fmt::format(", try {}", ref.tryNumber) : "";
    return name + (ref.attempt > 1 ? fmt::format(", attempt {}", ref.attempt) : "");
}

std::string GitHubListener::words(const Outcome& outcome) const {
    return paint(styleOf(outcome), fmt::format("{} {}", markOf(outcome), shown(inWords(outcome))),
                 options_.colour);
}

// While a block is open the line waits for its end, so that blocks stay whole.
void GitHubListener::say(std::string_view name, std::string_view text) {
    std::string& to = open_ && held_.size() < mostHeld ? held_ : out_;
    to += name.empty() ? "" : fmt::format("[{}] ", shown(name));
    to += text;
    to += '\n';
}

void GitHubListener::on(const event::Event& event, const event::RunStarted& body) {
    out_ += guard_.begin();
    say("", fmt::format("run {} of {} ({})", event.run.text(), shown(body.name), shown(body.workflow)));
}

void GitHubListener::on(const event::Event&, const event::JobStarted& body) {
    say(body.job, body.attempt > 1 ? fmt::format("started, attempt {}", body.attempt) : "started");
}

void GitHubListener::on(const event::Event&, const event::JobRetrying& body) {
    endBlocks(body.job);
    say(body.job, fmt::format("attempt {} of {} {}; the next one in {}", body.attempt, body.of,
                              words(body.outcome), formatDuration(body.delay)));
}

void GitHubListener::on(const event::Event&, const event::JobFinished& body) {
    endBlocks(body.job);
    say(body.job, words(body.outcome) + (body.tolerated ? " (tolerated)" : ""));
    if (!body.outcome.hint.empty()) {
        say(body.job, "hint: " + shown(body.outcome.hint));
    }
}

void GitHubListener::on(const event::Event&, const event::ProvisionFinished& body) {
    endBlock({body.job, body.attempt, -1, 1}, {});
}

// It ran beside the steps; a block that stays open so long would hold up theirs.
void GitHubListener::on(const event::Event&, const event::ServiceStopped& body) {
    const auto found = services_.find(body.ref);
    if (found == services_.end()) {
        return;
    }
    blocks_.push_back({body.ref, found->second, true, {}});
    services_.erase(found);
    if (blocks_.size() == 1) {
        goOn();
    }
}

void GitHubListener::on(const event::Event&, const event::StepRetrying& body) {
    endBlock(body.ref, fmt::format("try {} of {} {}; the next one in {}", body.ref.tryNumber, body.of,
                                   words(body.outcome), formatDuration(body.delay)));
}

void GitHubListener::on(const event::Event&, const event::StepFinished& body) {
    const bool ran = body.outcome.kind != OutcomeKind::Skipped;
    endBlock(body.ref,
             words(body.outcome) + (ran ? fmt::format(" after {}", formatDuration(body.duration)) : ""));
}

void GitHubListener::on(const event::Event&, const event::Notice& body) {
    say(body.job, fmt::format("{}: {}", shown(body.level), shown(body.message)));
    if (!body.hint.empty()) {
        say(body.job, "hint: " + shown(body.hint));
    }
}

void GitHubListener::on(const event::Event&, const event::CancelRequested& body) {
    say(body.job, fmt::format("cancelling ({})", shown(body.reason)));
}

void GitHubListener::repeatAnnotations() {
    std::string lines;
    for (const event::Annotation& one : model_.annotations()) {
        lines += github::annotation(one);
    }
    for (const event::TestsReported& report : model_.tests()) {
        for (const event::TestCase& test : report.failures) {
            event::Annotation made;
            made.level = "error";
            made.file = test.file;
            made.line = test.line;
            made.title = test.suite.empty() ? test.name : test.suite + ": " + test.name;
            made.message = test.message.empty() ? "this test failed" : test.message;
            lines += github::annotation(made);
        }
    }
    for (const JobModel& job : model_.jobs()) {
        if (job.bad()) {
            event::Annotation made;
            made.level = "error";
            made.title = "job " + job.name;
            made.message = inWords(*job.outcome);
            lines += github::annotation(made);
        }
    }
    out_ += lines.empty() ? lines : guard_.command(lines);
}

void GitHubListener::on(const event::Event& event, const event::RunFinished& body) {
    for (Block& block : blocks_) {
        block.ended = true;
    }
    if (!blocks_.empty()) {
        goOn();
    }
    out_ += finalScreen(model_, event, body, {.colour = options_.colour});
    repeatAnnotations();
    out_ += guard_.end();
}

} // namespace cirque::report
