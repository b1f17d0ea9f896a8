#include "array/operations/chunk_operation.h"

#include <utility>

#include "treadle/error.h"

namespace treadle::array {
namespace {

class ChunkOperation final : public Operation {
 public:
  ChunkOperation(std::string_view name, const Key& identity, std::uint32_t num_slots, ChunkMemory memory,
                 ChunksFunction run)
      : name_("array." + std::string(name)),
        identity_(identity),
        num_slots_(num_slots),
        memory_(memory),
        run_(std::move(run)) {}

  std::string_view name() const override { return name_; }
  void add_to(KeyBuilder& key) const override { key.add(identity_); }
  std::uint32_t num_slots() const override { return num_slots_; }
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

}  // namespace treadle::array
