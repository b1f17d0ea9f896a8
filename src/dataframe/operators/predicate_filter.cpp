#include "dataframe/operators/predicate_filter.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "columnar/bitmap.h"
#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/substitute.h"

namespace treadle::dataframe {
namespace {

// What a text is taken to have: more than any number.
constexpr int kTextBytes = 24;

/// The rows for which all of some conditions are true.
class PredicateFilter final : public io::RowFilter {
 public:
  PredicateFilter(std::span<const ExpressionPtr> conditions, const Schema& columns)
      : names_(columns.names()), conditions_(conditions, columns) {
    for (const Field& field : columns.fields())
      cost_ += field.type.byte_width() > 0 ? field.type.byte_width() : kTextBytes;
  }

  const std::vector<std::string>& columns() const override { return names_; }
  bool is_optional() const override { return false; }
  int cost() const noexcept { return cost_; }

  void select(const columnar::Batch& rows, std::vector<std::uint32_t>& wanted) const override {
    wanted.clear();
    BufferPtr bits;
    for (const columnar::Datum& datum : conditions_.evaluate(rows)) {
      if (const auto* constant = std::get_if<Scalar>(&datum)) {
        if (*constant != Scalar(true)) return;
        continue;
      }
      const auto& mask = std::get<columnar::Column>(datum);
      const BufferPtr truth = columnar::and_bits(mask.values(), mask.validity(), rows.num_rows());
      bits = columnar::and_bits(bits, truth, rows.num_rows());
    }
    list_ones(bits, rows.num_rows(), wanted);
  }

 private:
  std::vector<std::string> names_;
  BoundExpressions conditions_;
  int cost_ = 0;
};

Schema columns_named(const std::set<std::string>& names, const Schema& input) {
  std::vector<Field> fields;
  for (const Field& field : input.fields()) {
    if (names.contains(field.name)) fields.push_back(field);
  }
  return Schema(std::move(fields));
}

}  // namespace

void list_ones(const BufferPtr& bits, std::int64_t num_rows, std::vector<std::uint32_t>& wanted) {
  wanted.clear();
  if (bits == nullptr) {
    wanted.resize(static_cast<std::size_t>(num_rows));
    std::iota(wanted.begin(), wanted.end(), 0U);
    return;
  }
  wanted.reserve(static_cast<std::size_t>(columnar::count_ones(bits->data(), num_rows)));
  for (std::int64_t begin = 0; begin < num_rows; begin += 64) {
    for (std::uint64_t left = columnar::load_word(bits->data(), begin / 64, num_rows); left != 0;
         left &= left - 1) {
      wanted.push_back(static_cast<std::uint32_t>(begin + std::countr_zero(left)));
    }
  }
}

std::vector<std::shared_ptr<const io::RowFilter>> make_filters(const ExpressionPtr& predicate,
                                                               const Schema& input) {
  // As a whole first: what is wrong with it is said of all of it.
  (void)type_of(predicate, input);
  std::map<std::set<std::string>, std::vector<ExpressionPtr>> by_columns;
  for (const ExpressionPtr& part : split_conjunction(predicate)) {
    std::set<std::string> names;
    add_references(*part, names);
    by_columns[std::move(names)].push_back(part);
  }
  std::vector<std::shared_ptr<const PredicateFilter>> filters;
  for (const auto& [names, parts] : by_columns)
    filters.push_back(std::make_shared<const PredicateFilter>(parts, columns_named(names, input)));
  std::ranges::stable_sort(filters, {}, [](const auto& filter) { return filter->cost(); });
  return {filters.begin(), filters.end()};
}

}  // namespace treadle::dataframe
