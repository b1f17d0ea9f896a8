#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/arrays/element_type.h"
#include "io/staged_output.h"

namespace treadle {
class KeyBuilder;
}

// Arrays in files: .npy, HDF5, Zarr.
//
//   StoredArray    read: any box of it, from any thread      ArrayWriter   write: boxes that cover it,
//                                                                          each once, from any thread,
//            +-----------+-----+                                           then publish_together()
//            |  box      |     |   start (0, 0)
//            |           |     |   count (2, 3)             Elements in memory are in C order and in
//            +-----------+-----+                            this machine's byte order.
namespace treadle::io {

using Extents = std::vector<std::int64_t>;

/// A part of an array: `count` elements along each axis from `start` on.
struct Box {
  Extents start;
  Extents count;

  std::size_t num_elements() const;
  /// "[0:2, 0:3]".
  std::string to_string() const;
};

struct ArrayLayout {
  Extents shape;
  ElementType element;
  /// The pieces that storage holds it in; empty if any box is read as easily as another.
  Extents chunk_shape;

  /// Elements and bytes of all of it. Throws InvalidArgument naming `place` if that is more than a machine
  /// addresses.
  std::size_t num_elements(const std::string& place) const;
  std::size_t num_bytes(const std::string& place) const;
};

/// An array in storage. Immutable; thread-safe.
class StoredArray {
 public:
  virtual ~StoredArray() = default;
  virtual const ArrayLayout& layout() const noexcept = 0;
  /// Where it is, for messages: "x.npy", "data.h5:/foo".
  virtual const std::string& place() const noexcept = 0;
  /// Everything that determines the content: files by path, size and modification time.
  virtual void add_to(KeyBuilder& key) const = 0;
  /// Reads the box into `to`. Throws IoError naming file, offset and what was expected, also for a file that
  /// is no longer what it was.
  virtual void read(const Box& box, void* to) const = 0;
};

using StoredArrayPtr = std::shared_ptr<const StoredArray>;

/// An array being written under a temporary name. write() may be called by many threads at once.
class ArrayWriter : public StagedOutput {
 public:
  /// Writes one box, which begins and ends at borders of the chunks the writer was made with, or at the
  /// array's end. Throws IoError; what was written so far is removed with the writer.
  virtual void write(const Box& box, const void* from) = 0;
};

/// Throws InvalidArgument, showing both, unless `box` lies within `shape`.
void check_box(const Box& box, const Extents& shape, const std::string& place);

/// "(2, 3)", "(2,)", "()", as Python prints shapes.
std::string to_string(const Extents& extents);

}  // namespace treadle::io
