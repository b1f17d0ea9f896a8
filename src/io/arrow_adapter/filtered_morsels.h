#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "columnar/batch.h"
#include "io/arrow_adapter/strip_columns.h"
#include "io/source.h"

namespace treadle::io {

/// Asks the filters of a request for the rows of each morsel, one behind the other, each of the rows that
/// those before it left; a column is read for the rows that are left when it is looked at first.
class FilteredMorsels {
 public:
  /// `columns` has those of `schema`, which are delivered, and of the filters. All outlive it.
  FilteredMorsels(StripColumns& columns, const columnar::SchemaPtr& schema,
                  const std::vector<std::shared_ptr<const RowFilter>>& filters);

  /// The rows wanted of the morsel that `columns` is at; may have none.
  columnar::Batch next(std::int64_t num_rows);

 private:
  struct Filter {
    const RowFilter* filter = nullptr;
    std::vector<std::size_t> columns;
    columnar::SchemaPtr schema;
    std::int64_t asked = 0;  // rows
    std::int64_t kept = 0;
  };
  std::vector<std::size_t> places(const std::vector<std::string>& names) const;
  bool pays(const Filter& filter) const;
  void apply(std::size_t filter);
  /// Leaves `chosen` of the rows that a filter found left.
  void narrow(std::size_t filter, std::vector<std::uint32_t> chosen);
  const columnar::Column& column(std::size_t place);
  std::int64_t count() const { return static_cast<std::int64_t>(rows_.count()); }

  StripColumns& columns_;
  columnar::SchemaPtr schema_;
  std::vector<std::size_t> delivered_;
  std::vector<Filter> filters_;
  std::vector<std::size_t> needed_until_;  // by column: the last filter that looks at it

  // Of the morsel:
  std::vector<std::uint32_t> wanted_;
  RowSelection rows_;
  std::vector<std::optional<columnar::Column>> read_;  // of the rows that are left, as long as it is needed
};

/// The columns that a request needs, each once: those to deliver, then others that its filters look at.
std::vector<Field> needed_fields(const ScanRequest& request, const Schema& source);

}  // namespace treadle::io
