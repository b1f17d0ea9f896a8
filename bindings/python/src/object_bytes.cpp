#include "src/object_bytes.h"

#include <algorithm>

namespace treadle::python {
namespace {

// How deep containers in containers are looked into, and how many items of those within others. Of the
// outermost one more are: partitions are long, and what lies first in them is not like the rest.
constexpr int kDepth = 3;
constexpr std::size_t kMostSampled = 10;
constexpr std::size_t kMostSampledOutside = 64;
// An object with more references than this is one that many share.
constexpr Py_ssize_t kManyReferences = 8;
// What the collector keeps before a container.
constexpr std::size_t kCollected = 16;

// As the allocator has it.
constexpr std::size_t rounded(std::size_t bytes) { return (bytes + 15) & ~std::size_t{15}; }

std::size_t bytes_of(nb::handle object, int depth);

std::size_t share_of(nb::handle object, int depth) {
  const Py_ssize_t references = Py_REFCNT(object.ptr());
  const std::size_t bytes = bytes_of(object, depth);
  if (references <= kManyReferences) return bytes;
  return bytes * static_cast<std::size_t>(kManyReferences) / static_cast<std::size_t>(references);
}

/// A sample of `count` items: which are in it, and what all of them take by what those take.
class Sample {
 public:
  Sample(std::size_t count, int depth)
      : count_(count), wanted_(std::min(count, depth == kDepth ? kMostSampledOutside : kMostSampled)) {}
  /// Whether the item at `place` is wanted: some all over the place.
  bool wants(std::size_t place) const noexcept {
    return wanted_ != 0 && (place * wanted_) / count_ != ((place + 1) * wanted_) / count_;
  }
  void add(std::size_t bytes) noexcept {
    bytes_ += bytes;
    ++seen_;
  }
  std::size_t all() const noexcept { return seen_ == 0 ? 0 : bytes_ * count_ / seen_; }

 private:
  std::size_t count_;
  std::size_t wanted_;
  std::size_t bytes_ = 0;
  std::size_t seen_ = 0;
};

std::size_t items_of_sequence(nb::handle sequence, int depth) {
  const auto count = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(sequence.ptr()));
  const std::size_t wanted = std::min(count, depth == kDepth ? kMostSampledOutside : kMostSampled);
  Sample sample(count, depth);
  for (std::size_t i = 0; i < wanted; ++i) {
    // Its length may change below: what is asked may be a method of the user's.
    const auto place = static_cast<Py_ssize_t>(i * count / wanted);
    if (place >= PySequence_Fast_GET_SIZE(sequence.ptr())) break;
    const nb::object item = nb::borrow(PySequence_Fast_GET_ITEM(sequence.ptr(), place));
    sample.add(share_of(item, depth - 1));
  }
  return sample.all();
}

std::size_t items_of_dict(nb::handle dict, int depth) {
  const auto count = static_cast<std::size_t>(PyDict_Size(dict.ptr()));
  Sample sample(count, depth);
  nb::list keys;
  nb::list values;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  for (std::size_t place = 0; PyDict_Next(dict.ptr(), &position, &key, &value) != 0; ++place) {
    if (!sample.wants(place)) continue;
    keys.append(nb::handle(key));
    values.append(nb::handle(value));
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    sample.add(share_of(keys[i], depth - 1) + share_of(values[i], depth - 1));
  }
  return sample.all();
}

std::size_t items_of_set(nb::handle set, int depth) {
  const auto count = static_cast<std::size_t>(PySet_GET_SIZE(set.ptr()));
  Sample sample(count, depth);
  std::size_t seen = 0;
  for (const nb::handle item : nb::iter(set)) {
    sample.add(share_of(item, depth - 1));
    if (++seen == kMostSampledOutside) break;
  }
  return sample.all();
}

/// What an attribute or a method without arguments says; nothing if there is none or it is no size.
std::size_t asked_size(nb::handle object, const char* name, bool call) {
  nb::object answer = nb::steal(PyObject_GetAttrString(object.ptr(), name));
  if (answer && call) answer = nb::steal(PyObject_CallNoArgs(answer.ptr()));
  const Py_ssize_t size = answer && PyLong_Check(answer.ptr()) ? PyLong_AsSsize_t(answer.ptr()) : 0;
  PyErr_Clear();
  return static_cast<std::size_t>(std::max<Py_ssize_t>(size, 0));
}

/// What the attributes of an instance of a class of Python's take.
std::size_t attributes_of(nb::handle object, int depth) {
  if (depth <= 0 || (Py_TYPE(object.ptr())->tp_flags & Py_TPFLAGS_HEAPTYPE) == 0) return 0;
  const nb::object dict = nb::steal(PyObject_GetAttrString(object.ptr(), "__dict__"));
  PyErr_Clear();
  return dict && PyDict_CheckExact(dict.ptr()) ? bytes_of(dict, depth) : 0;
}

std::size_t bytes_of_str(PyObject* text) {
  const auto length = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text));
  if (PyUnicode_IS_ASCII(text)) return rounded(sizeof(PyASCIIObject) + length + 1);
  return rounded(sizeof(PyCompactUnicodeObject) +
                 (length + 1) * static_cast<std::size_t>(PyUnicode_KIND(text)));
}

std::size_t bytes_of(nb::handle object, int depth) {
  constexpr std::size_t kSmall = 32;
  PyObject* const raw = object.ptr();
  if (raw == Py_None || PyLong_CheckExact(raw) || PyFloat_CheckExact(raw) || PyBool_Check(raw)) return kSmall;
  if (PyUnicode_CheckExact(raw)) return bytes_of_str(raw);
  const std::size_t own = rounded(asked_size(object, "__sizeof__", true));
  if (PyList_CheckExact(raw) || PyTuple_CheckExact(raw)) {
    return own + kCollected + (depth > 0 ? items_of_sequence(object, depth) : 0);
  }
  if (PyDict_CheckExact(raw)) return own + kCollected + (depth > 0 ? items_of_dict(object, depth) : 0);
  if (PyAnySet_CheckExact(raw)) return own + kCollected + (depth > 0 ? items_of_set(object, depth) : 0);
  if (PyBytes_CheckExact(raw) || PyType_Check(raw) || PyCallable_Check(raw)) return own;
  return std::max(own, asked_size(object, "nbytes", false)) + attributes_of(object, depth);
}

/// The code point that begins at `at`, which moves behind it.
std::uint32_t next_code(std::string_view utf8, std::size_t& at) noexcept {
  const auto first = static_cast<unsigned char>(utf8[at++]);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  std::uint32_t code = first & (0x3Fu >> more);
  for (int i = 0; i < more && at < utf8.size(); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(utf8[at++]) & 0x3Fu);
  }
  return code;
}

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

constexpr std::size_t ascii_bytes(std::size_t length) { return rounded(sizeof(PyASCIIObject) + length + 1); }

}  // namespace

std::size_t object_bytes(nb::handle object) { return bytes_of(object, kDepth); }

std::size_t str_bytes(std::string_view utf8) noexcept {
  if (is_ascii(utf8)) return ascii_bytes(utf8.size());
  std::size_t length = 0;
  std::uint32_t largest = 0;
  for (std::size_t at = 0; at < utf8.size(); ++length) largest = std::max(largest, next_code(utf8, at));
  const std::size_t width = largest < 0x100 ? 1 : largest < 0x10000 ? 2 : 4;
  return rounded(sizeof(PyCompactUnicodeObject) + (length + 1) * width);
}

std::size_t int_bytes(std::int64_t number) noexcept {
  return number >= -5 && number <= 256 ? 0 : 32;  // small ones are there once
}

std::size_t list_bytes(std::size_t size) noexcept {
  return rounded(sizeof(PyListObject) + kCollected) + rounded(size * sizeof(PyObject*));
}

std::size_t tuple_bytes(std::size_t size) noexcept {
  return rounded(sizeof(PyTupleObject) + kCollected + size * sizeof(PyObject*));
}

std::size_t dict_bytes(std::size_t size) noexcept {
  constexpr std::size_t kEntry = 24;
  std::size_t slots = 8;
  while (slots * 2 / 3 < size) slots *= 2;
  return rounded(sizeof(PyDictObject) + kCollected) + rounded(32 + slots * 2 + slots * 2 / 3 * kEntry);
}

std::size_t list_bytes(const TextItems& texts) noexcept {
  std::size_t bytes = list_bytes(texts.size());
  const bool ascii = is_ascii(texts.bytes());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    bytes += ascii ? ascii_bytes(texts[i].size()) : str_bytes(texts[i]);
  }
  return bytes;
}

}  // namespace treadle::python
