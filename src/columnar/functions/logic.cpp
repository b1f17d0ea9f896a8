#include "columnar/functions/kernel.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"

// Three-valued logic, 64 rows a step. Each row is in one of two sets of bits: is true, is false; a null is in
// neither.
namespace treadle::columnar::functions {
namespace {

struct Truth {
  std::uint64_t yes, no;
};

class TruthReader {
 public:
  TruthReader(const Column& column, std::int64_t length)
      : column_(column), length_(length), no_nulls_(column.has_no_nulls()) {}
  Truth operator[](std::int64_t word) const noexcept {
    const std::uint64_t bits = load_word(column_.values()->data(), word, length_);
    const std::uint64_t valid =
        no_nulls_ ? ~std::uint64_t{0} : load_word(column_.validity()->data(), word, length_);
    return {bits & valid, ~bits & valid};
  }

 private:
  const Column& column_;
  std::int64_t length_;
  bool no_nulls_;
};

constexpr auto kAnd = [](Truth a, Truth b) { return Truth{a.yes & b.yes, a.no | b.no}; };
constexpr auto kOr = [](Truth a, Truth b) { return Truth{a.yes | b.yes, a.no & b.no}; };
constexpr auto kXor = [](Truth a, Truth b) {
  return Truth{(a.yes & b.no) | (a.no & b.yes), (a.yes & b.yes) | (a.no & b.no)};
};

template <class Combine>
Column combine(const Column& a, const Column& b, const Combine& combine_words) {
  const std::int64_t length = a.length();
  const TruthReader left(a, length), right(b, length);
  BufferPtr values =
      bits_from_words(length, [&](std::int64_t word) { return combine_words(left[word], right[word]).yes; });
  if (a.has_no_nulls() && b.has_no_nulls())
    return fixed_width(TypeId::kBool, length, nullptr, std::move(values));
  BufferPtr validity = bits_from_words(length, [&](std::int64_t word) {
    const Truth truth = combine_words(left[word], right[word]);
    return truth.yes | truth.no;
  });
  return fixed_width(TypeId::kBool, length, std::move(validity), std::move(values));
}

template <const auto& kCombine>
Datum run_logic(Arguments arguments, std::int64_t length, const DataType&) {
  return run_rows(arguments, length, [](Arguments row, std::int64_t rows) {
    Column out = as_column(row[0], rows);
    for (std::size_t i = 1; i < row.size(); ++i) out = combine(out, as_column(row[i], rows), kCombine);
    return out;
  });
}

Datum run_not(Arguments arguments, std::int64_t length, const DataType&) {
  return run_rows(arguments, length, [](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    return fixed_width(TypeId::kBool, rows, column.validity(), bits_from_words(rows, [&](std::int64_t word) {
                         return ~load_word(column.values()->data(), word, rows);
                       }));
  });
}

ResolvedFunction resolve_bools(std::span<const DataType> types, std::string_view name, Kernel kernel) {
  for (const DataType& type : types) {
    if (type.id() != TypeId::kBool && type.id() != TypeId::kNull) throw_no_kernel(name, "bools", types);
  }
  return {TypeId::kBool, std::vector<DataType>(types.size(), TypeId::kBool), kernel};
}

}  // namespace

void register_logic(FunctionRegistry& registry) {
  constexpr std::size_t kAny = SIZE_MAX;
  registry.add({"and", 2, kAny, [](std::span<const DataType> types) {
                  return resolve_bools(types, "and", run_logic<kAnd>);
                }});
  registry.add({"or", 2, kAny,
                [](std::span<const DataType> types) { return resolve_bools(types, "or", run_logic<kOr>); }});
  registry.add({"xor", 2, kAny, [](std::span<const DataType> types) {
                  return resolve_bools(types, "xor", run_logic<kXor>);
                }});
  registry.add(
      {"not", 1, 1, [](std::span<const DataType> types) { return resolve_bools(types, "not", run_not); }});
}

}  // namespace treadle::columnar::functions
