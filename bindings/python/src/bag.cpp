#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/blocks.h"
#include "src/json_steps.h"
#include "src/object_bytes.h"
#include "src/python_object.h"
#include "treadle/bag_text.h"
#include "treadle/codecs.h"
#include "treadle/error.h"
#include "treadle/text_items.h"

// What runs natively of a bag, and how its partitions become lists of Python.
namespace treadle::python {
namespace {

nb::object text_of(std::string_view text) {
  return nb::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict"));
}

/// A new list of `size` items, each made by `make(index)`.
template <class Make>
nb::object list_of(std::size_t size, Make make) {
  nb::object list = nb::steal(PyList_New(static_cast<Py_ssize_t>(size)));
  if (!list.is_valid()) nb::raise_python_error();
  for (std::size_t i = 0; i < size; ++i) {
    nb::object item = make(i);
    if (!item.is_valid()) nb::raise_python_error();
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i), item.release().ptr());
  }
  return list;
}

nb::object list_of_texts(const TextItems& texts) {
  return list_of(texts.size(), [&](std::size_t i) { return text_of(texts[i]); });
}

std::size_t bytes_of_texts(const TextItems& texts) { return list_bytes(texts); }

std::size_t bytes_of_counts(const TextCounts& counts) {
  std::size_t bytes = list_bytes(counts.texts) + counts.counts.size() * tuple_bytes(2);
  for (const std::int64_t count : counts.counts) bytes += int_bytes(count);
  return bytes;
}

nb::object list_of_counts(const TextCounts& counts) {
  return list_of(counts.counts.size(), [&](std::size_t i) {
    const nb::object text = text_of(counts.texts[i]);
    if (!text.is_valid()) nb::raise_python_error();
    return nb::object(nb::make_tuple(text, counts.counts[i]));
  });
}

using Lists = std::vector<std::vector<std::string>>;

std::size_t bytes_of_lists(const Lists& lists) {
  std::size_t bytes = list_bytes(lists.size());
  for (const std::vector<std::string>& list : lists) {
    bytes += list_bytes(list.size());
    for (const std::string& text : list) bytes += str_bytes(text);
  }
  return bytes;
}

nb::object list_of_lists(const Lists& lists) {
  return list_of(lists.size(), [&](std::size_t i) {
    return list_of(lists[i].size(), [&](std::size_t j) { return text_of(lists[i][j]); });
  });
}

nb::object list_of_numbers(const std::vector<std::int64_t>& numbers) {
  return list_of(numbers.size(), [&](std::size_t i) { return nb::object(nb::int_(numbers[i])); });
}

std::size_t bytes_of_numbers(const std::vector<std::int64_t>& numbers) {
  std::size_t bytes = list_bytes(numbers.size());
  for (const std::int64_t number : numbers) bytes += int_bytes(number);
  return bytes;
}

template <class T, nb::object (*ToPython)(const T&), std::size_t (*Bytes)(const T&)>
constexpr Conversion conversion_of() {
  return {.holds = [](const Value& value) { return value.holds<T>(); },
          .to_python = [](const Value& value) { return ToPython(value.get<T>()); },
          .python_bytes = [](const Value& value) { return Bytes(value.get<T>()); }};
}

TextEncoding encoding_of(const std::string& name) {
  constexpr std::pair<const char*, TextEncoding> kNames[] = {
      {"utf-8", TextEncoding::kUtf8},        {"ascii", TextEncoding::kAscii},
      {"iso8859-1", TextEncoding::kLatin1},  {"utf-16", TextEncoding::kUtf16},
      {"utf-16-le", TextEncoding::kUtf16Le}, {"utf-16-be", TextEncoding::kUtf16Be}};
  for (const auto& [known, encoding] : kNames) {
    if (name == known) return encoding;
  }
  throw InvalidArgument("read_text: no native encoding is called " + name);
}

OnBadText on_bad_text(const std::string& name) {
  if (name == "strict") return OnBadText::kError;
  if (name == "replace") return OnBadText::kReplace;
  if (name == "ignore") return OnBadText::kIgnore;
  throw InvalidArgument("read_text: errors: expected \"strict\", \"replace\" or \"ignore\", found \"" + name +
                        "\"");
}

TextCompression compression_of(const std::optional<std::string>& name) {
  if (!name) return TextCompression::kNone;
  constexpr std::pair<const char*, TextCompression> kNames[] = {
      {"infer", TextCompression::kInfer}, {"gzip", TextCompression::kGzip}, {"gz", TextCompression::kGzip},
      {"zstd", TextCompression::kZstd},   {"zst", TextCompression::kZstd},  {"bz2", TextCompression::kBzip2},
      {"xz", TextCompression::kXz},       {"lzma", TextCompression::kXz}};
  for (const auto& [known, compression] : kNames) {
    if (*name == known) return compression;
  }
  throw InvalidArgument(
      "read_text: compression: expected \"infer\", \"gzip\", \"bz2\", \"xz\", \"zstd\" or None, found \"" +
      *name + "\"");
}

Blocks with_count(bag::NodePtr node) {
  const std::size_t count = bag::num_blocks(node);
  return {std::move(node), count};
}

Blocks read_text(const std::vector<std::string>& paths, const std::string& encoding,
                 const std::string& errors, const std::optional<std::string>& compression,
                 const std::optional<std::string>& ends, std::optional<std::size_t> blocksize,
                 std::size_t files_per_partition) {
  ReadTextOptions options;
  options.encoding = encoding_of(encoding);
  options.on_bad_text = on_bad_text(errors);
  options.compression = compression_of(compression);
  options.blocksize = blocksize;
  options.files_per_partition = files_per_partition;
  if (ends) {
    const bool a_newline = *ends == "\n" || *ends == "\r" || *ends == "\r\n";
    options.line_ends = ends->empty() ? LineEnds::kKept : LineEnds::kDelimiter;
    options.delimiter = *ends;
    options.empty_last_line = !ends->empty() && !a_newline && !blocksize;
  }
  return with_count(bag::read_text(paths, options));
}

using Characters = std::optional<std::string>;

}  // namespace

void bind_bag(nb::module_& module) {
  add_conversion(conversion_of<TextItems, list_of_texts, bytes_of_texts>());
  add_conversion(conversion_of<TextCounts, list_of_counts, bytes_of_counts>());
  add_conversion(conversion_of<Lists, list_of_lists, bytes_of_lists>());
  add_conversion(conversion_of<std::vector<std::int64_t>, list_of_numbers, bytes_of_numbers>());
  module.def("bag_read_text", read_text, nb::arg("paths"), nb::arg("encoding"), nb::arg("errors"),
             nb::arg("compression").none(), nb::arg("ends").none(), nb::arg("blocksize").none(),
             nb::arg("files_per_partition"));
  module.def("bag_paths", [](const Blocks& texts) { return bag::text_paths(texts.node()); });
  module.def("bag_lower", [](const Blocks& texts) { return with_count(bag::lower(texts.node())); });
  module.def("bag_upper", [](const Blocks& texts) { return with_count(bag::upper(texts.node())); });
  module.def(
      "bag_strip",
      [](const Blocks& texts, const Characters& chars) {
        return with_count(bag::strip(texts.node(), chars));
      },
      nb::arg("texts"), nb::arg("chars").none());
  module.def(
      "bag_lstrip",
      [](const Blocks& texts, const Characters& chars) {
        return with_count(bag::lstrip(texts.node(), chars));
      },
      nb::arg("texts"), nb::arg("chars").none());
  module.def(
      "bag_rstrip",
      [](const Blocks& texts, const Characters& chars) {
        return with_count(bag::rstrip(texts.node(), chars));
      },
      nb::arg("texts"), nb::arg("chars").none());
  module.def("bag_replace",
             [](const Blocks& texts, const std::string& old, const std::string& by, std::int64_t count) {
               return with_count(bag::replace(texts.node(), old, by, count));
             });
  module.def("bag_translate",
             [](const Blocks& texts, const std::vector<std::pair<std::uint32_t, std::string>>& table) {
               return with_count(bag::translate(texts.node(), table));
             });
  module.def("bag_match", [](const Blocks& texts, const std::string& pattern) {
    return with_count(bag::match(texts.node(), pattern));
  });
  module.def(
      "bag_split",
      [](const Blocks& texts, const Characters& separator, std::int64_t most) {
        return with_count(bag::split(texts.node(), separator, most));
      },
      nb::arg("texts"), nb::arg("separator").none(), nb::arg("most"));
  module.def("bag_flatten", [](const Blocks& lists) { return with_count(bag::flatten(lists.node())); });
  module.def("bag_of_blocks",
             [](const Blocks& rows) { return with_count(bag::of_blocks(rows.node(), rows.num_blocks())); });
  module.def("bag_frequencies",
             [](const Blocks& texts) { return with_count(bag::text_frequencies(texts.node())); });
  module.def("bag_top_counts", [](const Blocks& counts, std::size_t k) {
    return with_count(bag::top_counts(counts.node(), k));
  });
  module.def("bag_distinct",
             [](const Blocks& texts) { return with_count(bag::distinct_texts(texts.node())); });
  module.def("bag_frequencies_in_pieces",
             [](const Blocks& texts) { return with_count(bag::frequencies_in_pieces(texts.node())); });
  module.def("bag_distinct_in_pieces",
             [](const Blocks& texts) { return with_count(bag::distinct_in_pieces(texts.node())); });
  module.def("bag_count", [](const Blocks& native) { return with_count(bag::count_items(native.node())); });
  bind_json_steps(module);
  module.def("bag_explain", [](const Blocks& blocks) { return bag::explain(blocks.node()); });
}

}  // namespace treadle::python
