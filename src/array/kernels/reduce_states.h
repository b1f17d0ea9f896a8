#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "array/kernels/loops.h"
#include "treadle/error.h"

// The states of reductions. Each has
//     void add_run(const T* values, count, index, index_step)   values that all belong to it
//     void merge(const State& later)
//     Out finish(double ddof) const
// Skip: NaN is left out.
namespace treadle::array::states {

constexpr std::size_t kLanes = 8;

template <class T>
bool is_nan(T value) {
  return value != value;
}

/// Sums in eight lanes whatever the width of the machine's vectors; `part(value)` is what is added.
template <class Sum, class T, class Part>
Sum lane_sum(const T* values, std::int64_t count, Part&& part) {
  std::array<Sum, kLanes> lanes{};
  std::int64_t i = 0;
  for (; i + static_cast<std::int64_t>(kLanes) <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] += part(values[i + static_cast<std::int64_t>(lane)]);
  }
  for (std::size_t lane = 0; i < count; ++i, ++lane) lanes[lane] += part(values[i]);
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

/// A sum of doubles and what rounding lost.
struct CompensatedSum {
  double sum = 0;
  double lost = 0;

  void add(double value) {
    const double next = sum + value;
    lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  void merge(const CompensatedSum& later) {
    add(later.sum);
    lost += later.lost;
  }
  double value() const { return std::isfinite(sum) ? sum + lost : sum; }
};

struct CompensatedComplex {
  CompensatedSum real;
  CompensatedSum imag;

  void add(std::complex<double> value) {
    real.add(value.real());
    imag.add(value.imag());
  }
  void merge(const CompensatedComplex& later) {
    real.merge(later.real);
    imag.merge(later.imag);
  }
  std::complex<double> value() const { return {real.value(), imag.value()}; }
};

/// Integers: exact, modulo 2^64.
struct WrappingSum {
  std::uint64_t sum = 0;

  void add(std::uint64_t value) { sum += value; }
  void merge(const WrappingSum& later) { sum += later.sum; }
  std::uint64_t value() const { return sum; }
};

template <class T>
struct SumTypes {
  using Part = std::conditional_t<std::is_integral_v<T>, std::uint64_t,
                                  std::conditional_t<is_complex_v<T>, std::complex<double>, double>>;
  using State = std::conditional_t<std::is_integral_v<T>, WrappingSum,
                                   std::conditional_t<is_complex_v<T>, CompensatedComplex, CompensatedSum>>;
  using Out = std::conditional_t<std::is_same_v<T, bool> || (std::is_integral_v<T> && std::is_signed_v<T>),
                                 std::int64_t, std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>>;
};

template <class T, bool Skip>
struct Sum {
  using Value = T;
  using Part = typename SumTypes<T>::Part;
  using Out = typename SumTypes<T>::Out;
  typename SumTypes<T>::State total;

  static Part part(T value) {
    if constexpr (Skip) {
      if (is_nan(value)) return Part{};
    }
    return static_cast<Part>(value);
  }
  void add_run(const T* values, std::int64_t count, std::int64_t, std::int64_t) {
    total.add(lane_sum<Part>(values, count, part));
  }
  void add_part(Part value, std::int64_t) { total.add(value); }
  void merge(const Sum& later) { total.merge(later.total); }
  Out finish(double) const { return static_cast<Out>(total.value()); }
};

template <class T, bool Skip>
struct Mean {
  using Value = T;
  using Part = std::conditional_t<is_complex_v<T>, std::complex<double>, double>;
  using Out = std::conditional_t<std::is_integral_v<T>, double, T>;
  std::conditional_t<is_complex_v<T>, CompensatedComplex, CompensatedSum> total;
  std::int64_t count = 0;

  static Part part(T value) {
    if constexpr (Skip) {
      if (is_nan(value)) return Part{};
    }
    return static_cast<Part>(value);
  }
  void add_run(const T* values, std::int64_t number, std::int64_t, std::int64_t) {
    total.add(lane_sum<Part>(values, number, part));
    if constexpr (Skip) {
      number -= lane_sum<std::int64_t>(values, number, [](T value) { return std::int64_t{is_nan(value)}; });
    }
    count += number;
  }
  void add_part(Part value, std::int64_t number)
    requires(!Skip)
  {
    total.add(value);
    count += number;
  }
  void merge(const Mean& later) {
    total.merge(later.total);
    count += later.count;
  }
  Out finish(double) const {
    if constexpr (is_complex_v<T>) {
      const auto n = static_cast<double>(count);
      return {static_cast<typename T::value_type>(total.value().real() / n),
              static_cast<typename T::value_type>(total.value().imag() / n)};
    } else {
      return static_cast<Out>(total.value() / static_cast<double>(count));
    }
  }
};

/// Timedeltas: NaT if any is, or if there are none.
template <bool Skip>
struct TimeMean {
  using Value = std::int64_t;
  using Out = std::int64_t;
  static constexpr std::int64_t kNat = std::numeric_limits<std::int64_t>::min();
  std::int64_t exact = 0;
  std::int64_t count = 0;
  std::int64_t num_nat = 0;

  void add_run(const std::int64_t* values, std::int64_t number, std::int64_t, std::int64_t) {
    for (std::int64_t i = 0; i < number; ++i) {
      if (values[i] == kNat) {
        ++num_nat;
        continue;
      }
      exact = static_cast<std::int64_t>(static_cast<std::uint64_t>(exact) +
                                        static_cast<std::uint64_t>(values[i]));
      ++count;
    }
  }
  void merge(const TimeMean& later) {
    exact = static_cast<std::int64_t>(static_cast<std::uint64_t>(exact) +
                                      static_cast<std::uint64_t>(later.exact));
    count += later.count;
    num_nat += later.num_nat;
  }
  bool is_nat() const { return count == 0 || (!Skip && num_nat != 0); }
  Out finish(double) const { return is_nat() ? kNat : exact / count; }
};

template <bool Skip>
struct TimeSum : TimeMean<Skip> {
  using Out = std::int64_t;
  Out finish(double) const { return !Skip && this->num_nat != 0 ? this->kNat : this->exact; }
};

template <class T, bool Skip>
struct Prod {
  using Value = T;
  using Part = typename SumTypes<T>::Part;
  using Out = typename SumTypes<T>::Out;
  Part product{1};

  void add_run(const T* values, std::int64_t count, std::int64_t, std::int64_t) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (!Skip || !is_nan(values[i])) product *= static_cast<Part>(values[i]);
    }
  }
  void merge(const Prod& later) { product *= later.product; }
  Out finish(double) const { return static_cast<Out>(product); }
};

/// Number, mean and sum of squared differences; joined after Chan, Golub and LeVeque (1979).
template <class T, bool Skip, bool Root>
struct Moments {
  using Value = T;
  using Out = std::conditional_t<std::is_same_v<T, float>, float, double>;
  double count = 0;
  double mean = 0;
  double squares = 0;

  void add_run(const T* values, std::int64_t number, std::int64_t, std::int64_t) {
    Moments run;
    const auto left_out = [](T value) { return Skip && is_nan(value); };
    run.count = static_cast<double>(number);
    if constexpr (Skip) {
      run.count -= lane_sum<double>(values, number, [&](T value) { return left_out(value) ? 1.0 : 0.0; });
    }
    if (run.count == 0) return;
    run.mean = lane_sum<double>(values, number,
                                [&](T value) { return left_out(value) ? 0.0 : static_cast<double>(value); }) /
               run.count;
    run.squares = lane_sum<double>(values, number, [&](T value) {
      const double difference = left_out(value) ? 0.0 : static_cast<double>(value) - run.mean;
      return difference * difference;
    });
    merge(run);
  }
  void merge(const Moments& later) {
    if (later.count == 0) return;
    if (count == 0) {
      *this = later;
      return;
    }
    const double both = count + later.count;
    const double step = later.mean - mean;
    mean += step * (later.count / both);
    squares += later.squares + step * step * (count * later.count / both);
    count = both;
  }
  Out finish(double ddof) const {
    if (Skip && count - ddof <= 0) return std::numeric_limits<Out>::quiet_NaN();
    const double variance = squares / std::max(count - ddof, 0.0);
    return static_cast<Out>(Root ? std::sqrt(variance) : variance);
  }
};

[[noreturn]] inline void refuse_nothing(const char* reduction) {
  throw InvalidArgument(std::string("expected an element that is a number for ") + reduction +
                        ", found none: nothing to reduce, or NaN only (an all-NaN slice)");
}

/// The order in which `Least` is first; NaN before everything.
template <bool Least>
struct Before {
  template <class T>
  bool operator()(T a, T b) const {
    if constexpr (is_complex_v<T>) {
      if (is_nan(a) || is_nan(b)) return is_nan(a) && !is_nan(b);
      const bool less = a.real() < b.real() || (a.real() == b.real() && a.imag() < b.imag());
      const bool equal = a == b;
      return Least ? less : !less && !equal;
    } else {
      return (Least ? a < b : a > b) || (is_nan(a) && !is_nan(b));
    }
  }
};

template <class T, bool Least, bool Skip>
struct Extreme {
  using Value = T;
  using Out = T;
  T best{};
  bool seen = false;

  void add_run(const T* values, std::int64_t count, std::int64_t, std::int64_t) {
    std::int64_t i = 0;
    while (i < count && Skip && is_nan(values[i])) ++i;
    if (i == count) return;
    std::array<T, kLanes> lanes;
    lanes.fill(values[i]);
    const auto take = [](T& lane, T value) {
      if constexpr (Skip)
        lane = (Least ? value < lane : value > lane) ? value : lane;
      else
        lane = Before<Least>()(value, lane) ? value : lane;
    };
    for (; i + static_cast<std::int64_t>(kLanes) <= count; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        take(lanes[lane], values[i + static_cast<std::int64_t>(lane)]);
    }
    for (; i < count; ++i) take(lanes[0], values[i]);
    for (std::size_t lane = 1; lane < kLanes; ++lane) take(lanes[0], lanes[lane]);
    offer(lanes[0]);
  }
  void merge(const Extreme& later) {
    if (later.seen) offer(later.best);
  }
  Out finish(double) const {
    if (seen) return best;
    // All NaN; or nothing at all, which only arrays of unknown lengths are found to be here.
    if constexpr (Skip && std::is_floating_point_v<T>)
      return std::numeric_limits<T>::quiet_NaN();
    else
      refuse_nothing(Least ? "min" : "max");
  }

 private:
  void offer(T value) {
    if (!seen || Before<Least>()(value, best)) best = value;
    seen = true;
  }
};

/// NaT is the least count: first for minima already, last for maxima unless it wins.
template <bool Least, bool Skip>
struct TimeExtreme {
  using Value = std::int64_t;
  using Out = std::int64_t;
  static constexpr std::int64_t kNat = std::numeric_limits<std::int64_t>::min();
  std::int64_t best = kNat;
  bool seen = false;

  void add_run(const std::int64_t* values, std::int64_t count, std::int64_t, std::int64_t) {
    for (std::int64_t i = 0; i < count; ++i) offer(values[i]);
  }
  void merge(const TimeExtreme& later) {
    if (later.seen) offer(later.best);
  }
  Out finish(double) const {
    if (!seen && !Skip) refuse_nothing(Least ? "min" : "max");
    return best;
  }

 private:
  void offer(std::int64_t value) {
    if (value == kNat && Skip) return;
    if (seen && best == kNat) return;
    if (!seen || value == kNat || (Least ? value < best : value > best)) best = value;
    seen = true;
  }
};

template <class T, bool All>
struct Truth {
  using Value = T;
  using Out = bool;
  bool holds = All;

  void add_run(const T* values, std::int64_t count, std::int64_t, std::int64_t) {
    for (std::int64_t i = 0; i < count; ++i) {
      const bool value = values[i] != T{};
      holds = All ? holds & value : holds | value;
    }
  }
  void merge(const Truth& later) { holds = All ? holds & later.holds : holds | later.holds; }
  Out finish(double) const { return holds; }
};

/// The first place of the best value; the first NaN's if there is one.
template <class T, bool Least, bool Skip>
struct Place {
  using Value = T;
  using Out = std::int64_t;
  T best{};
  std::int64_t index = -1;

  void add_run(const T* values, std::int64_t count, std::int64_t first, std::int64_t step) {
    for (std::int64_t i = 0; i < count; ++i) offer(values[i], first + i * step);
  }
  void merge(const Place& later) {
    if (later.index >= 0) offer(later.best, later.index);
  }
  Out finish(double) const {
    if (index < 0) refuse_nothing(Least ? "argmin" : "argmax");
    return index;
  }

 private:
  void offer(T value, std::int64_t at) {
    if (Skip && is_nan(value)) return;
    const bool tie =
        index >= 0 && at < index && !Before<Least>()(best, value) && !Before<Least>()(value, best);
    if (index >= 0 && !tie && !Before<Least>()(value, best)) return;
    best = value;
    index = at;
  }
};

}  // namespace treadle::array::states
