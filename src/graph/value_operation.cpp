#include "graph/value_operation.h"

#include <utility>

#include "memory/kept_values.h"

namespace treadle::graph {
namespace {

constexpr std::size_t kHashedByContent = std::size_t{1} << 20;

class HashingSink final : public ByteSink {
 public:
  explicit HashingSink(std::string_view kind) : key_("value") { key_.add(kind); }
  void write(const void* bytes, std::size_t size) override {
    key_.add_bytes({static_cast<const std::byte*>(bytes), size});
  }
  Key finish() const { return key_.finish(); }

 private:
  KeyBuilder key_;
};

}  // namespace

Key content_key(const Value& value) {
  if (!value.movable() || value.nbytes() > kHashedByContent) return unique_key();
  HashingSink sink(value.kind());
  value.write(sink);
  return sink.finish();
}

void write_value(const Value& value, ByteSink& sink) {
  Codec<std::string>::write(std::string(value.kind()), sink);
  value.write(sink);
}

Value read_value(ByteSource& source) {
  const std::string kind = Codec<std::string>::read(source);
  return Value::read(kind, source);
}

ValueOperation::ValueOperation(Value value) : value_(std::move(value)), content_(content_key(value_)) {}

bool ValueOperation::portable() const {
  const KeptValue* kept = kept_in(value_);
  return kept == nullptr ? value_.movable() : kept->movable();
}

void ValueOperation::write(ByteSink& sink) const {
  if (!portable()) return Operation::write(sink);
  sink.write(&content_, sizeof content_);
  write_value(resolved(value_), sink);
}

std::shared_ptr<const Operation> ValueOperation::read(ByteSource& source) {
  Key content;
  source.read(&content, sizeof content);
  return std::make_shared<const ValueOperation>(read_value(source), content);
}

}  // namespace treadle::graph
