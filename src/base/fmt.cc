// SPDX-License-Identifier: Apache-2.0
// The compiled part of fmt, built into the program. Debian has fmt only as a shared library, which would
// bring the shared C++ library with it and double the time of `cirque --version` (docs/decisions/003-fmt.md).
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE

namespace detail {

// What the headers declare and expect from the library, for the one character type there is.
template auto dragonbox::to_decimal(float value) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double value) noexcept -> dragonbox::decimal_fp<double>;
template auto thousands_sep_impl(locale_ref locale) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref locale) -> char;

} // namespace detail

FMT_END_NAMESPACE
