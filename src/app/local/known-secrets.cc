// SPDX-License-Identifier: Apache-2.0
#include "app/local/known-secrets.hh"

#include <algorithm>
#include <variant>

namespace cirque::app {
namespace {

// The texts of each kind of event that may hold what a step said. Names come from the plan and stay.
using Texts = std::vector<std::string*>;

Texts textsOf(Outcome& outcome) {
    return {&outcome.message, &outcome.hint};
}

Texts textsOf(event::ResultExported& body) {
    return {&body.value};
}

Texts textsOf(event::Annotation& body) {
    return {&body.message, &body.title, &body.file};
}

Texts textsOf(event::SummaryWritten& body) {
    return {&body.text};
}

Texts textsOf(event::TestsReported& body) {
    Texts texts{&body.source}; // a file that a pattern found, so named by a step
    for (event::TestCase& test : body.failures) {
        texts.insert(texts.end(), {&test.suite, &test.name, &test.file, &test.message});
    }
    return texts;
}

Texts textsOf(event::Notice& body) {
    return {&body.message, &body.hint};
}

template <class Body>
    requires requires(Body body) { body.outcome; }
Texts textsOf(Body& body) {
    return textsOf(body.outcome);
}

template <class Body>
    requires(!requires(Body body) { body.outcome; })
Texts textsOf(Body& /*body*/) {
    return {};
}

} // namespace

void KnownSecrets::add(const std::vector<std::string>& values) {
    const std::size_t before = values_.size();
    for (const std::string& value : values) {
        if (std::ranges::find(values_, value) == values_.end()) {
            values_.push_back(value);
        }
    }
    if (values_.size() != before) {
        set_ = std::make_shared<secret::RedactionSet>(values_);
    }
}

std::shared_ptr<const secret::RedactionSet> KnownSecrets::with(const std::vector<std::string>& more) const {
    const auto known = [this](const std::string& value) {
        return std::ranges::find(values_, value) != values_.end();
    };
    if (std::ranges::all_of(more, known)) {
        return set_;
    }
    KnownSecrets all = *this;
    all.add(more);
    return all.set_;
}

void KnownSecrets::redact(event::Body& body) const {
    if (values_.empty()) {
        return;
    }
    for (std::string* text : std::visit([](auto& each) { return textsOf(each); }, body)) {
        if (!text->empty()) {
            *text = secret::redact(*text, set_);
        }
    }
}

} // namespace cirque::app
