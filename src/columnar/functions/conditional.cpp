#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "columnar/selection.h"
#include "columnar/text_layout.h"

// if_else, coalesce, fill_null: each row from one of several columns.
namespace treadle::columnar::functions {
namespace {

/// True where the condition is true; a null counts as false.
BufferPtr true_bits(const Column& condition) {
  return condition.has_no_nulls() ? condition.values()
                                  : and_bits(condition.values(), condition.validity(), condition.length());
}

BufferPtr choose_bits(const BufferPtr& condition, const BufferPtr& a, const BufferPtr& b, std::int64_t rows) {
  return bits_from_words(rows, [&](std::int64_t word) {
    const std::uint64_t yes = load_word(condition->data(), word, rows);
    const std::uint64_t x = a ? load_word(a->data(), word, rows) : ~std::uint64_t{0};
    const std::uint64_t y = b ? load_word(b->data(), word, rows) : ~std::uint64_t{0};
    return (x & yes) | (y & ~yes);
  });
}

template <class T>
BufferPtr choose_values(const std::uint8_t* condition, const Column& a, const Column& b) {
  const std::int64_t rows = a.length();
  BufferBuilder values(static_cast<std::size_t>(rows) * sizeof(T));
  const T *x = a.values_as<T>(), *y = b.values_as<T>();
  T* out = values.as<T>();
  for (std::int64_t first = 0; first < rows; first += 64) {
    const std::uint64_t bits = load_word(condition, first / 64, rows);
    const std::int64_t count = rows - first < 64 ? rows - first : 64;
    for (std::int64_t i = 0; i < count; ++i)
      out[first + i] = ((bits >> i) & 1) != 0 ? x[first + i] : y[first + i];
  }
  return values.finish();
}

/// Rows of `a` where the bit is one, of `b` elsewhere.
Column choose(const BufferPtr& condition, const Column& a, const Column& b) {
  const std::int64_t rows = a.length();
  const DataType& type = a.type();
  if (is_text(type) || type.is_nested() || type.id() == TypeId::kNull) {
    // Both behind each other, then each row from its half: concatenate() brings layouts together.
    std::vector<std::int64_t> places(static_cast<std::size_t>(rows));
    for (std::int64_t i = 0; i < rows; ++i)
      places[static_cast<std::size_t>(i)] = get_bit(condition->data(), i) ? i : i + rows;
    return take(concatenate(std::vector{a, b}), places);
  }
  const bool no_nulls = a.has_no_nulls() && b.has_no_nulls();
  BufferPtr validity = no_nulls ? nullptr : choose_bits(condition, a.validity(), b.validity(), rows);
  BufferPtr values = type.id() == TypeId::kBool
                         ? choose_bits(condition, a.values(), b.values(), rows)
                         : visit_width(type.byte_width(), [&](auto tag) {
                             return choose_values<typename decltype(tag)::type>(condition->data(), a, b);
                           });
  return fixed_width(type, rows, std::move(validity), std::move(values));
}

Datum run_if_else(Arguments arguments, std::int64_t length, const DataType&) {
  return run_rows(arguments, length, [](Arguments row, std::int64_t rows) {
    const Column condition = as_column(row[0], rows);
    return choose(true_bits(condition), as_column(row[1], rows), as_column(row[2], rows));
  });
}

Datum run_coalesce(Arguments arguments, std::int64_t length, const DataType&) {
  return run_rows(arguments, length, [](Arguments row, std::int64_t rows) {
    Column out = as_column(row[0], rows);
    for (std::size_t i = 1; i < row.size() && !out.has_no_nulls(); ++i)
      out = choose(out.validity(), out, as_column(row[i], rows));
    return out;
  });
}

ResolvedFunction resolve_if_else(std::span<const DataType> types) {
  const auto type = common_type(types.subspan(1));
  const bool is_condition = types[0].id() == TypeId::kBool || types[0].id() == TypeId::kNull;
  if (!type || !is_condition)
    throw_no_kernel("if_else", "a bool and two values of types that go together", types);
  return {*type, {TypeId::kBool, *type, *type}, run_if_else};
}

ResolvedFunction resolve_coalesce(std::span<const DataType> types) {
  const auto type = common_type(types);
  if (!type) throw_no_kernel("coalesce", "values of types that go together", types);
  return {*type, std::vector<DataType>(types.size(), *type), run_coalesce};
}

}  // namespace

void register_conditional(FunctionRegistry& registry) {
  registry.add({"if_else", 3, 3, resolve_if_else});
  registry.add({"coalesce", 1, SIZE_MAX, resolve_coalesce});
  registry.add({"fill_null", 2, 2, resolve_coalesce});
}

}  // namespace treadle::columnar::functions
