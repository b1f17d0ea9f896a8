#pragma once

#include <memory>
#include <string_view>

#include "treadle/array.h"
#include "treadle/value.h"

namespace treadle::array {

/// A source that can be read from in another process: what it is goes there, not its elements unless they
/// are in memory.
class PortableSource : public ArraySource {
 public:
  /// What its reader is registered by; empty: this one cannot go.
  virtual std::string_view reader_name() const = 0;
  /// Writes what the reader makes an equal one of.
  virtual void write(ByteSink& sink) const = 0;
};

using SourceReader = std::shared_ptr<const ArraySource> (*)(ByteSource& source);
/// Once per name, when constants are initialised; the answer says nothing.
bool register_source(std::string_view name, SourceReader reader);

/// A source as a field of operations (ChunkCall).
struct SourceField {
  std::shared_ptr<const ArraySource> source;

  bool portable() const;
};

}  // namespace treadle::array

template <>
struct treadle::Codec<treadle::array::SourceField> {
  static constexpr std::string_view kind = "array.source";
  static std::size_t nbytes(const array::SourceField& field) { return sizeof field; }
  /// Only if portable().
  static void write(const array::SourceField& field, ByteSink& sink);
  /// Throws NotFound for a name that is not registered.
  static array::SourceField read(ByteSource& source);
};
