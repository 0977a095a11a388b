// SPDX-License-Identifier: Apache-2.0
#include "report/model/tail.hh"

#include "base/text.hh"
#include "report/text/text.hh"

#include <algorithm>

namespace cirque::report {
namespace {

constexpr std::size_t keptBytes = 8u << 10u;
constexpr std::size_t keptAfterEnd = 400;
constexpr std::size_t longestLine = 1000;

// Takes the last line off `rest`.
std::string_view popLine(std::string_view& rest) {
    const std::size_t newline = rest.rfind('\n');
    const std::string_view line = newline == std::string_view::npos ? rest : rest.substr(newline + 1);
    rest = newline == std::string_view::npos ? std::string_view() : rest.substr(0, newline);
    return line;
}

} // namespace

void Tail::add(std::string_view bytes) {
    bytes_ += static_cast<std::int64_t>(bytes.size());
    if (bytes.size() >= keptBytes) {
        kept_.assign(bytes.substr(bytes.size() - keptBytes));
        return;
    }
    if (kept_.size() + bytes.size() > 2 * keptBytes) {
        kept_.erase(0, kept_.size() + bytes.size() - keptBytes);
    }
    kept_ += bytes;
}

std::vector<std::string> Tail::lastLines(std::size_t count) const {
    std::string_view rest = kept_;
    if (rest.ends_with('\n')) {
        rest.remove_suffix(1);
    }
    std::vector<std::string> out;
    const bool any = !kept_.empty();
    for (bool more = any; more && out.size() < count; more = !rest.empty()) {
        out.push_back(ellipsize(shown(popLine(rest)), longestLine));
    }
    std::ranges::reverse(out);
    return out;
}

std::string Tail::lastLine() const {
    for (std::string_view rest = kept_; !rest.empty();) {
        std::string_view line = popLine(rest);
        while (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        line.remove_prefix(line.rfind('\r') + 1); // npos + 1 is 0
        const std::string text = shown(line.substr(0, longestLine));
        if (!trim(text).empty()) {
            return text;
        }
    }
    return {};
}

void Tail::shrink() {
    if (kept_.size() > keptAfterEnd) {
        kept_ = kept_.substr(kept_.size() - keptAfterEnd);
    }
}

} // namespace cirque::report
