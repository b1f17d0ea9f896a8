#include "src/python_object.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "src/object_bytes.h"
#include "src/python_raised.h"
#include "treadle/error.h"

namespace treadle::python {
namespace {

std::vector<Conversion>& conversions() {
  static std::vector<Conversion>& all =
      *new std::vector<Conversion>;  // NOLINT(cppcoreguidelines-owning-memory): outlives all threads
  return all;
}

/// An object as a pickle and the memory that the pickle only mentions: it would be there twice otherwise.
struct Pickled {
  nb::bytes pickle;
  std::vector<nb::object> buffers;  // memoryviews of bytes
};

Pickled pickled_by(const char* module, nb::handle object) {
  const nb::list found;
  nb::bytes pickle = nb::borrow<nb::bytes>(nb::module_::import_(module).attr("dumps")(
      object, 5, nb::arg("buffer_callback") = found.attr("append")));
  Pickled pickled{std::move(pickle), {}};
  for (const nb::handle buffer : found) pickled.buffers.push_back(buffer.attr("raw")());
  return pickled;
}

Pickled pickled(nb::handle object) {
  try {
    return pickled_by("pickle", object);
  } catch (nb::python_error&) {
    return pickled_by("cloudpickle", object);
  }
}

/// The bytes of a memoryview, as long as this lives.
class Bytes {
 public:
  explicit Bytes(nb::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) throw nb::python_error();
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { PyBuffer_Release(&view_); }
  const void* data() const noexcept { return view_.buf; }
  std::uint64_t size() const noexcept { return static_cast<std::uint64_t>(view_.len); }

 private:
  Py_buffer view_{};
};

void write_bytes(nb::handle object, bool writable, ByteSink& sink) {
  const Bytes bytes(object);
  const std::uint64_t size = bytes.size();
  const auto flag = static_cast<std::uint8_t>(writable);
  const GilReleased release;
  sink.write(&flag, sizeof flag);
  sink.write(&size, sizeof size);
  if (size != 0) sink.write(bytes.data(), size);
}

/// A bytearray, or a memoryview of one that must not be written to. Read in steps: a corrupt length ends at
/// the source's end instead of allocating what it claims.
nb::object read_bytes(ByteSource& source) {
  constexpr std::uint64_t kStep = std::uint64_t{64} << 20;
  std::uint8_t writable = 0;
  std::uint64_t size = 0;
  source.read(&writable, sizeof writable);
  source.read(&size, sizeof size);
  nb::object bytes = nb::steal(PyByteArray_FromStringAndSize(nullptr, 0));
  for (std::uint64_t done = 0; done < size;) {
    const std::uint64_t step = std::min(size - done, kStep);
    if (PyByteArray_Resize(bytes.ptr(), static_cast<Py_ssize_t>(done + step)) != 0) throw nb::python_error();
    char* const to = PyByteArray_AS_STRING(bytes.ptr()) + done;
    const GilReleased release;
    source.read(to, step);
    done += step;
  }
  if (writable != 0) return bytes;
  const nb::object view = nb::steal(PyMemoryView_FromObject(bytes.ptr()));
  return view.attr("toreadonly")();
}

template <class T>
Conversion of_number_or_text() {
  return {
      [](const Value& value) { return value.holds<T>(); },
      [](const Value& value) -> nb::object {
        if constexpr (std::is_same_v<T, std::string>) {
          const std::string& text = value.get<T>();
          return nb::steal(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
        } else if constexpr (std::is_same_v<T, double>) {
          return nb::float_(value.get<T>());
        } else {
          return nb::int_(value.get<T>());
        }
      }};
}

}  // namespace

PythonObject::PythonObject(nb::object object)
    : object_(std::move(object)), nbytes_(object_bytes(object_.get())) {}

void add_conversion(const Conversion& conversion) { conversions().push_back(conversion); }

nb::object to_python(const Value& value) {
  if (value.holds<PythonObject>()) return nb::borrow(value.get<PythonObject>().get());
  for (const Conversion& conversion : conversions()) {
    if (conversion.holds(value)) return conversion.to_python(value);
  }
  throw InternalError("no Python object stands for a value of kind " + std::string(value.kind()));
}

std::size_t python_bytes(const Value& value) {
  if (value.holds<PythonObject>()) return 0;
  for (const Conversion& conversion : conversions()) {
    if (conversion.holds(value))
      return conversion.python_bytes == nullptr ? 0 : conversion.python_bytes(value);
  }
  return 0;
}

Value from_python(nb::handle object) {
  for (const Conversion& conversion : conversions()) {
    if (conversion.takes != nullptr && conversion.takes(object)) return conversion.from_python(object);
  }
  return Value::of(PythonObject(nb::borrow(object)));
}

void bind_python_object(nb::module_&) {
  add_conversion(of_number_or_text<std::int64_t>());
  add_conversion(of_number_or_text<double>());
  add_conversion(of_number_or_text<std::string>());
}

}  // namespace treadle::python

namespace treadle {

void Codec<python::PythonObject>::write(const python::PythonObject& object, ByteSink& sink) {
  python::with_gil_in_task([&] {
    const python::Pickled pickled = python::pickled(object.get());
    const std::uint64_t count = pickled.buffers.size();
    sink.write(&count, sizeof count);
    for (const nanobind::object& buffer : pickled.buffers) {
      python::write_bytes(buffer, !nanobind::cast<bool>(buffer.attr("readonly")), sink);
    }
    python::write_bytes(pickled.pickle, false, sink);
  });
}

python::PythonObject Codec<python::PythonObject>::read(ByteSource& source) {
  return python::with_gil_in_task([&] {
    std::uint64_t count = 0;
    source.read(&count, sizeof count);
    nanobind::list buffers;
    for (std::uint64_t i = 0; i < count; ++i) buffers.append(python::read_bytes(source));
    const nanobind::object pickle = python::read_bytes(source);
    return python::PythonObject(
        nanobind::module_::import_("pickle").attr("loads")(pickle, nanobind::arg("buffers") = buffers));
  });
}

}  // namespace treadle
