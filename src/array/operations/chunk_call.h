#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "array/operations/chunk_operation.h"
#include "treadle/codecs.h"
#include "treadle/graph.h"

namespace treadle::array {

/// How an operation made by a ChunkCall appears.
struct CallShape {
  ChunkMemory memory = {};
  std::uint32_t num_slots = 1;
  /// In reports; empty: the call's name.
  std::string shown = {};
  /// Unset: the call's name and the fields.
  std::optional<Key> identity = {};
};

/// What of a call goes to another process: its name, and its fields as bytes.
struct WrittenCall {
  std::string call;
  std::string fields;
};

/// For ChunkCall: an operation "array.NAME" that can be written.
std::shared_ptr<const Operation> call_operation(CallShape shape, WrittenCall written, ChunksFunction run);
/// For ChunkCall: the shape that is written in front of the fields.
CallShape read_call_shape(ByteSource& source);
/// Bytes that are kept as text.
class TextSink final : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override {
    text_.append(static_cast<const char*>(bytes), size);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// A function of chunks and some fields, which have Codecs, that other processes know by its name: operations
/// made of it can be saved, sent and run there.
///
///     NdArray transpose_chunk(std::span<const NdArray> chunks, TaskContext&, const Order& order);
///     constexpr ChunkCall kTranspose("transpose", transpose_chunk);
///     [[maybe_unused]] const bool kRegistered = register_chunk_call<kTranspose>();
///     ... kTranspose({}, order) ...
template <class Answer, class... Fields>
class ChunkCall {
 public:
  /// Answers with an NdArray, or with a vector of one for each slot.
  using Function = Answer (*)(std::span<const NdArray> chunks, TaskContext& context, const Fields&... fields);

  constexpr ChunkCall(std::string_view name, Function function) : name_(name), function_(function) {}

  constexpr std::string_view name() const noexcept { return name_; }

  std::shared_ptr<const Operation> operator()(CallShape shape, Fields... fields) const {
    TextSink sink;
    (Codec<Fields>::write(fields, sink), ...);
    return call_operation(
        std::move(shape), {std::string(name_), sink.take()},
        [function = function_, kept = std::tuple<Fields...>(std::move(fields)...)](
            std::span<const NdArray> chunks, TaskContext& context) {
          return std::apply(
              [&](const Fields&... each) { return as_list(function(chunks, context, each...)); }, kept);
        });
  }

  std::shared_ptr<const Operation> read(ByteSource& source) const {
    CallShape shape = read_call_shape(source);
    // In braces: read in their order.
    std::tuple<Fields...> fields{Codec<Fields>::read(source)...};
    return std::apply([&](Fields&... each) { return (*this)(std::move(shape), std::move(each)...); }, fields);
  }

 private:
  static std::vector<NdArray> as_list(NdArray one) { return {std::move(one)}; }
  static std::vector<NdArray> as_list(std::vector<NdArray> several) { return several; }

  std::string_view name_;
  Function function_;
};

template <class Answer, class... Fields>
ChunkCall(std::string_view, Answer (*)(std::span<const NdArray>, TaskContext&, const Fields&...))
    -> ChunkCall<Answer, Fields...>;

/// Makes the call known to graph::read(). For the initialisation of a constant; the answer says nothing.
template <const auto& Call>
bool register_chunk_call() {
  graph::register_operation("array." + std::string(Call.name()),
                            [](ByteSource& source) { return Call.read(source); });
  return true;
}

}  // namespace treadle::array
