#include "array/nodes/portable_source.h"

#include <map>
#include <mutex>
#include <string>

#include "treadle/error.h"

namespace treadle::array {
namespace {

struct Readers {
  std::mutex mutex;
  std::map<std::string, SourceReader, std::less<>> by_name;
};

Readers& readers() {
  static Readers all;
  return all;
}

const PortableSource* as_portable(const ArraySource* source) {
  return dynamic_cast<const PortableSource*>(source);
}

}  // namespace

bool register_source(std::string_view name, SourceReader reader) {
  const std::scoped_lock lock(readers().mutex);
  return readers().by_name.emplace(name, reader).second;
}

bool SourceField::portable() const {
  const PortableSource* written = as_portable(source.get());
  return written != nullptr && !written->reader_name().empty();
}

}  // namespace treadle::array

namespace treadle {

void Codec<array::SourceField>::write(const array::SourceField& field, ByteSink& sink) {
  const array::PortableSource* source = array::as_portable(field.source.get());
  if (!field.portable())
    throw TypeError("expected a source that can be read in another process, found " +
                    field.source->to_string());
  Codec<std::string>::write(std::string(source->reader_name()), sink);
  source->write(sink);
}

array::SourceField Codec<array::SourceField>::read(ByteSource& source) {
  const std::string name = Codec<std::string>::read(source);
  array::SourceReader reader = nullptr;
  {
    const std::scoped_lock lock(array::readers().mutex);
    const auto found = array::readers().by_name.find(name);
    if (found == array::readers().by_name.end())
      throw NotFound("expected a source of arrays that this process knows, found \"" + name + '"');
    reader = found->second;
  }
  return {reader(source)};
}

}  // namespace treadle
