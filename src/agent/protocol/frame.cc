// SPDX-License-Identifier: Apache-2.0
#include "agent/protocol/frame.hh"

#include "base/text.hh"

namespace cirque::agent {

namespace {

constexpr std::size_t sizeBytes = 4;
constexpr int byteBits = 8;

void appendNumber(std::string& out, std::uint32_t value) {
    for (std::size_t at = 0; at < sizeBytes; ++at) {
        out += static_cast<char>(value & 0xFFU);
        value >>= byteBits;
    }
}

std::uint32_t numberAt(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t back = sizeBytes; back > 0; --back) {
        value = value << byteBits | static_cast<unsigned char>(bytes[at + back - 1]);
    }
    return value;
}

bool isKind(unsigned char kind) {
    return kind >= static_cast<unsigned char>(FrameKind::Hello) &&
           kind <= static_cast<unsigned char>(FrameKind::OutputEnd);
}

} // namespace

std::string toBytes(FrameKind kind, std::uint32_t call, std::string_view payload) {
    std::string out;
    out.reserve(frameHeaderBytes + payload.size());
    appendNumber(out, static_cast<std::uint32_t>(payload.size()));
    out += static_cast<char>(kind);
    appendNumber(out, call);
    out += payload;
    return out;
}

// False: the first frame has not begun yet.
bool FrameReader::skip() {
    constexpr std::size_t longestTalk = 1U << 20U; // of a shell; then it will not come any more
    const std::size_t found = buffer_.find(skipTo_);
    if (found == std::string::npos && buffer_.size() < longestTalk) {
        return false;
    }
    buffer_.erase(0, found == std::string::npos ? 0 : found + skipTo_.size());
    skipTo_ = {};
    return true;
}

Result<void> FrameReader::take(std::string_view bytes, const std::function<void(const Frame&)>& deliver) {
    if (failure_) {
        return fail(*failure_);
    }
    buffer_ += bytes;
    if (!skipTo_.empty() && !skip()) {
        return {};
    }
    std::size_t at = 0;
    while (buffer_.size() - at >= frameHeaderBytes) {
        const std::size_t size = numberAt(buffer_, at);
        const auto kind = static_cast<unsigned char>(buffer_[at + sizeBytes]);
        if (size > longestFrame || !isKind(kind)) {
            constexpr std::size_t quoted = 200;
            const std::string said = ellipsize(keepOnlyColours(buffer_.substr(at, 4 * quoted)), quoted);
            failure_ = Error{ErrorCode::Corrupt, "expected cirque-agent's words, got: " + said, {}, {}};
            buffer_ = {};
            return fail(*failure_);
        }
        if (buffer_.size() - at - frameHeaderBytes < size) {
            break;
        }
        const std::uint32_t call = numberAt(buffer_, at + sizeBytes + 1);
        deliver({static_cast<FrameKind>(kind), call,
                 std::string_view(buffer_).substr(at + frameHeaderBytes, size)});
        at += frameHeaderBytes + size;
    }
    buffer_.erase(0, at);
    return {};
}

} // namespace cirque::agent
