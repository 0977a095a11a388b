// SPDX-License-Identifier: Apache-2.0
// The two byte streams between a coordinator and a cirque-agent are rows of frames: 4 bytes size of the
// payload, 1 byte kind, 4 bytes number of the call (numbers lowest byte first), payload. Calls may overlap;
// their numbers are the coordinator's choice.
//
//   coordinator to agent                          agent to coordinator
//   Call   one of messages.hh; opens the call     Hello   its version and what the place is; once, first
//   Stop   the running call is to stop            Output  bytes of the call, in order
//   Input  bytes of the call, in order            LateOutput  those of a daemon
//   InputEnd                                      Done    the call's result; closes it
//   Ping   no call's, every few seconds           Ping    the answer, at once
//                                                 Taken   how much of the call's Input is written
//                                                 OutputEnd   nobody is left who could print for this step
//
// The agent always reads, so that pings and stops come through: of a call's Input no more than mostInput is
// under way.
//
// When its input ends, or nothing came for a while, the agent ends every process of its job at once, removes
// what it made and ends.
#pragma once

#include "base/result.hh"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cirque::agent {

enum class FrameKind : std::uint8_t {
    Hello = 1,
    Call = 2,
    Stop = 3,
    Input = 4,
    InputEnd = 5,
    Output = 6,
    LateOutput = 7,
    Done = 8,
    Ping = 9,
    Taken = 10,
    OutputEnd = 11,
};

inline constexpr std::int64_t mostInput = 8 << 20;

inline constexpr std::size_t frameHeaderBytes = 9;
inline constexpr std::size_t longestFrame = 64U << 20U; // a longer one is garbage, or somebody else's text

struct Frame {
    FrameKind kind = FrameKind::Hello;
    std::uint32_t call = 0;
    std::string_view payload; // valid while it is being delivered
};

std::string toBytes(FrameKind kind, std::uint32_t call, std::string_view payload);

// What an agent writes before its first frame: a shell that starts it may have said something before.
inline constexpr std::string_view preamble = "\x1e"
                                             "cirque-agent\n";

// Cuts a stream into frames, however it comes in pieces.
class FrameReader {
  public:
    // `skipTo`: what the first frame comes after; empty: it comes at once.
    explicit FrameReader(std::string_view skipTo = {}) : skipTo_(skipTo) {}

    // Delivers the frames that are whole with these bytes. Failure (Corrupt): what came is no frame; the text
    // quotes its beginning, which mostly is what another program said instead (a shell's complaint). Later
    // calls fail the same.
    Result<void> take(std::string_view bytes, const std::function<void(const Frame&)>& deliver);

  private:
    bool skip();

    std::string_view skipTo_;
    std::string buffer_;
    std::optional<Error> failure_;
};

} // namespace cirque::agent
