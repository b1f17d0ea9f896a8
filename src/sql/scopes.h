#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sql/names.h"
#include "sql/scope.h"

namespace treadle::sql {

class Subqueries;

/// The columns of a table; aggregates are refused, saying where: "WHERE".
class RowScope final : public Scope {
 public:
  /// `subqueries`: takes those that stand in expressions; without it, they are refused.
  RowScope(const QueryText& text, Dialect dialect, const Names& names, std::string clause,
           Subqueries* subqueries = nullptr)
      : Scope(text, dialect), names_(names), clause_(std::move(clause)), subqueries_(subqueries) {}

  std::optional<Expression> known(const ParseNode& node) override;
  Expression column(const ParseNode& reference) override;
  Expression aggregate(const Expression& aggregate, const ParseNode& call) override;
  Scope& argument_scope(const ParseNode& call) override;
  std::optional<DataType> type_of(const Expression& expression) override;

 private:
  const Names& names_;
  std::string clause_;
  Subqueries* subqueries_;
};

/// Groups: keys and aggregates. Collects the aggregates that it meets, each under a name of its own.
class GroupScope final : public Scope {
 public:
  GroupScope(const QueryText& text, Dialect dialect, const Names& rows, Subqueries* subqueries = nullptr);

  /// A node that equals `key` then stands for the column `name`.
  void add_key(const ParseNode& key, std::string name);
  /// The column `name` is a key.
  void add_key_column(const std::string& name);
  /// `column` says whether a grouping set leaves `key` out.
  void add_grouping(const ParseNode& key, std::string column);
  /// Keeps `name` from being taken for an aggregate.
  void reserve(std::string name);
  /// What was met so far, aliased.
  const std::vector<Expression>& aggregates() const noexcept { return aggregates_; }

  std::optional<Expression> known(const ParseNode& node) override;
  Expression column(const ParseNode& reference) override;
  Expression aggregate(const Expression& aggregate, const ParseNode& call) override;
  Scope& argument_scope(const ParseNode&) override { return rows_; }
  std::optional<DataType> type_of(const Expression&) override { return std::nullopt; }

 private:
  Expression grouping(const ParseNode& call) const;

  const Names& names_;
  RowScope rows_;
  Subqueries* subqueries_;
  std::map<std::string, std::string> keys_;       // canonical text -> column
  std::map<std::string, std::string> groupings_;  // canonical text -> column
  std::map<std::string, std::string> collected_;  // printed aggregate -> column
  std::map<std::string, int> taken_;
  std::vector<Expression> aggregates_;
};

/// An expression by itself: any column, aggregates in place. For expressions whose frame is not known yet.
class FreeScope final : public Scope {
 public:
  FreeScope(const QueryText& text, Dialect dialect) : Scope(text, dialect) {}

  std::optional<Expression> known(const ParseNode&) override { return std::nullopt; }
  Expression column(const ParseNode& reference) override;
  Expression aggregate(const Expression& aggregate, const ParseNode&) override { return aggregate; }
  Scope& argument_scope(const ParseNode&) override { return *this; }
  std::optional<DataType> type_of(const Expression&) override { return std::nullopt; }
};

}  // namespace treadle::sql
