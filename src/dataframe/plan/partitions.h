#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataframe/operators/cut_rows.h"
#include "dataframe/plan/node.h"
#include "treadle/partition_function.h"

// Nodes that look at the partitions of a plan, and questions about them.
namespace treadle::dataframe {

/// How a function meets the rows of a plan.
struct MapSpec {
  std::shared_ptr<const PartitionFunction> function;
  /// The function sees all rows as one partition.
  bool whole = false;
  /// If set, the function sees these columns only and answers with a row for each of its rows: the node
  /// delivers its input's columns and, behind them, the function's.
  std::optional<std::vector<std::string>> beside = std::nullopt;
  /// What the function is told of each partition: its number among those that were chosen from. Empty: its
  /// own.
  std::vector<std::size_t> numbers = {};
};

/// Each partition of the input through a function that the plan cannot look into.
class MapPartitions final : public PlanNode {
 public:
  /// Throws NotFound for a column that is not there.
  MapPartitions(const PlanPtr& input, MapSpec spec);
  const MapSpec& spec() const noexcept { return spec_; }

  /// The same over chosen partitions of its input, which the function knows by `numbers`.
  lazy::NodePtr with_numbers(std::vector<std::size_t> numbers, const PlanPtr& input) const;
  /// The same work, called in another way: equal to this one, wherever both are made anew.
  lazy::NodePtr with_function(std::shared_ptr<const PartitionFunction> function) const;

  std::string_view kind() const override { return "MapPartitions"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  MapPartitions(const PlanPtr& input, MapSpec spec, Key identity);

  MapSpec spec_;
  Key identity_;  // a function is equal to nothing but itself
};

/// The same rows in another number of partitions: neighbours are brought together, or each is cut into pieces
/// of equal numbers of rows.
class Repartition final : public PlanNode {
 public:
  /// Throws InvalidArgument for no partitions.
  Repartition(const PlanPtr& input, std::size_t num_partitions);
  std::size_t num_partitions() const noexcept { return num_partitions_; }

  std::string_view kind() const override { return "Repartition"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::size_t num_partitions_;
};

/// The same rows, all partitions together, cut into new ones.
class Cut final : public PlanNode {
 public:
  /// Throws NotFound for a column that is not there, InvalidArgument for no pieces or bounds out of order.
  Cut(const PlanPtr& input, CutSpec spec);
  const CutSpec& spec() const noexcept { return spec_; }

  std::string_view kind() const override { return "Cut"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override { spec_.add_to(key); }

 private:
  CutSpec spec_;
};

/// Some of the input's partitions, by number. Where choose_partitions() can, it chooses from the source
/// instead.
class ChoosePartitions final : public PlanNode {
 public:
  ChoosePartitions(const PlanPtr& input, std::vector<std::size_t> chosen);
  const std::vector<std::size_t>& chosen() const noexcept { return chosen_; }

  std::string_view kind() const override { return "ChoosePartitions"; }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::vector<std::size_t> chosen_;
};

/// How many of `count` things each of `groups` gets, in order: as equal as can be, the first ones larger.
std::vector<std::size_t> share_out(std::size_t count, std::size_t groups);

/// How many partitions the rows of a plan come in. Behind a node that needs all rows there is one.
std::size_t num_partitions(const lazy::NodePtr& plan);

/// The plan of some of its partitions, in the order given. Throws InvalidArgument for one that is not there.
PlanPtr choose_partitions(const PlanPtr& plan, const std::vector<std::size_t>& chosen);

}  // namespace treadle::dataframe
