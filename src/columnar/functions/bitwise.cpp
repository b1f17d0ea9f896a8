#include <algorithm>
#include <type_traits>

#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// Bits of integers: bit.and, bit.or, bit.xor, bit.not; bit.shift by so many places, to the left if positive.
namespace treadle::columnar::functions {
namespace {

using Types = std::span<const DataType>;

struct And {
  static constexpr std::string_view kName = "bit.and";
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct Or {
  static constexpr std::string_view kName = "bit.or";
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct Xor {
  static constexpr std::string_view kName = "bit.xor";
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};
struct Not {
  static constexpr std::string_view kName = "bit.not";
  template <class T>
  T operator()(T a, T) const {
    return static_cast<T>(~a);
  }
};
// What leaves the 64 bits is lost; to the right the sign stays.
struct Shift {
  static constexpr std::string_view kName = "bit.shift";
  template <class T>
  T operator()(T a, T places) const {
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers of 8 bits, no characters
    const auto by = static_cast<std::int64_t>(places);
    if (by <= -64) return a < T{} ? static_cast<T>(-1) : T{};
    if (by >= 64) return T{};
    if (by < 0) return static_cast<T>(a >> -by);
    return static_cast<T>(static_cast<std::uint64_t>(a) << by);
  }
};

template <class F>
Datum run(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return visit_number(result.id(), [&](auto tag) -> Column {
      using T = typename decltype(tag)::type;
      if constexpr (!std::is_integral_v<T>) {
        throw InternalError("floats have no bits to choose");
      } else {
        return fixed_width(result, rows, joint_validity(row, rows),
                           map_values<T>(Operand<T>(row[0]), Operand<T>(row.back()), rows, F{}));
      }
    });
  });
}

bool is_whole(const DataType& type) { return type.is_integer() || type.id() == TypeId::kNull; }

template <class F>
ResolvedFunction resolve(Types types) {
  if (!std::ranges::all_of(types, is_whole)) throw_no_kernel(F::kName, "whole numbers", types);
  const auto common = types.size() == 1 ? std::optional(types[0]) : common_type(types[0], types[1]);
  const DataType type = common && common->is_integer() ? *common : DataType(TypeId::kInt64);
  return {type, std::vector<DataType>(types.size(), type), run<F>};
}

template <class F>
void add(FunctionRegistry& registry, std::size_t arguments) {
  registry.add({F::kName, arguments, arguments, resolve<F>});
}

}  // namespace

void register_bitwise(FunctionRegistry& registry) {
  add<And>(registry, 2);
  add<Or>(registry, 2);
  add<Xor>(registry, 2);
  add<Not>(registry, 1);
  add<Shift>(registry, 2);
}

}  // namespace treadle::columnar::functions
