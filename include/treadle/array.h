#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "treadle/chunks.h"
#include "treadle/compute_options.h"
#include "treadle/dtype.h"
#include "treadle/key.h"
#include "treadle/nd_array.h"
#include "treadle/task_context.h"

namespace treadle {

namespace lazy {
class Node;
}
namespace array {
class ArrayNode;
}

/// Axes: one, several, or (as made without arguments) all. Negative ones count from the end.
class ReduceAxes {
 public:
  ReduceAxes() = default;
  // NOLINTBEGIN(google-explicit-constructor): `{.axes = 0}`, `{.axes = {0, 2}}`
  ReduceAxes(std::int64_t axis) : list_(std::in_place, 1, axis) {}
  ReduceAxes(std::initializer_list<std::int64_t> axes) : list_(axes) {}
  ReduceAxes(std::vector<std::int64_t> axes) : list_(std::move(axes)) {}
  ReduceAxes(std::optional<std::vector<std::int64_t>> axes) : list_(std::move(axes)) {}
  // NOLINTEND(google-explicit-constructor)

  /// Unset: all.
  const std::optional<std::vector<std::int64_t>>& list() const noexcept { return list_; }

 private:
  std::optional<std::vector<std::int64_t>> list_;
};

/// What a reduction needs to know.
struct ReduceOptions {
  ReduceAxes axes = {};
  /// Whether reduced axes stay, with length 1.
  bool keep_axes = false;
  /// The type to reduce in; unset: NumPy's choice.
  std::optional<DType> dtype = {};
  /// var and std: what is taken off the number of values before dividing.
  double ddof = 0;
};

/// A lazy N-dimensional array in chunks. A cheap handle to an immutable plan: copies share it. Thread-safe.
///
///     Array x = array::from_nd_array(values, {1000, 1000});
///     NdArray means = ((x - x.mean({.axes = 0})) / 2).compute();
///
/// Nothing is computed before compute(). Meaning follows NumPy 2: promotion, broadcasting, NaN.
/// Methods throw InvalidArgument for shapes and axes that do not fit, TypeError for element types.
class Array {
 public:
  /// For the library's own code: an array of that plan.
  explicit Array(std::shared_ptr<const array::ArrayNode> node) : node_(std::move(node)) {}

  DType dtype() const;
  const Chunks& chunks() const;
  /// Lengths; kUnknownLength where only computing will tell.
  Shape shape() const;
  std::size_t ndim() const { return chunks().ndim(); }
  /// Elements. Throws InvalidArgument if a length is unknown.
  std::int64_t size() const;
  /// The plan as text, a step a line.
  std::string explain(bool optimized = true) const;
  /// "array<add, shape=(4, 4), dtype=float64, chunks=((2, 2), (4,))>"
  std::string to_string() const;
  const std::shared_ptr<const array::ArrayNode>& node() const noexcept { return node_; }

  /// The elements. Throws what a run ends with; see Run::wait().
  NdArray compute(const ComputeOptions& options = {}) const;
  /// The same array with its chunks computed now and held.
  Array persist(const ComputeOptions& options = {}) const;
  /// The same array with lengths that were unknown computed now; itself if there are none.
  Array compute_chunk_sizes(const ComputeOptions& options = {}) const;

  /// Elements as another type; floats become integers towards zero. Datetimes change their unit.
  Array astype(DType dtype) const;
  /// The same elements cut otherwise.
  Array rechunk(const Chunking& chunking) const;

  // Reductions. The result's chunks are those of the axes that stay.
  Array sum(const ReduceOptions& options = {}) const;
  Array prod(const ReduceOptions& options = {}) const;
  Array mean(const ReduceOptions& options = {}) const;
  Array var(const ReduceOptions& options = {}) const;
  Array std(const ReduceOptions& options = {}) const;
  Array min(const ReduceOptions& options = {}) const;
  Array max(const ReduceOptions& options = {}) const;
  Array any(const ReduceOptions& options = {}) const;
  Array all(const ReduceOptions& options = {}) const;
  /// The index of the first least (largest) element: along one axis, or in C order over all.
  Array argmin(const ReduceOptions& options = {}) const;
  Array argmax(const ReduceOptions& options = {}) const;

  /// Axis i of the answer is axis axes[i]; without arguments all axes in reverse.
  Array transpose(std::optional<std::vector<std::int64_t>> axes = {}) const;

 private:
  std::shared_ptr<const array::ArrayNode> node_;
};

/// An argument of elementwise functions: an array, or a plain number, which takes the array's type where that
/// can hold it (`x + 1` has x's type; NumPy's rule for Python numbers).
class ArrayOperand {
 public:
  using Number = std::variant<bool, std::int64_t, double, std::complex<double>>;

  // NOLINTBEGIN(google-explicit-constructor): what may stand beside an array in an expression
  ArrayOperand(Array array) : value_(std::move(array)) {}
  ArrayOperand(bool number) : value_(Number(number)) {}
  ArrayOperand(int number) : value_(Number(std::int64_t{number})) {}
  ArrayOperand(std::int64_t number) : value_(Number(number)) {}
  ArrayOperand(double number) : value_(Number(number)) {}
  ArrayOperand(std::complex<double> number) : value_(Number(number)) {}
  // NOLINTEND(google-explicit-constructor)

  const Array* array() const noexcept { return std::get_if<Array>(&value_); }
  /// Only if it is no array.
  const Number& number() const { return std::get<Number>(value_); }

 private:
  std::variant<Array, Number> value_;
};

/// Where the chunks of an array come from: memory, a file, a formula. Immutable; called by many threads.
class ArraySource {
 public:
  virtual ~ArraySource() = default;
  /// What it is, for plans: "npy data/x.npy".
  virtual std::string to_string() const = 0;
  /// The elements of a region, of the source's type; steps are positive. Called once for each chunk, when it
  /// is needed. May be a view of memory whose owner gives it back once the view is gone.
  virtual NdArray read(std::span<const AxisSlice> region, TaskContext& context) const = 0;
  /// Bytes that read() takes for so many elements: 0 for views of memory that is there anyway.
  virtual std::size_t read_bytes(std::size_t element_bytes) const { return element_bytes; }
  /// Adds what determines the elements. The default adds a number that is unique in the process.
  virtual void add_to(KeyBuilder& key) const { key.add(identity_); }
  /// Whether read() costs about as much for a part of a chunk as that part's share: slices are then read
  /// alone.
  virtual bool reads_parts() const { return true; }

 private:
  Key identity_ = unique_key();
};

/// Functions of arrays, by NumPy's names.
namespace array {

/// Lazy chunks of a source of that shape and type.
Array from_source(std::shared_ptr<const ArraySource> source, const Shape& shape, DType dtype,
                  const Chunking& chunking = {});
/// Chunks are views of `array`.
Array from_nd_array(NdArray array, const Chunking& chunking = {});
/// Chunks that are there already, in C order. Throws InvalidArgument unless they are of those shapes and of
/// one type.
Array from_chunks(const Chunks& chunks, std::vector<NdArray> blocks);

Array zeros(const Shape& shape, DType dtype = ElementKind::kFloat64, const Chunking& chunking = {});
Array ones(const Shape& shape, DType dtype = ElementKind::kFloat64, const Chunking& chunking = {});
/// `value`: an array of one element, which is cast to `dtype` if that is given.
Array full(const Shape& shape, const NdArray& value, std::optional<DType> dtype = {},
           const Chunking& chunking = {});
/// start, start + step, ... before stop. Integers if all three are and `dtype` is not given.
Array arange(ArrayOperand::Number start, ArrayOperand::Number stop, ArrayOperand::Number step,
             std::optional<DType> dtype = {}, const Chunking& chunking = {});
Array arange(std::int64_t stop, const Chunking& chunking = {});
/// `num` numbers from `start` to `stop`, which is the last one if `endpoint`.
Array linspace(double start, double stop, std::int64_t num, bool endpoint = true,
               DType dtype = ElementKind::kFloat64, const Chunking& chunking = {});
/// `rows` x `columns` zeros with ones on a diagonal, the `diagonal`-th above the main one.
Array eye(std::int64_t rows, std::optional<std::int64_t> columns = {}, std::int64_t diagonal = 0,
          DType dtype = ElementKind::kFloat64, const Chunking& chunking = {});

/// An elementwise function by its NumPy name over arguments that broadcast. Chunks that do not match are cut
/// where either is. Throws NotFound for an unknown name.
Array apply(std::string_view function, const std::vector<ArrayOperand>& arguments);
/// The names that apply() knows, sorted.
std::vector<std::string> function_names();
/// `yes` where the condition holds, else `no`.
Array where(const Array& condition, const ArrayOperand& yes, const ArrayOperand& no);

/// A reduction by its NumPy name: "sum", "nanmean" ...; see the methods of Array.
Array reduce(std::string_view reduction, const Array& x, const ReduceOptions& options = {});

/// The chunks of several arrays, computed in one run that shares what they share.
std::vector<NdArray> compute(std::span<const Array> arrays, const ComputeOptions& options = {});
/// The chunks of a result as one array in memory.
NdArray join_chunks(const Chunks& chunks, std::span<const NdArray> blocks, DType dtype);

}  // namespace array

Array operator+(const ArrayOperand& a, const Array& b);
Array operator+(const Array& a, const ArrayOperand& b);
Array operator+(const Array& a, const Array& b);
Array operator-(const ArrayOperand& a, const Array& b);
Array operator-(const Array& a, const ArrayOperand& b);
Array operator-(const Array& a, const Array& b);
Array operator*(const ArrayOperand& a, const Array& b);
Array operator*(const Array& a, const ArrayOperand& b);
Array operator*(const Array& a, const Array& b);
Array operator/(const ArrayOperand& a, const Array& b);
Array operator/(const Array& a, const ArrayOperand& b);
Array operator/(const Array& a, const Array& b);
Array operator-(const Array& a);
Array operator<(const Array& a, const ArrayOperand& b);
Array operator<=(const Array& a, const ArrayOperand& b);
Array operator>(const Array& a, const ArrayOperand& b);
Array operator>=(const Array& a, const ArrayOperand& b);

}  // namespace treadle
