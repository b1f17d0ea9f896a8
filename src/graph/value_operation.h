#pragma once

#include <string_view>

#include "treadle/operation.h"
#include "treadle/value.h"

namespace treadle::graph {

/// A task whose result is there already.
class ValueOperation final : public Operation {
 public:
  explicit ValueOperation(Value value);

  std::string_view name() const override { return "value"; }
  void add_to(KeyBuilder& key) const override { key.add(content_); }
  Outcome run(std::span<const Value>, TaskContext&) const override { return std::vector<Value>{value_}; }
  const Value& value() const noexcept { return value_; }

 private:
  Value value_;
  Key content_;
};

}  // namespace treadle::graph
