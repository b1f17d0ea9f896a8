#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/expressions/node.h"
#include "dataframe/operators/sort.h"
#include "io/source.h"
#include "io/table_writer.h"
#include "lazy/node.h"
#include "treadle/data_frame.h"

// The dataframe's plan: what is to be computed, never how.
//
//   Scan       rows of a source              Filter   rows for which a predicate is true
//   Project    columns made from columns     Aggregate   a row for each group
//   Sort       rows in order, or the first   Head     the first rows
//   Write      rows into a data set
//   Join       rows of two inputs that belong together      Union   the rows of several inputs (combine.h)
//
// Nodes check names and types when they are made. The types of columns that a source inferred from a sample
// are assumptions: fragments bind expressions again to the types that the data turns out to have.
namespace treadle::dataframe {

class PlanNode;
using PlanPtr = std::shared_ptr<const PlanNode>;

/// A step of a dataframe's plan: a lazy node that knows what columns it delivers.
class PlanNode : public lazy::Node {
 public:
  PlanNode(std::vector<PlanPtr> inputs, columnar::SchemaPtr schema);
  const columnar::SchemaPtr& schema() const noexcept { return schema_; }
  /// The input of a node that has one.
  PlanPtr input() const;

 private:
  columnar::SchemaPtr schema_;
};

inline PlanPtr as_plan(const lazy::NodePtr& node) { return std::static_pointer_cast<const PlanNode>(node); }

/// The node as one of its kinds, or null.
template <class Kind>
const Kind* node_as(const lazy::NodePtr& node) {
  return dynamic_cast<const Kind*>(node.get());
}

class Scan final : public PlanNode {
 public:
  /// All columns.
  explicit Scan(std::shared_ptr<const io::Source> source);
  /// `columns`: in the source's order. `prune`: all must hold for a row to matter to anyone.
  Scan(std::shared_ptr<const io::Source> source, std::vector<std::string> columns,
       std::vector<io::PrunePredicate> prune);
  const std::shared_ptr<const io::Source>& source() const noexcept { return source_; }
  const io::ScanRequest& request() const noexcept { return request_; }

  std::string_view kind() const override { return "Scan"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::shared_ptr<const io::Source> source_;
  io::ScanRequest request_;
};

class Filter final : public PlanNode {
 public:
  /// Throws TypeError unless `predicate` is bool.
  Filter(PlanPtr input, ExpressionPtr predicate);
  const ExpressionPtr& predicate() const noexcept { return predicate_; }

  std::string_view kind() const override { return "Filter"; }
  std::string parameters() const override { return to_string(*predicate_); }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override { key.add(predicate_->key()); }

 private:
  ExpressionPtr predicate_;
};

class Project final : public PlanNode {
 public:
  /// Throws InvalidArgument for a name that occurs twice.
  Project(PlanPtr input, std::vector<ExpressionPtr> expressions);
  const std::vector<ExpressionPtr>& expressions() const noexcept { return expressions_; }
  /// Whether every expression is a column under its own name.
  bool only_selects() const;

  std::string_view kind() const override { return "Project"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::vector<ExpressionPtr> expressions_;
};

/// An aggregate over a column of the input.
struct AggregateColumn {
  AggregateKind kind = AggregateKind::kSize;
  /// Empty for kSize.
  std::string column;
  int ddof = 1;
  std::string name;
  double quantile = 0.5;
};

class Aggregate final : public PlanNode {
 public:
  Aggregate(PlanPtr input, std::vector<std::string> keys, std::vector<AggregateColumn> aggregates);
  const std::vector<std::string>& keys() const noexcept { return keys_; }
  const std::vector<AggregateColumn>& aggregates() const noexcept { return aggregates_; }
  /// The columns that the operator takes: keys, then each other column that is aggregated, once.
  std::vector<std::string> operator_columns() const;
  /// The operator's plan over operator_columns().
  AggregatePlan operator_plan(std::uint32_t num_partitions) const;

  std::string_view kind() const override { return "Aggregate"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::vector<std::string> keys_;
  std::vector<AggregateColumn> aggregates_;
};

class Sort final : public PlanNode {
 public:
  /// `limit`: only the first rows in the order are wanted. `of_groups`: of each group; others may come, too.
  Sort(PlanPtr input, std::vector<SortColumn> columns, std::optional<std::int64_t> limit = std::nullopt,
       std::optional<GroupLimit> of_groups = std::nullopt);
  const std::vector<SortColumn>& columns() const noexcept { return columns_; }
  const std::optional<std::int64_t>& limit() const noexcept { return limit_; }
  const std::optional<GroupLimit>& of_groups() const noexcept { return of_groups_; }

  std::string_view kind() const override { return limit_ ? "TopK" : "Sort"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::vector<SortColumn> columns_;
  std::optional<std::int64_t> limit_;
  std::optional<GroupLimit> of_groups_;
};

class Head final : public PlanNode {
 public:
  /// All rows there are.
  static constexpr std::int64_t kAll = INT64_MAX;
  /// `num_rows` rows, `offset` rows being passed over. Throws InvalidArgument for a negative number.
  Head(PlanPtr input, std::int64_t num_rows, std::int64_t offset = 0);
  std::int64_t num_rows() const noexcept { return num_rows_; }
  std::int64_t offset() const noexcept { return offset_; }
  /// How many rows of the input it looks at: kAll if it has no end.
  std::int64_t end() const noexcept { return num_rows_ > kAll - offset_ ? kAll : offset_ + num_rows_; }

  std::string_view kind() const override { return "Head"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override { key.add(num_rows_).add(offset_); }

 private:
  std::int64_t num_rows_;
  std::int64_t offset_;
};

/// A root: its rows become a Parquet data set.
class Write final : public PlanNode {
 public:
  /// Throws NotFound for a partition column that is not there, InvalidArgument if no other column is left.
  Write(PlanPtr input, std::string directory, ParquetWriteOptions options, io::FileDetails details = {});
  const std::string& directory() const noexcept { return directory_; }
  const ParquetWriteOptions& options() const noexcept { return options_; }
  const io::FileDetails& details() const noexcept { return details_; }

  std::string_view kind() const override { return "Write"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::string directory_;
  ParquetWriteOptions options_;
  io::FileDetails details_;
};

}  // namespace treadle::dataframe
