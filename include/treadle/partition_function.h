#pragma once

#include <cstddef>
#include <string>

#include "treadle/schema.h"
#include "treadle/table.h"

namespace treadle {

/// What a plan cannot look into: rows of one partition to rows, by somebody else's code. The plan knows only
/// its name and the columns that it promises. Called from several threads at once; what it answers with
/// should depend on its arguments alone.
class PartitionFunction {
 public:
  PartitionFunction() = default;
  PartitionFunction(const PartitionFunction&) = delete;
  PartitionFunction& operator=(const PartitionFunction&) = delete;
  virtual ~PartitionFunction();

  /// As plans print it: "python: normalize".
  virtual std::string name() const = 0;
  /// The columns of what run() answers with.
  virtual Schema schema() const = 0;
  /// `partition` counts from 0. Columns of another name or type than schema() says are a TypeError of the
  /// run.
  virtual Table run(const Table& rows, std::size_t partition) const = 0;
};

}  // namespace treadle
