#include <cstdint>

#include "columnar/decimal.h"
#include "columnar/functions/arithmetic_operations.h"

namespace treadle::columnar::functions {

void throw_overflow(const DataType& type) {
  throw InvalidArgument(
      type.to_string() +
      " out of range: the result of an addition, subtraction or multiplication does not fit");
}

namespace {

// Of two such numbers, sums and products have at most 38 digits.
bool is_word(int128_t value) noexcept { return static_cast<std::int64_t>(value) == value; }

}  // namespace

template <class Op>
Datum run_decimals(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Operand<int128_t> a(row[0]), b(row[1]);
    const BufferPtr validity = joint_validity(row, rows);
    BufferBuilder values(static_cast<std::size_t>(rows) * sizeof(int128_t));
    for (std::int64_t i = 0; i < rows; ++i) {
      int128_t out = 0;
      const int128_t x = a.values ? a.values[i] : a.scalar, y = b.values ? b.values[i] : b.scalar;
      if (!std::is_same_v<Op, Multiply> && is_word(x) && is_word(y)) [[likely]] {
        values.as<int128_t>()[i] = Op::apply(x, y);
        continue;
      }
      bool overflow = Op::overflows(x, y, out);
      // A product of one scale has it twice: one is taken away.
      if (std::is_same_v<Op, Multiply> && !overflow) out = *rescale(out, result.scale(), 0);
      overflow = overflow || !fits_precision(out, 38);
      if (overflow && (validity == nullptr || get_bit(validity->data(), i))) throw_overflow(result);
      values.as<int128_t>()[i] = out;
    }
    return fixed_width(result, rows, validity, values.finish());
  });
}

template Datum run_decimals<Add>(Arguments, std::int64_t, const DataType&);
template Datum run_decimals<Subtract>(Arguments, std::int64_t, const DataType&);
template Datum run_decimals<Multiply>(Arguments, std::int64_t, const DataType&);
template Datum run_decimals<ExactMultiply>(Arguments, std::int64_t, const DataType&);

}  // namespace treadle::columnar::functions
