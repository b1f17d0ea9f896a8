#include "array/operations/chunk_operation.h"

#include <utility>

#include "array/operations/chunk_call.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

constexpr std::string_view kPrefix = "array.";

class ChunkOperation final : public Operation {
 public:
  ChunkOperation(std::string_view name, const Key& identity, std::uint32_t num_slots, ChunkMemory memory,
                 ChunksFunction run, WrittenCall written = {})
      : name_(std::string(kPrefix) + std::string(name)),
        identity_(identity),
        num_slots_(num_slots),
        memory_(memory),
        run_(std::move(run)),
        written_(std::move(written)) {}

  std::string_view name() const override { return name_; }
  void add_to(KeyBuilder& key) const override { key.add(identity_); }
  std::uint32_t num_slots() const override { return num_slots_; }
  bool portable() const override { return !written_.call.empty(); }
  std::string_view reader_name() const override { return portable() ? written_.call : name_; }
  void write(ByteSink& sink) const override {
    if (!portable()) return Operation::write(sink);
    Codec<std::string>::write(name_.substr(kPrefix.size()), sink);
    sink.write(&num_slots_, sizeof num_slots_);
    sink.write(&memory_, sizeof memory_);
    sink.write(&identity_, sizeof identity_);
    sink.write(written_.fields.data(), written_.fields.size());
  }
  MemoryNeed memory_need(std::span<const SizeEstimate>) const override {
    const std::size_t bytes = memory_.output + memory_.scratch;
    return {bytes, bytes, memory_.output};
  }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    context.check_stopped();
    std::vector<NdArray> chunks;
    chunks.reserve(inputs.size());
    for (const Value& input : inputs) chunks.push_back(input.get<NdArray>());
    std::vector<Value> values;
    for (NdArray& chunk : run_(chunks, context)) values.push_back(Value::of(std::move(chunk)));
    if (values.size() != num_slots_)
      throw InternalError(name_ + " made another number of chunks than it said");
    return values;
  }

 private:
  std::string name_;
  Key identity_;
  std::uint32_t num_slots_;
  ChunkMemory memory_;
  ChunksFunction run_;
  WrittenCall written_;  // none: the operation is this process's only
};

}  // namespace

std::shared_ptr<const Operation> chunk_operation(std::string_view name, const Key& identity,
                                                 ChunkMemory memory, ChunkFunction run) {
  return chunks_operation(name, identity, 1, memory,
                          [run = std::move(run)](std::span<const NdArray> inputs, TaskContext& context) {
                            return std::vector<NdArray>{run(inputs, context)};
                          });
}

std::shared_ptr<const Operation> unique_chunk_operation(std::string_view name, ChunkMemory memory,
                                                        ChunkFunction run) {
  return chunk_operation(name, unique_key(), memory, std::move(run));
}

std::shared_ptr<const Operation> chunks_operation(std::string_view name, const Key& identity,
                                                  std::uint32_t num_slots, ChunkMemory memory,
                                                  ChunksFunction run) {
  return std::make_shared<const ChunkOperation>(name, identity, num_slots, memory, std::move(run));
}

std::shared_ptr<const Operation> call_operation(CallShape shape, WrittenCall written, ChunksFunction run) {
  const std::string name = shape.shown.empty() ? written.call : shape.shown;
  Key identity;
  if (shape.identity) {
    identity = *shape.identity;
  } else {
    KeyBuilder key("array.call");
    key.add(written.call).add_bytes(std::as_bytes(std::span(written.fields)));
    identity = key.finish();
  }
  written.call.insert(0, kPrefix);
  return std::make_shared<const ChunkOperation>(name, identity, shape.num_slots, shape.memory, std::move(run),
                                                std::move(written));
}

CallShape read_call_shape(ByteSource& source) {
  CallShape shape;
  shape.shown = Codec<std::string>::read(source);
  source.read(&shape.num_slots, sizeof shape.num_slots);
  source.read(&shape.memory, sizeof shape.memory);
  source.read(&shape.identity.emplace(), sizeof(Key));
  return shape;
}

}  // namespace treadle::array
