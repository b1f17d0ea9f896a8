#include "io/npy/stack_info.h"

#include <cstdint>
#include <memory>

#include "io/npy/pickle_reader.h"
#include "treadle/error.h"

namespace treadle::io::npy {
namespace {

// Of the pickle language, protocol 2 (PEP 307).
constexpr char kMark = '(';
constexpr char kTuple = 't';
constexpr char kStop = '.';

std::string quoted(std::string_view text) { return "V" + std::string(text) + '\n'; }

std::string whole(std::int64_t value) { return "L" + std::to_string(value) + "L\n"; }

std::string tuple(const Extents& lengths) {
  std::string text(1, kMark);
  for (const std::int64_t length : lengths) text += whole(length);
  return text + kTuple;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw IoError(path + ": expected the pickled description of a stack of .npy files: " + why);
}

bool holds_items(const Pickled* object) {
  return object != nullptr && (object->kind == Pickled::Kind::kTuple || object->kind == Pickled::Kind::kList);
}

}  // namespace

std::string make_stack_info(const std::vector<Extents>& chunks, const ElementType& element,
                            std::size_t axis) {
  std::string info = "\x80\x02";
  info += '}';  // a dictionary
  info += kMark;
  info += quoted("chunks");
  info += kMark;
  for (const Extents& lengths : chunks) info += tuple(lengths);
  info += kTuple;
  info += quoted("dtype") + "cnumpy\ndtype\n";
  info += kMark + quoted(element.to_string()) + kTuple + 'R';
  info += quoted("axis") + whole(static_cast<std::int64_t>(axis));
  info += 'u';
  return info + kStop;
}

StackInfo parse_stack_info(std::string_view info, const std::string& path) {
  std::shared_ptr<const Pickled> described;
  try {
    described = read_pickle(info);
  } catch (const IoError& error) {
    refuse(path, error.what());
  }
  const Pickled* const axis = described->get("axis");
  const Pickled* const chunks = described->get("chunks");
  if (axis == nullptr || axis->kind != Pickled::Kind::kInt) refuse(path, "found no axis in it");
  if (!holds_items(chunks)) refuse(path, "found no chunks in it");
  const auto number = static_cast<std::size_t>(axis->number);
  if (axis->number < 0 || number >= chunks->items.size() || !holds_items(chunks->items[number].get()))
    refuse(path, "found no chunks along its axis " + std::to_string(axis->number));
  StackInfo result{number, {}};
  for (const auto& length : chunks->items[number]->items)
    result.lengths.push_back(length->kind == Pickled::Kind::kInt ? length->number : -1);
  return result;
}

}  // namespace treadle::io::npy
