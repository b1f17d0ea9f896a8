#include "sql/values.h"

#include <string>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "columnar/function.h"
#include "columnar/functions/types.h"
#include "columnar/scalar_column.h"
#include "columnar/selection.h"
#include "dataframe/expressions/bind.h"
#include "sql/row_limit.h"
#include "sql/scopes.h"
#include "sql/set_operation.h"
#include "sql/translate.h"
#include "treadle/error.h"

namespace treadle::sql {
namespace {

// The constants of VALUES, row by row.
class ValueRows {
 public:
  ValueRows(const ParseNode& query, const QueryText& text) : text_(text) {
    for (const Json& row : query.at("valuesLists")) read(ParseNode(row).at("items"));
  }

  DataFrame frame() const {
    std::vector<Field> fields;
    std::vector<columnar::Column> columns;
    for (std::size_t i = 0; i < width(); ++i) {
      fields.push_back({"column" + std::to_string(i + 1), type_of(i)});
      columns.push_back(column(i, fields.back().type));
    }
    const auto schema = std::make_shared<const Schema>(fields);
    const auto rows = static_cast<std::int64_t>(rows_.size());
    return DataFrame(Table(Schema(fields), {columnar::Batch(schema, std::move(columns), rows)}));
  }

 private:
  struct Cell {
    Scalar value;
    std::size_t location = 0;
  };

  std::size_t width() const { return rows_.front().size(); }

  void read(const Json& items) {
    std::vector<Cell> row;
    for (const Json& item : items) row.push_back({constant(item), ParseNode(item).location()});
    if (!rows_.empty() && row.size() != width()) {
      text_.fail(row.front().location, std::to_string(width()) +
                                           " values are expected, as in the first row of VALUES, found " +
                                           std::to_string(row.size()));
    }
    rows_.push_back(std::move(row));
  }

  Scalar constant(const Json& item) const {
    const Names none;
    RowScope scope(text_, Dialect::kPostgres, none, "VALUES");
    const Expression value = translate(item, scope);
    if (const auto* literal = value.node()->as<dataframe::Literal>()) return literal->value;
    const dataframe::ExpressionPtr& node = value.node();
    const dataframe::BoundExpressions bound({&node, 1}, Schema());
    if (auto folded = bound.constant(0)) return std::move(*folded);
    text_.fail_unsupported(ParseNode(item).location(), "what is no constant in VALUES");
  }

  DataType type_of(std::size_t column) const {
    DataType type(TypeId::kNull);
    for (const std::vector<Cell>& row : rows_) {
      const DataType& own = row[column].value.type();
      const auto common = columnar::functions::common_type(type, own);
      if (!common) {
        throw TypeError(text_.place(row[column].location) + "a value of type " + type.to_string() +
                        " is expected, as above it, found " + own.to_string() +
                        text_.excerpt(row[column].location));
      }
      type = *common;
    }
    return type;
  }

  columnar::Column column(std::size_t index, const DataType& type) const {
    std::vector<columnar::Column> values;
    for (const std::vector<Cell>& row : rows_) {
      const Scalar& value = row[index].value;
      values.push_back(columnar::repeat(value.type() == type ? value : columnar::cast(value, type, true), 1));
    }
    return columnar::concatenate(values);
  }

  const QueryText& text_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace

DataFrame one_row(NameSource& names) {
  const Schema schema({Field{names.next("row"), TypeId::kBool}});
  std::vector<columnar::Column> columns = {columnar::repeat(Scalar(true), 1)};
  return DataFrame(
      Table(schema, {columnar::Batch(std::make_shared<const Schema>(schema), std::move(columns), 1)}));
}

DataFrame plan_values(const ParseNode& query, const Environment& environment) {
  const DataFrame rows = ValueRows(query, environment.text).frame();
  return limited(query, sorted_result(query, rows, environment.text), environment.text);
}

}  // namespace treadle::sql
