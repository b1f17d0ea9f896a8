// The binary form of a graph:
//
//   "TRDG" version  |  operations: reader's name, own bytes  |  tasks: operation, resources, inputs, key  |
//   outputs  |  checksum
//
// Numbers are little-endian, 32 bits unless said otherwise. Keys are computed anew by the reader and
// compared: they tell whether reader and writer mean the same by these operations. The checksum (XXH3-128 of
// all before it) tells whether the bytes are those that were written.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <map>
#include <mutex>
#include <string>

#include "base/nearest_name.h"
#include "graph/fused_operation.h"
#include "graph/operation_bytes.h"
#include "graph/task_graph_state.h"
#include "graph/value_operation.h"
#include "treadle/error.h"
#include "treadle/graph.h"

namespace treadle::graph {
namespace {

constexpr std::uint32_t kMagic = 0x47445254;  // "TRDG"
constexpr std::uint32_t kVersion = 3;

struct Registry {
  std::mutex mutex;
  std::map<std::string, OperationReader, std::less<>> readers{
      {"value", &ValueOperation::read}, {std::string(FusedOperation::kReaderName), &FusedOperation::read}};
};

Registry& registry() {
  static Registry* registry = new Registry;  // never destroyed: graphs may be read while the process exits
  return *registry;
}

OperationReader reader_of(const std::string& name) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  const auto found = known.readers.find(name);
  if (found != known.readers.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [other, reader] : known.readers) names.push_back(other);
  throw NotFound("the operation \"" + name + "\" is not registered in this process" +
                 nearest_hint(name, names));
}

template <class T>
void put(ByteSink& sink, T value) {
  sink.write(&value, sizeof value);
}

template <class T>
T get(ByteSource& source) {
  T value{};
  source.read(&value, sizeof value);
  return value;
}

// Of a stream of bytes, however it is cut into pieces.
class Checksum {
 public:
  Checksum() { XXH3_128bits_reset(&state_); }
  void add(const void* bytes, std::size_t size) { XXH3_128bits_update(&state_, bytes, size); }
  Key finish() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return {hash.high64, hash.low64};
  }

 private:
  XXH3_state_t state_;
};

class CheckedSink final : public ByteSink {
 public:
  explicit CheckedSink(ByteSink& sink) : sink_(sink) {}
  void write(const void* bytes, std::size_t size) override {
    checksum_.add(bytes, size);
    sink_.write(bytes, size);
  }
  Key checksum() const { return checksum_.finish(); }

 private:
  ByteSink& sink_;
  Checksum checksum_;
};

class CheckedSource final : public ByteSource {
 public:
  explicit CheckedSource(ByteSource& source) : source_(source) {}
  void read(void* bytes, std::size_t size) override {
    source_.read(bytes, size);
    checksum_.add(bytes, size);
  }
  Key checksum() const { return checksum_.finish(); }

 private:
  ByteSource& source_;
  Checksum checksum_;
};

void put_outputs(ByteSink& sink, std::span<const TaskOutput> outputs) {
  put(sink, static_cast<std::uint32_t>(outputs.size()));
  for (const TaskOutput& output : outputs) put(sink, output);
}

// One by one: a corrupt count ends at the source's end instead of allocating what it claims.
std::vector<TaskOutput> get_outputs(ByteSource& source) {
  std::vector<TaskOutput> outputs;
  for (std::uint32_t count = get<std::uint32_t>(source); count != 0; --count) {
    outputs.push_back(get<TaskOutput>(source));
  }
  return outputs;
}

// What the writer had as the task's key: that of its last step if it was fused.
Key key_of(const TaskGraph::State& graph, std::uint32_t operation, std::span<const TaskOutput> inputs) {
  const auto* fused = dynamic_cast<const FusedOperation*>(graph.operations[operation].operation.get());
  if (fused == nullptr) return graph.task_key(graph.operations[operation].key, inputs);
  if (fused->num_inputs() > inputs.size()) {
    throw IoError("the bytes of a graph are corrupt: a fused operation lacks inputs");
  }
  std::vector<TaskGraph::State::KeyedInput> keyed;
  for (const TaskOutput& input : inputs) keyed.push_back({graph.keys[input.task], input.slot});
  return fused->task_key(keyed);
}

void get_task(ByteSource& source, TaskGraph::State& graph) {
  const auto record = get<TaskGraph::State::Record>(source);
  const std::vector<TaskOutput> inputs = get_outputs(source);
  const Key key = get<Key>(source);
  if (record.operation >= graph.operations.size())
    throw IoError("the bytes of a graph are corrupt: no such operation");
  try {
    graph.check(inputs);
  } catch (const InvalidArgument& error) {
    throw IoError(std::string("the bytes of a graph are corrupt: ") + error.what());
  }
  if (key_of(graph, record.operation, inputs) != key) {
    throw IoError("a graph's task of " + std::string(graph.operations[record.operation].operation->name()) +
                  " has another key here than where it was written: the versions of the library differ");
  }
  graph.add(record.operation, key, inputs, record.resources());
}

}  // namespace

void register_operation(std::string_view name, OperationReader reader) {
  Registry& known = registry();
  const std::lock_guard lock(known.mutex);
  known.readers.insert_or_assign(std::string(name), reader);
}

void write_operation(const Operation& operation, ByteSink& sink) {
  if (!operation.portable()) operation.Operation::write(sink);  // says why not
  Codec<std::string>::write(std::string(operation.reader_name()), sink);
  operation.write(sink);
}

std::shared_ptr<const Operation> read_operation(ByteSource& source) {
  const std::string name = Codec<std::string>::read(source);
  return reader_of(name)(source);
}

void write(const TaskGraph& graph, ByteSink& bytes) {
  const TaskGraph::State& arrays = graph.state();
  CheckedSink sink(bytes);
  put(sink, kMagic);
  put(sink, kVersion);
  put(sink, static_cast<std::uint32_t>(arrays.operations.size()));
  for (const auto& held : arrays.operations) {
    write_operation(*held.operation, sink);
  }
  put(sink, static_cast<std::uint32_t>(arrays.records.size()));
  for (TaskId id = 0; id < arrays.records.size(); ++id) {
    put(sink, arrays.records[id]);
    put_outputs(sink, arrays.inputs(id));
    put(sink, arrays.keys[id]);
  }
  put_outputs(sink, arrays.outputs);
  put(bytes, sink.checksum());
}

TaskGraph read(ByteSource& bytes) {
  CheckedSource source(bytes);
  if (get<std::uint32_t>(source) != kMagic) throw IoError("these bytes are no task graph");
  const auto version = get<std::uint32_t>(source);
  if (version != kVersion) {
    throw IoError("expected a task graph of version " + std::to_string(kVersion) + ", found version " +
                  std::to_string(version));
  }
  auto graph = std::make_unique<TaskGraph::State>();
  for (std::uint32_t count = get<std::uint32_t>(source); count != 0; --count) {
    graph->hold_as_it_is(read_operation(source));
  }
  for (std::uint32_t count = get<std::uint32_t>(source); count != 0; --count) get_task(source, *graph);
  const std::vector<TaskOutput> outputs = get_outputs(source);
  if (get<Key>(bytes) != source.checksum()) {
    throw IoError("the bytes of a graph are corrupt: their checksum differs from what was written");
  }
  TaskGraph whole(std::move(graph));
  for (const TaskOutput& output : outputs) whole.add_output(output);
  return whole;
}

}  // namespace treadle::graph
