#include <climits>

#include "array/kernels/loops.h"

// Truth and bits.
namespace treadle::array {
namespace {

template <class T>
bool truth(T value) {
  return value != T{};
}

struct LogicalAnd {
  template <class T>
  bool operator()(T a, T b) const {
    return truth(a) & truth(b);
  }
};
struct LogicalOr {
  template <class T>
  bool operator()(T a, T b) const {
    return truth(a) | truth(b);
  }
};
struct LogicalXor {
  template <class T>
  bool operator()(T a, T b) const {
    return truth(a) != truth(b);
  }
};
struct LogicalNot {
  template <class T>
  bool operator()(T a) const {
    return !truth(a);
  }
};
struct BitwiseAnd {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct BitwiseOr {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct BitwiseXor {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};
struct Invert {
  template <class T>
  T operator()(T a) const {
    if constexpr (std::is_same_v<T, bool>)
      return !a;
    else
      return static_cast<T>(~a);
  }
};
/// As NumPy: bits shifted by as many as there are, or more, are gone.
struct LeftShift {
  template <class T>
  T operator()(T a, T b) const {
    using U = std::make_unsigned_t<T>;
    if (b < 0 || static_cast<U>(b) >= sizeof(T) * CHAR_BIT) return 0;
    return static_cast<T>(static_cast<std::uint64_t>(static_cast<U>(a)) << b);
  }
};
struct RightShift {
  template <class T>
  T operator()(T a, T b) const {
    using U = std::make_unsigned_t<T>;
    if (b < 0 || static_cast<U>(b) >= sizeof(T) * CHAR_BIT) return a < 0 ? static_cast<T>(-1) : T{0};
    return static_cast<T>(a >> b);
  }
};

}  // namespace

void add_logic(UfuncTable& table) {
  add_binary_to<LogicalAnd, bool>(table, "logical_and", Everything());
  add_binary_to<LogicalOr, bool>(table, "logical_or", Everything());
  add_binary_to<LogicalXor, bool>(table, "logical_xor", Everything());
  add_unary_to<LogicalNot, bool>(table, "logical_not", Everything());
  add_binary<BitwiseAnd>(table, "bitwise_and", Join<Bool, Integers>());
  add_binary<BitwiseOr>(table, "bitwise_or", Join<Bool, Integers>());
  add_binary<BitwiseXor>(table, "bitwise_xor", Join<Bool, Integers>());
  add_unary<Invert>(table, "invert", Join<Bool, Integers>());
  add_binary<LeftShift>(table, "left_shift", Integers());
  add_binary<RightShift>(table, "right_shift", Integers());
}

}  // namespace treadle::array
