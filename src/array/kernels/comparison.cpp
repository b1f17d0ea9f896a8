#include <utility>

#include "array/kernels/loops.h"

// Comparisons. NaN equals nothing; complex numbers compare by their real parts first, as NumPy's do.
namespace treadle::array {
namespace {

template <class A, class B>
inline constexpr bool differ_in_sign = std::is_integral_v<A> && std::is_integral_v<B> &&
                                       !std::is_same_v<A, bool> && std::is_signed_v<A> != std::is_signed_v<B>;

struct Equal {
  template <class A, class B>
  bool operator()(A a, B b) const {
    if constexpr (differ_in_sign<A, B>)
      return std::cmp_equal(a, b);
    else
      return a == b;
  }
};
struct NotEqual {
  template <class A, class B>
  bool operator()(A a, B b) const {
    return !Equal()(a, b);
  }
};
struct Less {
  template <class A, class B>
  bool operator()(A a, B b) const {
    if constexpr (differ_in_sign<A, B>)
      return std::cmp_less(a, b);
    else if constexpr (is_complex_v<A>) {
      return a.real() < b.real() || (a.real() == b.real() && a.imag() < b.imag());
    } else
      return a < b;
  }
};
struct LessEqual {
  template <class A, class B>
  bool operator()(A a, B b) const {
    if constexpr (differ_in_sign<A, B>)
      return std::cmp_less_equal(a, b);
    else if constexpr (is_complex_v<A>) {
      return a.real() < b.real() || (a.real() == b.real() && a.imag() <= b.imag());
    } else
      return a <= b;
  }
};
struct Greater {
  template <class A, class B>
  bool operator()(A a, B b) const {
    return Less()(b, a);
  }
};
struct GreaterEqual {
  template <class A, class B>
  bool operator()(A a, B b) const {
    return LessEqual()(b, a);
  }
};

struct Select {
  template <class T>
  T operator()(bool condition, T yes, T no) const {
    return condition ? yes : no;
  }
};

template <class Function>
void add_comparison(UfuncTable& table, std::string_view name) {
  add_binary_to<Function, bool>(table, name, Join<Bool, Integers>());
  // Exact, where NumPy's common type (float64) would round.
  table.add(name, make_loop<Function, bool, std::int64_t, std::uint64_t>());
  table.add(name, make_loop<Function, bool, std::uint64_t, std::int64_t>());
  add_binary_to<Function, bool>(table, name, Join<Floats, Complexes>());
}

template <class... T>
void add_where(UfuncTable& table, Types<T...>) {
  (table.add("where", make_loop<Select, T, bool, T, T>()), ...);
}

}  // namespace

void add_comparisons(UfuncTable& table) {
  add_comparison<Equal>(table, "equal");
  add_comparison<NotEqual>(table, "not_equal");
  add_comparison<Less>(table, "less");
  add_comparison<LessEqual>(table, "less_equal");
  add_comparison<Greater>(table, "greater");
  add_comparison<GreaterEqual>(table, "greater_equal");
  add_where(table, Everything());
}

}  // namespace treadle::array
