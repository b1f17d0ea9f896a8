#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "memory/spill_account.h"
#include "memory/spilled_value.h"
#include "treadle/memory.h"
#include "treadle/value.h"

// Values that outlive the run that made them: what persist() answers with, and what futures hold.
//
//   KeptValue     a handle; travels as a Value without bytes of its own    keep() --> handle
//   KeptValues    all that is kept: in memory, on disk, or both            spill() <-- who needs the room
//   KeptAccount   a budget in which what lies in memory counts             one for each run under way
//
// A kept value that is handed out is not spilled until the last Value that shares it is gone.
//
// Locks: KeptValues has one, held for moments. Budgets are charged under it, which takes no lock; no value is
// written, read or destroyed under it, which may need Python's.
namespace treadle {

class KeptAccount;
class KeptValues;

/// Where kept values are spilled to.
struct SpillPlace {
  /// What tells places apart: values that are spilled to equal ones, within equal limits, share a file.
  std::string name;
  SpillAccount::Limits limits;
  /// A folder to make the file in, asked for when there is none yet. Throws IoError.
  std::function<std::string()> folder;
};

/// A handle to a value that is kept. Copies share it; it goes, from memory and disk, with the last one.
/// Thread-safe.
class KeptValue {
 public:
  /// What the value holds in memory, or will again.
  std::size_t nbytes() const noexcept;
  /// The value's kind.
  std::string_view kind() const noexcept;
  /// Whether the value can be written and read by its codec.
  bool movable() const noexcept;
  /// The value if it lies in memory, else empty; it was used now.
  Value in_memory() const;
  /// The value, read from disk if that is where it lies. Then it lies in memory again, in room that `room`
  /// takes of its budget, whether it has it or not if `anyway`; else empty if it has not. Throws IoError, and
  /// what its codec throws.
  Value bring_back(Reservation& room, bool anyway) const;
  /// The value, read from disk if that is where it lies, where it stays: for those outside of runs.
  Value get() const;

 private:
  friend class KeptValues;
  struct Entry;
  explicit KeptValue(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
  std::shared_ptr<Entry> entry_;
};

/// The handle that a Value is; null if it is a value itself.
inline const KeptValue* kept_in(const Value& value) noexcept {
  return value.nbytes() == 0 && value.holds<KeptValue>() ? &value.get<KeptValue>() : nullptr;
}
/// Takes `bytes` for a kept value, others being spilled for it, so that a share of the budget stays free: for
/// what runs beside it and reserves nothing. Without that share if there is nothing to spill; false if it has
/// no room at all.
[[nodiscard]] bool make_room(Reservation& room, std::size_t bytes) noexcept;

/// The value that `value` is a handle to, or is itself, as KeptValue::get() gives it.
Value resolved(const Value& value);

/// All values that a process keeps beyond runs. Thread-safe.
class KeptValues : public std::enable_shared_from_this<KeptValues> {
 public:
  /// Values with fewer bytes are not kept here: they are their own handles, and count nowhere.
  static constexpr std::size_t kLeastKept = 1024;

  /// Of the process, whose memory is what they fill, whichever engine made them. Never destroyed: handles may
  /// outlive all else.
  static const std::shared_ptr<KeptValues>& of_process();

  /// Keeps a value: its handle, as a Value.
  Value keep(Value value);
  /// The same; what `room` holds becomes part of what it is charged with.
  Value keep(Value value, Reservation& room);
  /// Spills values that nobody looks at, least recently used first, until `wanted` bytes are freed or none is
  /// left. Throws IoError; what was freed until then stays so.
  struct Spilled {
    std::size_t freed = 0;
    std::uint64_t written = 0;  ///< to disk; what was there already is not written again
  };
  Spilled spill(std::size_t wanted, const SpillPlace& place);

  /// Bytes that lie in memory.
  std::size_t bytes_in_memory() const;
  /// Bytes of spill files.
  std::uint64_t bytes_on_disk() const;
  /// "kept values hold N MiB, the largest, of kind KIND, M MiB"; empty if nothing lies in memory. For
  /// messages.
  std::string describe() const;

 private:
  friend class KeptValue;
  friend class KeptAccount;
  using Entry = KeptValue::Entry;
  using PlaceKey = std::tuple<std::string, std::uint64_t, std::uint64_t, int>;
  struct Spills {
    std::weak_ptr<SpillFile> file;
    std::shared_ptr<SpillAccount> account;
  };

  std::shared_ptr<Entry> choose_victim();
  std::uint64_t write(Entry& entry, const SpillPlace& place);
  void trim(std::size_t freed);
  std::size_t drop(Entry& entry);
  std::shared_ptr<SpillFile> file_at(const SpillPlace& place);
  void place_in_memory(Entry& entry, const Value& value, Reservation& room);
  void take_from_memory(Entry& entry);
  void settle();
  void attach(KeptAccount& account);
  void detach(KeptAccount& account);

  mutable std::mutex mutex_;
  std::list<Entry*> by_use_;  // those in memory that may be spilled; the least recently used first
  std::list<Entry*> stay_;    // those in memory that may not: no codec, or it failed
  std::size_t in_memory_ = 0;
  std::vector<KeptAccount*> accounts_;
  std::map<PlaceKey, Spills> files_;
  std::size_t untrimmed_ = 0;  // bytes that were freed since the heap was trimmed
  std::chrono::steady_clock::time_point next_trim_;
};

/// A budget in which kept values count, as long as this lives. Not to be moved: the values know it.
class KeptAccount {
 public:
  KeptAccount(std::shared_ptr<KeptValues> kept, MemoryBudget& budget);
  KeptAccount(const KeptAccount&) = delete;
  KeptAccount& operator=(const KeptAccount&) = delete;
  ~KeptAccount();

 private:
  friend class KeptValues;
  const std::shared_ptr<KeptValues> kept_;
  Reservation memory_;  // under the lock of kept_
};

}  // namespace treadle
