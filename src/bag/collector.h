#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bag/receiver.h"
#include "treadle/task_context.h"
#include "treadle/value.h"

namespace treadle::bag {

class Words;

/// The end of a pipeline: what becomes of a partition's items. Strips have collectors of their own, which are
/// put together.
class Collector : public Receiver {
 public:
  /// Items handed in from here on belong to a strip; strips count from 0 within the partition.
  virtual void begin_strip(std::size_t /*strip*/) {}
  /// Takes over what `next` has, which collected later strips; with any_order(), any others.
  virtual void absorb(Collector& next) = 0;
  /// The partition.
  virtual Value finish() = 0;
  /// Bytes held.
  virtual std::size_t nbytes() const noexcept = 0;
  /// Puts what it holds on disk, if it can: whether it then holds less.
  virtual bool spill(TaskContext& /*context*/) { return false; }
  /// Whether one collector may take strips in any order and not all of them: then each thread has one for all
  /// its strips.
  virtual bool any_order() const noexcept { return false; }
  /// Itself, if it counts words.
  virtual Words* words() noexcept { return nullptr; }
};

/// What pipelines end in.
enum class Output : std::uint8_t {
  kTexts,       ///< TextItems
  kLists,       ///< std::vector<std::vector<std::string>>
  kItems,       ///< std::vector<Item>, of JSON values
  kTextCounts,  ///< WordRuns, several values a partition
  kCount,       ///< std::vector<std::int64_t> of one: the number of items
  kMoments,     ///< std::vector<Moments> of one, of JSON numbers
};
std::string_view to_string(Output output);

/// `num_parts`: into how many values counts of texts are cut.
std::unique_ptr<Collector> make_collector(Output output, std::size_t num_parts);

}  // namespace treadle::bag
