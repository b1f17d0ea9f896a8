#include <cstring>
#include <utility>

#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "columnar/text_reader.h"
#include "treadle/error.h"

// Comparisons give bits. The order is total, as in Polars and PostgreSQL: NaN equals NaN and is above every
// number. Text is compared by its bytes; a dictionary against one value once per code.
namespace treadle::columnar::functions {
namespace {

enum class Test : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

/// The test with its sides exchanged.
constexpr Test mirrored(Test test) noexcept {
  switch (test) {
    case Test::kLess:
      return Test::kGreater;
    case Test::kLessEqual:
      return Test::kGreaterEqual;
    case Test::kGreater:
      return Test::kLess;
    case Test::kGreaterEqual:
      return Test::kLessEqual;
    default:
      return test;
  }
}

/// `order` is negative, zero or positive as strings' compare() is.
constexpr bool holds(Test test, int order) noexcept {
  switch (test) {
    case Test::kEqual:
      return order == 0;
    case Test::kNotEqual:
      return order != 0;
    case Test::kLess:
      return order < 0;
    case Test::kLessEqual:
      return order <= 0;
    case Test::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

/// `|` and `&` instead of `||` and `&&`: without branches the loops vectorise.
template <Test kTest, class T>
bool compare(T a, T b) noexcept {
  if constexpr (kTest == Test::kNotEqual)
    return !compare<Test::kEqual>(a, b);
  else if constexpr (kTest == Test::kGreater)
    return compare<Test::kLess>(b, a);
  else if constexpr (kTest == Test::kGreaterEqual)
    return !compare<Test::kLess>(a, b);
  else if constexpr (kTest == Test::kLessEqual)
    return !compare<Test::kLess>(b, a);
  else if constexpr (!std::is_floating_point_v<T>)
    return kTest == Test::kEqual ? a == b : a < b;
  else if constexpr (kTest == Test::kEqual)
    return (a == b) | ((a != a) & (b != b));
  else
    return (a < b) | ((b != b) & (a == a));
}

Column bits_column(Arguments row, std::int64_t rows, BufferPtr bits) {
  return fixed_width(TypeId::kBool, rows, joint_validity(row, rows), std::move(bits));
}

template <Test kTest, class T>
BufferPtr compare_values(const Operand<T>& a, const Operand<T>& b, std::int64_t length) {
  if (a.values == nullptr) {
    return bits_from_rows(length, [left = a.scalar, right = b.values](std::int64_t i) {
      return compare<kTest>(left, right[i]);
    });
  }
  if (b.values == nullptr) {
    return bits_from_rows(length, [left = a.values, right = b.scalar](std::int64_t i) {
      return compare<kTest>(left[i], right);
    });
  }
  return bits_from_rows(length, [left = a.values, right = b.values](std::int64_t i) {
    return compare<kTest>(left[i], right[i]);
  });
}

template <Test kTest>
Datum run_fixed_width(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Datum& typed = is_scalar(row[0]) ? row[1] : row[0];
    return visit_fixed_width(column_of(typed).type().id(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return bits_column(row, rows, compare_values<kTest>(Operand<T>(row[0]), Operand<T>(row[1]), rows));
    });
  });
}

/// int64 with uint64, exactly: neither type holds the other.
template <Test kTest, class A, class B>
Datum run_mixed_sign(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Operand<A> a(row[0]);
    const Operand<B> b(row[1]);
    return bits_column(row, rows, bits_from_rows(rows, [&](std::int64_t i) {
                         const A x = a.values ? a.values[i] : a.scalar;
                         const B y = b.values ? b.values[i] : b.scalar;
                         return holds(kTest, std::cmp_less(x, y) ? -1 : std::cmp_equal(x, y) ? 0 : 1);
                       }));
  });
}

template <Test kTest>
Datum run_bools(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Column a = as_column(row[0], rows), b = as_column(row[1], rows);
    return bits_column(row, rows, bits_from_words(rows, [&](std::int64_t word) {
                         const std::uint64_t x = load_word(a.values()->data(), word, rows),
                                             y = load_word(b.values()->data(), word, rows);
                         switch (kTest) {
                           case Test::kEqual:
                             return ~(x ^ y);
                           case Test::kNotEqual:
                             return x ^ y;
                           case Test::kLess:
                             return ~x & y;
                           case Test::kLessEqual:
                             return ~x | y;
                           case Test::kGreater:
                             return x & ~y;
                           default:
                             return x | ~y;
                         }
                       }));
  });
}

/// Views against one value of at most 12 bytes: size and bytes are one word each, so two words decide.
BufferPtr equal_to_short(const Column& column, std::string_view value) {
  const TextView wanted = make_view(value, 0, 0);
  std::uint64_t words[2];
  std::memcpy(words, &wanted, sizeof words);
  const auto* views = column.values_as<std::uint64_t>();
  return bits_from_rows(column.length(), [views, first = words[0], second = words[1]](std::int64_t i) {
    return ((views[2 * i] ^ first) | (views[2 * i + 1] ^ second)) == 0;
  });
}

/// Rows that are null are left out: what lies there must not be read.
template <class Predicate>
BufferPtr valid_bits(const Column& column, const Predicate& predicate) {
  if (column.has_no_nulls()) return bits_from_rows(column.length(), predicate);
  return bits_from_rows(column.length(), [&](std::int64_t i) { return column.is_valid(i) && predicate(i); });
}

BufferPtr text_to_value(const Column& column, Test test, std::string_view value) {
  if (column.layout() == Layout::kDictionary) {
    const BufferPtr per_code = text_to_value(*column.dictionary(), test, value);
    const auto* codes = column.values_as<std::int32_t>();
    return valid_bits(column, [&](std::int64_t i) { return get_bit(per_code->data(), codes[i]); });
  }
  if (column.layout() == Layout::kView && test == Test::kEqual && value.size() <= kInlineText) {
    return equal_to_short(column, value);
  }
  return visit_text(column, [&](const auto& text) {
    if (test == Test::kEqual) return valid_bits(column, [&](std::int64_t i) { return text[i] == value; });
    return valid_bits(column, [&](std::int64_t i) { return holds(test, text[i].compare(value)); });
  });
}

BufferPtr text_to_text(const Column& a, const Column& b, Test test) {
  const BufferPtr both = and_bits(a.has_no_nulls() ? nullptr : a.validity(),
                                  b.has_no_nulls() ? nullptr : b.validity(), a.length());
  if (a.layout() == Layout::kDictionary && a.dictionary() == b.dictionary() &&
      (test == Test::kEqual || test == Test::kNotEqual)) {
    const auto *x = a.values_as<std::int32_t>(), *y = b.values_as<std::int32_t>();
    return bits_from_rows(a.length(),
                          [&](std::int64_t i) { return (x[i] == y[i]) == (test == Test::kEqual); });
  }
  return visit_text(a, [&](const auto& left) {
    return visit_text(b, [&](const auto& right) {
      return bits_from_rows(a.length(), [&](std::int64_t i) {
        return (both == nullptr || get_bit(both->data(), i)) && holds(test, left[i].compare(right[i]));
      });
    });
  });
}

Column run_text_rows(Arguments row, std::int64_t rows, Test test) {
  if (is_scalar(row[1])) {
    return bits_column(
        row, rows,
        text_to_value(column_of(row[0]), test, std::get<std::string>(scalar_of(row[1]).storage())));
  }
  if (is_scalar(row[0])) {
    return bits_column(
        row, rows,
        text_to_value(column_of(row[1]), mirrored(test), std::get<std::string>(scalar_of(row[0]).storage())));
  }
  return bits_column(row, rows, text_to_text(column_of(row[0]), column_of(row[1]), test));
}

template <Test kTest>
Datum run_text(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    return run_text_rows(row, rows, kTest);
  });
}

Datum run_nulls(Arguments arguments, std::int64_t length, const DataType& result) {
  for (const Datum& argument : arguments) {
    if (!is_scalar(argument)) return Column::nulls(result, length);
  }
  return Scalar(result, std::monostate());
}

constexpr std::string_view kNames[] = {"equal",      "not_equal", "less",
                                       "less_equal", "greater",   "greater_equal"};

template <Test kTest>
ResolvedFunction resolve_comparison(std::span<const DataType> types) {
  const DataType boolean = TypeId::kBool;
  if (types[0].id() == TypeId::kInt64 && types[1].id() == TypeId::kUInt64) {
    return {boolean, {types[0], types[1]}, run_mixed_sign<kTest, std::int64_t, std::uint64_t>};
  }
  if (types[0].id() == TypeId::kUInt64 && types[1].is_signed_integer()) {
    return {boolean, {types[0], TypeId::kInt64}, run_mixed_sign<kTest, std::uint64_t, std::int64_t>};
  }
  if (types[0].is_signed_integer() && types[1].id() == TypeId::kUInt64) {
    return {boolean, {TypeId::kInt64, types[1]}, run_mixed_sign<kTest, std::int64_t, std::uint64_t>};
  }
  const auto type = common_type(types);
  if (!type || type->is_nested()) {
    throw_no_kernel(kNames[static_cast<std::size_t>(kTest)], "two values of types that can be compared",
                    types);
  }
  if (type->id() == TypeId::kNull) return {boolean, {*type, *type}, run_nulls};
  if (type->id() == TypeId::kBool) return {boolean, {*type, *type}, run_bools<kTest>};
  return {boolean, {*type, *type}, is_text(*type) ? run_text<kTest> : run_fixed_width<kTest>};
}

}  // namespace

void register_comparison(FunctionRegistry& registry) {
  registry.add({"equal", 2, 2, resolve_comparison<Test::kEqual>});
  registry.add({"not_equal", 2, 2, resolve_comparison<Test::kNotEqual>});
  registry.add({"less", 2, 2, resolve_comparison<Test::kLess>});
  registry.add({"less_equal", 2, 2, resolve_comparison<Test::kLessEqual>});
  registry.add({"greater", 2, 2, resolve_comparison<Test::kGreater>});
  registry.add({"greater_equal", 2, 2, resolve_comparison<Test::kGreaterEqual>});
}

}  // namespace treadle::columnar::functions
