#include <cmath>
#include <limits>

#include "array/kernels/loops.h"

// Datetimes and timedeltas, as counts of one unit. NaT is the least count: it makes NaT of what it is part
// of, and compares as NaN does.
namespace treadle::array {
namespace {

using K = ElementKind;
constexpr std::int64_t kNat = std::numeric_limits<std::int64_t>::min();

bool nat(std::int64_t a) { return a == kNat; }

struct Add {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return nat(a) || nat(b)
               ? kNat
               : static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  }
};
struct Subtract {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return nat(a) || nat(b)
               ? kNat
               : static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
  }
};
struct Multiply {
  std::int64_t operator()(std::int64_t a, std::int64_t factor) const {
    return nat(a) ? kNat
                  : static_cast<std::int64_t>(static_cast<std::uint64_t>(a) *
                                              static_cast<std::uint64_t>(factor));
  }
  std::int64_t operator()(std::int64_t a, double factor) const {
    const double product = static_cast<double>(a) * factor;
    return nat(a) || !(std::abs(product) < 9.2e18) ? kNat : static_cast<std::int64_t>(product);
  }
};
struct MultiplySwapped {
  template <class T>
  std::int64_t operator()(T factor, std::int64_t a) const {
    return Multiply()(a, factor);
  }
};
struct Divide {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return nat(a) || b == 0 ? kNat : a / b; }
  std::int64_t operator()(std::int64_t a, double b) const { return Multiply()(a, 1.0 / b); }
};
struct Ratio {
  double operator()(std::int64_t a, std::int64_t b) const {
    if (nat(a) || nat(b)) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(a) / static_cast<double>(b);
  }
};
struct FloorDivide {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    if (nat(a) || nat(b) || b == 0) return 0;
    return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
  }
};
struct FloorDivideTime {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return nat(a) || b == 0 ? kNat : FloorDivide()(a, b);
  }
};
struct Remainder {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return nat(a) || nat(b) || b == 0 ? kNat : a - FloorDivide()(a, b) * b;
  }
};
struct Negative {
  std::int64_t operator()(std::int64_t a) const { return nat(a) ? kNat : -a; }
};
struct Absolute {
  std::int64_t operator()(std::int64_t a) const { return nat(a) ? kNat : std::abs(a); }
};
struct Sign {
  std::int64_t operator()(std::int64_t a) const { return nat(a) ? kNat : (a > 0) - (a < 0); }
};
struct IsNat {
  bool operator()(std::int64_t a) const { return nat(a); }
};
struct NotNat {
  bool operator()(std::int64_t a) const { return !nat(a); }
};
struct Equal {
  bool operator()(std::int64_t a, std::int64_t b) const { return a == b && !nat(a); }
};
struct NotEqual {
  bool operator()(std::int64_t a, std::int64_t b) const { return !Equal()(a, b); }
};
struct Less {
  bool operator()(std::int64_t a, std::int64_t b) const { return a < b && !nat(a); }
};
struct LessEqual {
  bool operator()(std::int64_t a, std::int64_t b) const { return a <= b && !nat(a); }
};
struct Greater {
  bool operator()(std::int64_t a, std::int64_t b) const { return a > b && !nat(b); }
};
struct GreaterEqual {
  bool operator()(std::int64_t a, std::int64_t b) const { return a >= b && !nat(b); }
};
struct Maximum {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return nat(a) || nat(b) ? kNat : a > b ? a : b;
  }
};
struct Minimum {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return a < b ? a : b; }
};
struct Fmax {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return a > b ? a : b; }
};
struct Fmin {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return nat(a) ? b : nat(b) ? a : a < b ? a : b;
  }
};
struct Select {
  std::int64_t operator()(bool condition, std::int64_t yes, std::int64_t no) const {
    return condition ? yes : no;
  }
};

/// A loop over 64-bit counts that stand for other kinds.
template <class Function, class Out, class... In>
void add(UfuncTable& table, std::string_view name, std::vector<K> inputs, K output) {
  Loop loop = make_loop<Function, Out, In...>();
  loop.inputs = std::move(inputs);
  loop.output = output;
  table.add(name, std::move(loop));
}

using I = std::int64_t;

template <class Function>
void add_comparison(UfuncTable& table, std::string_view name) {
  add<Function, bool, I, I>(table, name, {K::kDatetime, K::kDatetime}, K::kBool);
  add<Function, bool, I, I>(table, name, {K::kTimedelta, K::kTimedelta}, K::kBool);
}

template <class Function>
void add_extreme(UfuncTable& table, std::string_view name) {
  add<Function, I, I, I>(table, name, {K::kDatetime, K::kDatetime}, K::kDatetime);
  add<Function, I, I, I>(table, name, {K::kTimedelta, K::kTimedelta}, K::kTimedelta);
}

}  // namespace

void add_time_functions(UfuncTable& table) {
  const K M = K::kDatetime;
  const K m = K::kTimedelta;
  add<Add, I, I, I>(table, "add", {M, m}, M);
  add<Add, I, I, I>(table, "add", {m, M}, M);
  add<Add, I, I, I>(table, "add", {m, m}, m);
  add<Subtract, I, I, I>(table, "subtract", {M, M}, m);
  add<Subtract, I, I, I>(table, "subtract", {M, m}, M);
  add<Subtract, I, I, I>(table, "subtract", {m, m}, m);
  add<Multiply, I, I, I>(table, "multiply", {m, K::kInt64}, m);
  add<Multiply, I, I, double>(table, "multiply", {m, K::kFloat64}, m);
  add<MultiplySwapped, I, I, I>(table, "multiply", {K::kInt64, m}, m);
  add<MultiplySwapped, I, double, I>(table, "multiply", {K::kFloat64, m}, m);
  add<Divide, I, I, I>(table, "divide", {m, K::kInt64}, m);
  add<Divide, I, I, double>(table, "divide", {m, K::kFloat64}, m);
  add<Ratio, double, I, I>(table, "divide", {m, m}, K::kFloat64);
  add<FloorDivideTime, I, I, I>(table, "floor_divide", {m, K::kInt64}, m);
  add<FloorDivide, I, I, I>(table, "floor_divide", {m, m}, K::kInt64);
  add<Remainder, I, I, I>(table, "remainder", {m, m}, m);
  add<Negative, I, I>(table, "negative", {m}, m);
  add<Absolute, I, I>(table, "absolute", {m}, m);
  add<Sign, I, I>(table, "sign", {m}, m);
  for (const K kind : {M, m}) {
    add<IsNat, bool, I>(table, "isnat", {kind}, K::kBool);
    add<IsNat, bool, I>(table, "isnan", {kind}, K::kBool);
    add<NotNat, bool, I>(table, "isfinite", {kind}, K::kBool);
    add<Select, I, bool, I, I>(table, "where", {K::kBool, kind, kind}, kind);
  }
  add_comparison<Equal>(table, "equal");
  add_comparison<NotEqual>(table, "not_equal");
  add_comparison<Less>(table, "less");
  add_comparison<LessEqual>(table, "less_equal");
  add_comparison<Greater>(table, "greater");
  add_comparison<GreaterEqual>(table, "greater_equal");
  add_extreme<Maximum>(table, "maximum");
  add_extreme<Minimum>(table, "minimum");
  add_extreme<Fmax>(table, "fmax");
  add_extreme<Fmin>(table, "fmin");
}

}  // namespace treadle::array
