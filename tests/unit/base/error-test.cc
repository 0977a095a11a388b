// SPDX-License-Identifier: Apache-2.0
#include "base/result.hh"

#include <gtest/gtest.h>

#include <cerrno>

namespace cirque {
namespace {

TEST(Error, TellsTheStoryFromTheOutside) {
    Error error{ErrorCode::Io, "cannot read x: no", "try again", {}};
    error = std::move(error).within("reading the plan").within("starting the run");
    EXPECT_EQ(error.text(), "starting the run: reading the plan: cannot read x: no");
}

TEST(SystemError, NamesWhatFailedAndSortsTheCause) {
    const Error full = systemError(ENOSPC, "write", "/state/log");
    EXPECT_EQ(full.code, ErrorCode::DiskFull);
    EXPECT_EQ(full.message, "cannot write /state/log: No space left on device");
    EXPECT_FALSE(full.hint.empty());
    EXPECT_EQ(systemError(EDQUOT, "write", "x").code, ErrorCode::DiskFull);
    EXPECT_EQ(systemError(EACCES, "open", "x").code, ErrorCode::Permission);
    EXPECT_EQ(systemError(EROFS, "open", "x").code, ErrorCode::Permission);
    EXPECT_EQ(systemError(ENOENT, "open", "x").code, ErrorCode::NotFound);
    EXPECT_EQ(systemError(EIO, "read", "x").code, ErrorCode::Io);
    EXPECT_NE(systemError(EMFILE, "open", "x").hint.find("ulimit"), std::string::npos);
}

Result<int> half(int value) {
    if (value % 2 != 0) {
        return fail(ErrorCode::Usage, "odd");
    }
    return value / 2;
}

Result<int> quarter(int value) {
    CIRQUE_TRY_ASSIGN(const int once, half(value));
    CIRQUE_TRY(half(once));
    return half(once);
}

// The macros hand on the error unchanged; a lost code would lose the exit status.
TEST(ResultMacros, ReturnTheErrorOrGoOn) {
    ASSERT_TRUE(quarter(8));
    EXPECT_EQ(*quarter(8), 2);
    ASSERT_FALSE(quarter(3));
    EXPECT_EQ(quarter(3).error().code, ErrorCode::Usage);
    EXPECT_EQ(quarter(6).error().message, "odd");
}

} // namespace
} // namespace cirque
