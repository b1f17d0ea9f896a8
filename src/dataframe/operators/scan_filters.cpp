#include "dataframe/operators/scan_filters.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "dataframe/operators/predicate_filter.h"

namespace treadle::dataframe {
namespace {

/// What a join further on asks of a column.
class KeysFilter final : public io::RowFilter {
 public:
  explicit KeysFilter(std::shared_ptr<const PipeKeys> keys)
      : keys_(std::move(keys)), columns_{keys_->column} {}

  const std::vector<std::string>& columns() const override { return columns_; }
  bool is_optional() const override { return true; }
  void select(const columnar::Batch& rows, std::vector<std::uint32_t>& wanted) const override {
    list_ones(keys_->filter->select(rows.column(0), nullptr), rows.num_rows(), wanted);
  }

 private:
  std::shared_ptr<const PipeKeys> keys_;
  std::vector<std::string> columns_;
};

}  // namespace

std::vector<std::shared_ptr<const io::RowFilter>> take_filters(PipeSpec& pipe, const Schema& input) {
  std::vector<std::shared_ptr<const io::RowFilter>> filters;
  auto step = pipe.steps.begin();
  for (; step != pipe.steps.end(); ++step) {
    if (step->kind == PipeStep::Kind::kFilter) {
      std::ranges::move(make_filters(step->expressions[0], input), std::back_inserter(filters));
    } else if (step->keys) {
      // Keys of another type are compared by the join alone.
      const DataType& type = input.field(input.index_of(step->keys->column)).type;
      if (type == step->keys->filter->type())
        filters.push_back(std::make_shared<const KeysFilter>(step->keys));
    } else {
      break;
    }
  }
  pipe.steps.erase(pipe.steps.begin(), step);
  return filters;
}

}  // namespace treadle::dataframe
