#pragma once

#include "array/kernels/program.h"
#include "treadle/value.h"

namespace treadle {

/// Written by name and type: other processes look their loops up.
template <>
struct Codec<array::Program> {
  static constexpr std::string_view kind = "array.program";
  static std::size_t nbytes(const array::Program& program) { return sizeof program; }
  static void write(const array::Program& program, ByteSink& sink);
  /// Throws NotFound for a function that is not there, IoError for steps that make no sense.
  static array::Program read(ByteSource& source);
};

template <>
struct Codec<DType> {
  static constexpr std::string_view kind = "array.dtype";
  static std::size_t nbytes(const DType& dtype) { return sizeof dtype; }
  static void write(const DType& dtype, ByteSink& sink) { Codec<std::string>::write(dtype.code(), sink); }
  static DType read(ByteSource& source) { return DType::parse(Codec<std::string>::read(source)); }
};

template <>
struct Codec<AxisSlice> {
  static constexpr std::string_view kind = "array.slice";
  static std::size_t nbytes(const AxisSlice& slice) { return sizeof slice; }
  static void write(const AxisSlice& slice, ByteSink& sink) { sink.write(&slice, sizeof slice); }
  static AxisSlice read(ByteSource& source) {
    AxisSlice slice;
    source.read(&slice, sizeof slice);
    return slice;
  }
};

}  // namespace treadle
