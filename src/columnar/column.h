#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "memory/buffer.h"
#include "treadle/data_type.h"

// The columnar room: typed columns in Arrow's memory layout, batches of them, and the kernels that compute on
// them.
//
//   Column   immutable values of one type; buffers are shared, never copied to slice
//   Batch    columns of equal length under a schema: a morsel when it streams through a pipeline
//   kernel   a function from columns to a column; knows nothing of graphs or files
//
// The buffers are those of the Arrow columnar format, version 1.5, so that crossing to Arrow costs no copy.
namespace treadle::columnar {

/// How a column's values lie in memory.
enum class Layout : std::uint8_t {
  kPlain,       ///< Arrow's ordinary layout; text and binary: 32-bit offsets into one data buffer
  kView,        ///< text and binary only: 16 bytes a value, Arrow's utf8_view: short ones inside, long ones
                ///< elsewhere
  kDictionary,  ///< text and binary: 32-bit codes into a dictionary column (plain text, no nulls, no value
                ///< twice)
};

/// One value of a view column. Arrow's layout: up to 12 bytes lie inside, longer ones in a data buffer.
struct TextView {
  std::int32_t size;
  union {
    char inlined[12];
    struct {
      char prefix[4];
      std::int32_t buffer;
      std::int32_t offset;
    } far;
  };
};
static_assert(sizeof(TextView) == 16);

/// Immutable values of one type. Copying shares the buffers. Starts at bit and byte 0 of its buffers: slices
/// carry moved buffers, not an offset (validity and bool bits are copied when they do not start at a byte).
///
/// Buffers by layout:
///   plain fixed width   values = values
///   plain bool          values = bits, least significant first
///   plain text, binary  values = length + 1 32-bit offsets; data[0] = bytes
///   view                values = TextViews; data = the buffers that long ones lie in
///   dictionary          values = 32-bit codes; dictionary = the values
///   list                values = 32-bit offsets; children[0] = elements
///   struct              children = fields
///   null                validity only: all zeros, so that is_valid() holds for every type
///
/// What lies under a null (a code, a view, a number) means nothing and may be anything; offsets are always in
/// order.
class Column {
 public:
  Column() = default;
  Column(DataType type, Layout layout, std::int64_t length, BufferPtr validity, BufferPtr values,
         std::vector<BufferPtr> data = {}, std::int64_t null_count = kUnknown);

  static constexpr std::int64_t kUnknown = -1;
  static Column dictionary_coded(std::int64_t length, BufferPtr validity, BufferPtr codes,
                                 std::shared_ptr<const Column> dictionary,
                                 std::int64_t null_count = kUnknown);
  static Column nested(DataType type, std::int64_t length, BufferPtr validity, BufferPtr offsets,
                       std::vector<Column> children, std::int64_t null_count = kUnknown);
  /// `length` nulls of `type`.
  static Column nulls(DataType type, std::int64_t length);

  const DataType& type() const noexcept { return type_; }
  Layout layout() const noexcept { return layout_; }
  std::int64_t length() const noexcept { return length_; }
  /// Counted at first use if it was not known.
  std::int64_t null_count() const;
  /// No null: kernels take their fast path without looking at bits.
  bool has_no_nulls() const { return validity_ == nullptr || null_count() == 0; }

  /// Bits, 1 for a value; nullptr when nothing is null.
  const BufferPtr& validity() const noexcept { return validity_; }
  const BufferPtr& values() const noexcept { return values_; }
  const std::vector<BufferPtr>& data() const noexcept { return data_; }
  const std::shared_ptr<const Column>& dictionary() const noexcept { return dictionary_; }
  const std::vector<Column>& children() const noexcept { return children_; }

  template <class T>
  const T* values_as() const noexcept {
    return values_ ? reinterpret_cast<const T*>(values_->data()) : nullptr;
  }
  bool is_valid(std::int64_t row) const noexcept {
    return validity_ == nullptr || ((validity_->data()[row >> 3] >> (row & 7)) & 1) != 0;
  }
  /// The text at a row, whatever the layout; empty for a null. The view lives as long as the column's
  /// buffers.
  std::string_view text(std::int64_t row) const noexcept;

  /// Rows [offset, offset + length). Shares the buffers.
  Column slice(std::int64_t offset, std::int64_t length) const;
  /// The same values as plain Arrow layout: views copied together, codes looked up.
  Column to_plain() const;
  /// Bytes of all buffers that the values lie in, dictionaries and children included; a buffer shared by
  /// several columns counts in each of them.
  std::size_t nbytes() const noexcept;

 private:
  /// A number found late, by whichever thread asks first: all find the same one.
  class LateCount {
   public:
    LateCount(std::int64_t value) noexcept : value_(value) {}  // NOLINT(google-explicit-constructor)
    LateCount(const LateCount& other) noexcept : value_(other.get()) {}
    LateCount& operator=(const LateCount& other) noexcept {
      set(other.get());
      return *this;
    }
    std::int64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }

   private:
    std::atomic<std::int64_t> value_;
  };

  BufferPtr sliced_validity(std::int64_t offset, std::int64_t length) const;

  DataType type_;
  Layout layout_ = Layout::kPlain;
  std::int64_t length_ = 0;
  mutable LateCount null_count_ = 0;
  BufferPtr validity_;
  BufferPtr values_;
  std::vector<BufferPtr> data_;
  std::vector<Column> children_;
  std::shared_ptr<const Column> dictionary_;
};

}  // namespace treadle::columnar
