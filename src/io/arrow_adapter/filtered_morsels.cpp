#include "io/arrow_adapter/filtered_morsels.h"

#include <algorithm>
#include <utility>

#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

// A filter that may be left out is, where it turned out to let more than three of four rows pass.
constexpr std::int64_t kRowsToJudge = 16384;
constexpr std::int64_t kMostOfFour = 3;

}  // namespace

FilteredMorsels::FilteredMorsels(StripColumns& columns, const columnar::SchemaPtr& schema,
                                 const std::vector<std::shared_ptr<const RowFilter>>& filters)
    : columns_(columns),
      schema_(schema),
      delivered_(places(schema->names())),
      needed_until_(columns.fields().size(), 0) {
  for (const auto& filter : filters) {
    Filter one{filter.get(), places(filter->columns()), nullptr};
    std::vector<Field> fields;
    for (const std::size_t place : one.columns) {
      fields.push_back(columns_.fields()[place]);
      needed_until_[place] = filters_.size();
    }
    one.schema = std::make_shared<const Schema>(std::move(fields));
    filters_.push_back(std::move(one));
  }
  for (const std::size_t place : delivered_) needed_until_[place] = filters_.size();
}

std::vector<std::size_t> FilteredMorsels::places(const std::vector<std::string>& names) const {
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto place = std::ranges::find(columns_.fields(), name, &Field::name);
    if (place == columns_.fields().end()) throw InternalError("a filter of the unread column " + name);
    found.push_back(static_cast<std::size_t>(place - columns_.fields().begin()));
  }
  return found;
}

Batch FilteredMorsels::next(std::int64_t num_rows) {
  rows_ = {num_rows, nullptr};
  read_.assign(columns_.fields().size(), std::nullopt);
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (count() > 0 && pays(filters_[i])) apply(i);
  }
  std::vector<Column> delivered;
  for (const std::size_t place : delivered_) {
    if (count() > 0) delivered.push_back(column(place));
  }
  for (std::size_t place = 0; place < read_.size(); ++place) {
    if (!read_[place]) columns_.skip(place);
  }
  if (count() > 0) return {schema_, std::move(delivered), count()};
  for (const Field& field : schema_->fields()) delivered.push_back(Column::nulls(field.type, 0));
  return {schema_, std::move(delivered), 0};
}

bool FilteredMorsels::pays(const Filter& filter) const {
  return !filter.filter->is_optional() || filter.asked < kRowsToJudge ||
         filter.kept * 4 <= filter.asked * kMostOfFour;
}

void FilteredMorsels::apply(std::size_t number) {
  Filter& filter = filters_[number];
  std::vector<Column> columns;
  for (const std::size_t place : filter.columns) columns.push_back(column(place));
  std::vector<std::uint32_t> chosen;
  filter.filter->select({filter.schema, std::move(columns), count()}, chosen);
  filter.asked += count();
  filter.kept += static_cast<std::int64_t>(chosen.size());
  if (chosen.size() < rows_.count()) narrow(number, std::move(chosen));
}

void FilteredMorsels::narrow(std::size_t filter, std::vector<std::uint32_t> chosen) {
  for (std::size_t place = 0; place < read_.size(); ++place) {
    if (read_[place])
      read_[place] = needed_until_[place] > filter ? rows_of(*read_[place], chosen) : Column();
  }
  if (rows_.wanted != nullptr) {
    for (std::uint32_t& row : chosen) row = wanted_[row];
  }
  wanted_ = std::move(chosen);
  rows_.wanted = &wanted_;
}

const Column& FilteredMorsels::column(std::size_t place) {
  if (!read_[place]) read_[place] = columns_.read(place, rows_);
  return *read_[place];
}

std::vector<Field> needed_fields(const ScanRequest& request, const Schema& source) {
  std::vector<Field> fields;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(fields, name, &Field::name) == fields.end())
      fields.push_back(source.field(source.index_of(name)));
  };
  for (const std::string& name : request.columns) add(name);
  for (const auto& filter : request.filters) std::ranges::for_each(filter->columns(), add);
  return fields;
}

}  // namespace treadle::io
