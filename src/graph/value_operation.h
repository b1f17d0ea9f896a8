#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "treadle/operation.h"
#include "treadle/value.h"

namespace treadle::graph {

/// The identity of a value by its bytes; of one that is pinned or larger than 1 MiB, a number of its own that
/// no other call answers with.
Key content_key(const Value& value);

/// A value's kind and bytes; throws TypeError if it is pinned. And back.
void write_value(const Value& value, ByteSink& sink);
Value read_value(ByteSource& source);

/// A task whose result is there already, or is kept somewhere (memory/kept_values.h). Written with its
/// identity: that of a large value cannot be told from its bytes.
class ValueOperation final : public Operation {
 public:
  explicit ValueOperation(Value value);
  /// A value whose identity is known: one that comes from where it was written.
  ValueOperation(Value value, const Key& content) : value_(std::move(value)), content_(content) {}

  std::string_view name() const override { return "value"; }
  void add_to(KeyBuilder& key) const override { key.add(content_); }
  Outcome run(std::span<const Value>, TaskContext&) const override { return std::vector<Value>{value_}; }
  bool portable() const override;
  void write(ByteSink& sink) const override;
  static std::shared_ptr<const Operation> read(ByteSource& source);
  const Value& value() const noexcept { return value_; }

 private:
  Value value_;
  Key content_;
};

}  // namespace treadle::graph
