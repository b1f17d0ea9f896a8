#pragma once

#include <memory>
#include <string_view>

#include "treadle/operation.h"
#include "treadle/value.h"

namespace treadle::graph {

/// The identity of a value by its bytes; of one that is pinned or larger than 1 MiB, a number counted per
/// process.
Key content_key(const Value& value);

/// A task whose result is there already.
class ValueOperation final : public Operation {
 public:
  explicit ValueOperation(Value value);

  std::string_view name() const override { return "value"; }
  void add_to(KeyBuilder& key) const override { key.add(content_); }
  Outcome run(std::span<const Value>, TaskContext&) const override { return std::vector<Value>{value_}; }
  bool portable() const override { return value_.movable(); }
  void write(ByteSink& sink) const override;
  static std::shared_ptr<const Operation> read(ByteSource& source);
  const Value& value() const noexcept { return value_; }

 private:
  Value value_;
  Key content_;
};

}  // namespace treadle::graph
