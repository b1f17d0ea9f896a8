#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/expressions/bind.h"
#include "dataframe/operators/join.h"
#include "dataframe/operators/join_table.h"

namespace treadle::dataframe {

/// The keys of left rows in the types of the right ones.
class ProbeKeys {
 public:
  /// Throws TypeError for types that cannot be compared.
  ProbeKeys(const JoinSpec& spec, const Schema& left, const std::vector<DataType>& right_types);
  struct Keys {
    std::vector<columnar::Column> columns;
    /// If set: false for rows whose key equals none of the right type, such as a fraction among integers.
    std::optional<columnar::Column> comparable;
  };
  Keys of(const columnar::Batch& morsel) const;

 private:
  std::vector<std::size_t> columns_;
  std::optional<BoundExpressions> converted_;  // keys in the right types, then whether all are comparable
};

/// Looks up left rows in a table of right ones: a join bound to types. Immutable; thread-safe.
class JoinProbe {
 public:
  /// `left`: columns of the rows that will come. Of `spec.columns`, those are made that are in `wanted`; all
  /// if it is null.
  JoinProbe(const JoinSpec& spec, const Schema& left, std::shared_ptr<const JoinTable> table,
            const std::set<std::string>* wanted = nullptr);

  const columnar::SchemaPtr& schema() const noexcept { return schema_; }
  /// Hands what the rows of `morsel` come to to `emit`, in pieces of bounded size; false ends it.
  void push(const columnar::Batch& morsel, const std::function<bool(const columnar::Batch&)>& emit) const;

 private:
  class Pairs;
  /// A column of the result, or of the condition: where it comes from.
  struct Place {
    JoinSide side;
    std::size_t column;
  };
  std::vector<Place> places(const std::vector<JoinColumn>& columns, const Schema& left) const;
  std::vector<std::uint32_t> look_up(const columnar::Batch& morsel) const;
  columnar::Batch select_rows(const columnar::Batch& morsel, const std::vector<std::uint32_t>& first) const;
  columnar::Batch make(const columnar::Batch& morsel, const std::vector<Place>& places,
                       const columnar::SchemaPtr& schema, std::span<const std::int64_t> left_rows,
                       std::span<const std::int64_t> right_rows) const;

  JoinKind kind_;
  std::shared_ptr<const JoinTable> table_;
  ProbeKeys keys_;
  std::vector<Place> places_;
  columnar::SchemaPtr schema_;
  std::optional<BoundExpressions> condition_;
  std::vector<Place> condition_places_;
  columnar::SchemaPtr condition_schema_;
};

}  // namespace treadle::dataframe
