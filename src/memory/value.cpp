#include "treadle/value.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "base/nearest_name.h"
#include "treadle/error.h"

namespace treadle {
namespace {

// Guards the readers of the kinds that Value::read() knows.
std::mutex& codec_mutex() {
  static std::mutex mutex;
  return mutex;
}

using Readers = std::map<std::string, std::function<Value(ByteSource&)>, std::less<>>;

Readers& readers() {
  static Readers* readers = new Readers;  // never destroyed: values may be read while the process exits
  return *readers;
}

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return text ? text.get() : type.name();
}

std::function<Value(ByteSource&)> find_reader(std::string_view kind) {
  const std::lock_guard lock(codec_mutex());
  const auto found = readers().find(kind);
  if (found != readers().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, reader] : readers()) names.push_back(name);
  throw NotFound("no codec is registered for values of kind \"" + std::string(kind) + "\"" +
                 nearest_hint(kind, names));
}

}  // namespace

void Value::register_reader(std::string_view kind, std::function<Value(ByteSource&)> reader) {
  const std::lock_guard lock(codec_mutex());
  readers().try_emplace(std::string(kind), std::move(reader));
}

Value Value::read(std::string_view kind, ByteSource& source) {
  static const bool builtin = [] {
    register_codec<std::string>();
    register_codec<std::int64_t>();
    register_codec<double>();
    return true;
  }();
  static_cast<void>(builtin);
  // The reader runs outside the lock: it may read nested values.
  return find_reader(kind)(source);
}

void Value::write(ByteSink& sink) const {
  if (!movable()) {
    throw TypeError("only a value whose type has a Codec can be written; this one is " +
                    (payload_ ? "a pinned " + type_name(payload_->type()) : std::string("empty")));
  }
  payload_->write(sink);
}

void Value::throw_wrong_type(const std::type_info& wanted) const {
  throw TypeError("expected a value of type " + type_name(wanted) + ", found " +
                  (payload_ ? type_name(payload_->type()) : std::string("an empty one")));
}

void Codec<std::string>::write(const std::string& text, ByteSink& sink) {
  const std::uint64_t size = text.size();
  sink.write(&size, sizeof size);
  sink.write(text.data(), text.size());
}

std::string Codec<std::string>::read(ByteSource& source) {
  std::uint64_t size = 0;
  source.read(&size, sizeof size);
  std::string text;
  // In steps: a corrupt length ends at the source's end instead of allocating what it claims.
  constexpr std::uint64_t kFirstStep = std::uint64_t{64} << 10;
  while (text.size() < size) {
    const std::size_t before = text.size();
    const std::uint64_t step = std::max<std::uint64_t>(kFirstStep, before);
    text.resize(before + static_cast<std::size_t>(std::min(size - before, step)));
    source.read(text.data() + before, text.size() - before);
  }
  return text;
}

}  // namespace treadle
