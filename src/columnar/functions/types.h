#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "treadle/data_type.h"

// How functions choose types.
namespace treadle::columnar::functions {

/// The type that values of both are brought to before they are added, compared or put into one column;
/// Polars' rules: the wider integer; int64 with uint64, integers of 32 bits and more with float32: float64;
/// bool with a number: the number; a decimal with an integer: the decimal; with a float: float64; date with
/// timestamp: the timestamp; the finer of two units; null with anything: that. Nothing for text with numbers
/// and the like, and for timestamps of which only one has a zone.
std::optional<DataType> common_type(const DataType& a, const DataType& b);
std::optional<DataType> common_type(std::span<const DataType> types);

TimeUnit finer(TimeUnit a, TimeUnit b) noexcept;

/// "FUNCTION takes WANTED; found int64 and utf8".
[[noreturn]] void throw_no_kernel(std::string_view function, std::string_view wanted,
                                  std::span<const DataType> found);

}  // namespace treadle::columnar::functions
