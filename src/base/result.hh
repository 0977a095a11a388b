// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. The one alias, so that std::expected can replace tl::expected in one place.
#pragma once

#include "base/error.hh"

#include <tl/expected.hpp>

#include <utility>

namespace cirque {

template <class T>
using Result = tl::expected<T, Error>;

using Unexpected = tl::unexpected<Error>;

inline Unexpected fail(Error error) {
    return Unexpected(std::move(error));
}

inline Unexpected fail(ErrorCode code, std::string message, std::string hint = {}) {
    return Unexpected(Error{code, std::move(message), std::move(hint), {}});
}

} // namespace cirque

#define CIRQUE_CONCAT_IMPL(a, b) a##b
#define CIRQUE_CONCAT(a, b) CIRQUE_CONCAT_IMPL(a, b)

// Returns the error of `expr` from the enclosing function, or goes on.
#define CIRQUE_TRY(expr)                                                                                     \
    do {                                                                                                     \
        if (auto cirqueTried = (expr); !cirqueTried) {                                                       \
            return ::cirque::fail(std::move(cirqueTried).error());                                           \
        }                                                                                                    \
    } while (false)

// Declares `target` with the value of `expr`, or returns the error of `expr` from the enclosing function.
#define CIRQUE_TRY_ASSIGN(target, expr)                                                                      \
    auto CIRQUE_CONCAT(cirqueResult, __LINE__) = (expr);                                                     \
    if (!CIRQUE_CONCAT(cirqueResult, __LINE__)) {                                                            \
        return ::cirque::fail(std::move(CIRQUE_CONCAT(cirqueResult, __LINE__)).error());                     \
    }                                                                                                        \
    target = std::move(*CIRQUE_CONCAT(cirqueResult, __LINE__))

// The same two for coroutines: they co_return the error.
#define CIRQUE_CO_TRY(expr)                                                                                  \
    do {                                                                                                     \
        if (auto cirqueTried = (expr); !cirqueTried) {                                                       \
            co_return ::cirque::fail(std::move(cirqueTried).error());                                        \
        }                                                                                                    \
    } while (false)

#define CIRQUE_CO_TRY_ASSIGN(target, expr)                                                                   \
    auto CIRQUE_CONCAT(cirqueResult, __LINE__) = (expr);                                                     \
    if (!CIRQUE_CONCAT(cirqueResult, __LINE__)) {                                                            \
        co_return ::cirque::fail(std::move(CIRQUE_CONCAT(cirqueResult, __LINE__)).error());                  \
    }                                                                                                        \
    target = std::move(*CIRQUE_CONCAT(cirqueResult, __LINE__))
