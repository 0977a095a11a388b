// SPDX-License-Identifier: Apache-2.0
#include "secret/redactor.hh"

#include "base/bytes.hh"
#include "base/text.hh"
#include "secret/escapes.hh"

namespace cirque::secret {

namespace {

std::string unpaddedBase64(std::string_view bytes) {
    std::string text = toBase64(bytes);
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

std::size_t pairOf(unsigned char first, unsigned char second) {
    return static_cast<std::size_t>(first) << 8u | second;
}

} // namespace

RedactionSet::RedactionSet(std::span<const std::string> values) {
    nodes_.emplace_back();
    for (const std::string& value : values) {
        if (value.size() < minRedactedBytes) {
            continue;
        }
        addText(value);
        add(unpaddedBase64(value));
        add(unpaddedBase64(value + '\n'));
        const std::string_view body = std::string_view(value).substr(0, value.find_last_not_of("\r\n") + 1);
        if (body.size() != value.size() && body.size() >= minRedactedBytes) {
            addText(body);
            add(unpaddedBase64(body));
        }
        if (body.contains('\n')) {
            for (std::string_view line : split(body, '\n')) {
                line = line.substr(0, line.find_last_not_of('\r') + 1);
                if (line.size() > minRedactedBytes) {
                    addText(line);
                }
            }
        }
    }
    link();
}

std::uint32_t RedactionSet::childOf(std::uint32_t node, unsigned char byte) const {
    if (node == 0) {
        return root_[byte];
    }
    std::uint32_t child = nodes_[node].child;
    while (child != 0 && nodes_[child].byte != byte) {
        child = nodes_[child].sibling;
    }
    return child;
}

std::uint32_t RedactionSet::step(std::uint32_t node, unsigned char byte) const {
    while (true) {
        if (const std::uint32_t next = childOf(node, byte); next != 0 || node == 0) {
            return next;
        }
        node = nodes_[node].fail;
    }
}

void RedactionSet::addText(std::string_view text) {
    add(text);
    for (const std::string& form : escapedForms(text)) {
        add(form);
    }
}

void RedactionSet::add(std::string_view pattern) {
    pairs_.set(pairOf(static_cast<unsigned char>(pattern[0]), static_cast<unsigned char>(pattern[1])));
    std::uint32_t node = 0;
    for (const char c : pattern) {
        const auto byte = static_cast<unsigned char>(c);
        std::uint32_t child = childOf(node, byte);
        if (child == 0) {
            child = static_cast<std::uint32_t>(nodes_.size());
            Node fresh;
            fresh.byte = byte;
            fresh.depth = nodes_[node].depth + 1;
            if (node == 0) {
                root_[byte] = child;
            }
            fresh.sibling = nodes_[node].child;
            nodes_[node].child = child;
            nodes_.push_back(fresh);
        }
        node = child;
    }
    nodes_[node].match = nodes_[node].depth;
}

void RedactionSet::link() {
    std::vector<std::uint32_t> queue{0};
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const std::uint32_t parent = queue[i];
        for (std::uint32_t child = nodes_[parent].child; child != 0; child = nodes_[child].sibling) {
            Node& node = nodes_[child];
            node.fail = parent == 0 ? 0 : step(nodes_[parent].fail, node.byte);
            if (node.match == 0) {
                node.match = nodes_[node.fail].match;
            }
            queue.push_back(child);
        }
    }
}

Redactor::Redactor(std::shared_ptr<const RedactionSet> set) : set_(std::move(set)) {}

Redactor::Redactor(std::span<const std::string> values) : Redactor(std::make_shared<RedactionSet>(values)) {}

void Redactor::addMatch(std::uint64_t end, std::uint64_t length) {
    Range range{end - length, end};
    while (!matches_.empty() && range.begin < matches_.back().end) {
        range.begin = std::min(range.begin, matches_.back().begin);
        matches_.pop_back();
    }
    matches_.push_back(range);
}

void Redactor::scan(std::string_view bytes) {
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const std::size_t size = bytes.size();
    std::size_t i = 0;
    while (i < size) {
        if (state_ == 0) {
            while (i + 1 < size && !set_->pairs_[pairOf(data[i], data[i + 1])]) {
                ++i;
            }
        }
        // At the root with a pair that begins a pattern, at the last byte, or in the middle of a pattern.
        for (; i < size; ++i) {
            state_ = set_->step(state_, data[i]);
            const RedactionSet::Node& node = set_->nodes_[state_];
            if (node.match != 0) {
                addMatch(position_ + i + 1, node.match);
            }
            if (node.depth == 0) {
                ++i;
                break;
            }
        }
    }
}

void Redactor::emitRaw(std::string_view bytes, std::uint64_t begin, std::uint64_t end) {
    begin = std::max(begin, coveredUntil_);
    if (begin >= end) {
        return;
    }
    const std::uint64_t heldBegin = position_ - held_.size();
    if (begin < position_) {
        const std::uint64_t stop = std::min(end, position_);
        out_.append(held_, begin - heldBegin, stop - begin);
        begin = stop;
    }
    if (begin < end) {
        out_.append(bytes.substr(begin - position_, end - begin));
    }
}

// Everything before `limit` goes to out_; `bytes` are those from position_ on.
void Redactor::emit(std::string_view bytes, std::uint64_t limit) {
    std::uint64_t from = position_ - held_.size();
    std::size_t done = 0;
    for (const Range& range : matches_) {
        if (range.begin >= limit) {
            break;
        }
        emitRaw(bytes, from, range.begin);
        // A match that goes on where an already replaced one ended early belongs to that one's mark.
        if (range.begin >= coveredUntil_) {
            out_ += redactionMark;
        }
        from = std::max(from, range.end);
        coveredUntil_ = std::max(coveredUntil_, range.end);
        ++done;
    }
    matches_.erase(matches_.begin(), matches_.begin() + static_cast<std::ptrdiff_t>(done));
    emitRaw(bytes, from, limit);
}

std::string_view Redactor::apply(std::string_view bytes) {
    if (set_->empty() || bytes.empty()) {
        return bytes;
    }
    scan(bytes);
    const std::uint64_t end = position_ + bytes.size();
    const std::size_t keep = set_->nodes_[state_].depth;
    if (held_.empty() && matches_.empty() && coveredUntil_ <= position_) {
        held_.assign(bytes.substr(bytes.size() - keep));
        position_ = end;
        return bytes.substr(0, bytes.size() - keep);
    }
    out_.clear();
    emit(bytes, end - keep);
    if (keep <= bytes.size()) {
        held_.assign(bytes.substr(bytes.size() - keep));
    } else {
        held_.append(bytes);
        held_.erase(0, held_.size() - keep);
    }
    position_ = end;
    return out_;
}

std::string_view Redactor::flush() {
    out_.clear();
    emit({}, position_);
    held_.clear();
    matches_.clear();
    state_ = 0;
    return out_;
}

std::string redact(std::string_view text, std::span<const std::string> values) {
    return redact(text, std::make_shared<const RedactionSet>(values));
}

std::string redact(std::string_view text, std::shared_ptr<const RedactionSet> set) {
    Redactor redactor(std::move(set));
    std::string out(redactor.apply(text));
    out += redactor.flush();
    return out;
}

} // namespace cirque::secret
