#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::io::npy {

/// An object of a pickle: whole numbers, texts, and what holds others. Anything else, such as an object of a
/// class, is opaque; so is what holds others deeper than kMostDepth.
struct Pickled {
  enum class Kind : std::uint8_t { kOpaque, kInt, kText, kTuple, kList, kDict };
  static constexpr int kMostDepth = 16;
  Kind kind = Kind::kOpaque;
  int depth = 0;
  std::int64_t number = 0;
  std::string text;
  /// Of a tuple or a list; of a dictionary keys and values in turns.
  std::vector<std::shared_ptr<const Pickled>> items;

  /// What a dictionary has for a key; null if it has nothing.
  const Pickled* get(std::string_view key) const;
};

/// The object that a pickle of any protocol is of. No function that it names is called. Throws IoError, which
/// says what is wrong, for what is no whole pickle, and for one with instructions that only objects of
/// classes of one's own need.
std::shared_ptr<const Pickled> read_pickle(std::string_view bytes);

}  // namespace treadle::io::npy
