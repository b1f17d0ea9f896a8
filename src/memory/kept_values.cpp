#include "memory/kept_values.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/byte_size.h"
#include "memory/heap.h"
#include "treadle/error.h"

namespace treadle {

namespace {

// What stays free of a budget beside what is kept: one part in this many.
constexpr std::size_t kShareLeftFree = 6;
// The heap is trimmed when so much was spilled, and takes one part in so many of the time at most.
constexpr std::size_t kTrimmedAtOnce = std::size_t{8} << 20;
constexpr int kTrimShare = 20;

}  // namespace

/// One kept value. What changes does so under the lock of `owner`; whoever set `spilling` may read `spilled`
/// without it.
struct KeptValue::Entry : std::enable_shared_from_this<Entry> {
  Entry(std::shared_ptr<KeptValues> all, const Value& kept)
      : owner(std::move(all)), nbytes(kept.nbytes()), kind(kept.kind()), movable(kept.movable()) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() {
    const std::lock_guard lock(owner->mutex_);
    if (!value.empty()) owner->take_from_memory(*this);
  }

  const std::shared_ptr<KeptValues> owner;
  const std::size_t nbytes;
  const std::string kind;
  const bool movable;
  Value value;                                  // empty: it lies on disk only
  std::shared_ptr<const SpilledValue> spilled;  // stays when the value comes back: it never changes
  bool spilling = false;
  bool stays = false;  // its codec failed
  std::list<Entry*>* list = nullptr;
  std::list<Entry*>::iterator place;
};

std::size_t KeptValue::nbytes() const noexcept { return entry_->nbytes; }
std::string_view KeptValue::kind() const noexcept { return entry_->kind; }
bool KeptValue::movable() const noexcept { return entry_->movable; }

Value KeptValue::in_memory() const {
  Entry& entry = *entry_;
  const std::lock_guard lock(entry.owner->mutex_);
  if (!entry.value.empty()) entry.list->splice(entry.list->end(), *entry.list, entry.place);
  return entry.value;
}

Value KeptValue::bring_back(Reservation& room, bool anyway) const {
  Value value = in_memory();
  if (!value.empty()) return value;
  if (!make_room(room, nbytes())) {
    if (!anyway) return value;
    room.grow_anyway(nbytes());
  }
  value = get();
  Entry& entry = *entry_;
  Value quicker;  // another's copy: ours goes behind the lock
  const std::lock_guard lock(entry.owner->mutex_);
  if (entry.value.empty()) {
    entry.owner->place_in_memory(entry, value, room);
  } else {
    room.shrink(nbytes());
    quicker = entry.value;
    std::swap(value, quicker);
  }
  return value;
}

Value KeptValue::get() const {
  Value value = in_memory();
  if (!value.empty()) return value;
  std::shared_ptr<const SpilledValue> spilled;
  {
    const std::lock_guard lock(entry_->owner->mutex_);
    spilled = entry_->spilled;
  }
  return spilled->read();
}

bool make_room(Reservation& room, std::size_t bytes) noexcept {
  const std::size_t free = room.limit() / kShareLeftFree;
  if (room.try_grow_leaving(bytes, free)) return true;
  if (room.try_grow(bytes + free)) {
    room.shrink(free);
    return true;
  }
  return room.try_grow(bytes);
}

Value resolved(const Value& value) {
  const KeptValue* kept = kept_in(value);
  return kept == nullptr ? value : kept->get();
}

const std::shared_ptr<KeptValues>& KeptValues::of_process() {
  static const auto& all = *new std::shared_ptr<KeptValues>(std::make_shared<KeptValues>());
  return all;
}

Value KeptValues::keep(Value value) {
  Reservation none;
  return keep(std::move(value), none);
}

Value KeptValues::keep(Value value, Reservation& room) {
  if (value.nbytes() < kLeastKept) return value;
  auto entry = std::make_shared<Entry>(shared_from_this(), value);
  {
    const std::lock_guard lock(mutex_);
    place_in_memory(*entry, value, room);
  }
  return Value::pinned(KeptValue(std::move(entry)), 0);
}

KeptValues::Spilled KeptValues::spill(std::size_t wanted, const SpillPlace& place) {
  Spilled spilled;
  while (spilled.freed < wanted) {
    const std::shared_ptr<Entry> victim = choose_victim();
    if (victim == nullptr) break;
    spilled.written += write(*victim, place);
    spilled.freed += drop(*victim);
  }
  trim(spilled.freed);
  return spilled;
}

// What small pieces lie between stays with the allocator, and is too small for the next value of that size.
void KeptValues::trim(std::size_t freed) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    untrimmed_ += freed;
    if (untrimmed_ < kTrimmedAtOnce || begin < next_trim_) return;
    untrimmed_ = 0;
    next_trim_ = Clock::time_point::max();
  }
  trim_heap();
  const std::lock_guard lock(mutex_);
  next_trim_ = Clock::now() + kTrimShare * (Clock::now() - begin);
}

// Nobody can begin to look at a value but through the entry, under the lock: if nobody does now, it is ours.
std::shared_ptr<KeptValue::Entry> KeptValues::choose_victim() {
  const std::lock_guard lock(mutex_);
  for (Entry* entry : by_use_) {
    if (entry->spilling || entry->value.use_count() != 1) continue;
    auto victim = entry->weak_from_this().lock();
    if (victim == nullptr) continue;  // its last handle is going
    entry->spilling = true;
    return victim;
  }
  return nullptr;
}

// Makes sure that the victim lies on disk, too; the bytes that this took.
std::uint64_t KeptValues::write(Entry& entry, const SpillPlace& place) {
  if (entry.spilled != nullptr) return 0;
  Value value;
  {
    const std::lock_guard lock(mutex_);
    value = entry.value;
  }
  std::shared_ptr<const SpilledValue> spilled;
  std::exception_ptr disk;
  try {
    spilled = std::make_shared<const SpilledValue>(file_at(place), value);
  } catch (const IoError&) {
    disk = std::current_exception();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): its own fault: it stays, and counts
  }
  const std::lock_guard lock(mutex_);
  entry.spilled = spilled;
  if (spilled != nullptr) return spilled->stored_bytes();
  entry.spilling = false;
  if (disk != nullptr) std::rethrow_exception(disk);
  entry.stays = true;
  stay_.splice(stay_.end(), *entry.list, entry.place);
  entry.list = &stay_;
  return 0;
}

// Lets go of what lies on disk, unless somebody looks at it by now.
std::size_t KeptValues::drop(Entry& entry) {
  Value gone;  // behind the lock
  const std::lock_guard lock(mutex_);
  entry.spilling = false;
  if (entry.spilled == nullptr || entry.value.use_count() != 1) return 0;
  take_from_memory(entry);
  gone = std::exchange(entry.value, Value());
  return entry.nbytes;
}

std::shared_ptr<SpillFile> KeptValues::file_at(const SpillPlace& place) {
  // A child process writes to files of its own: its parent goes on with this one.
  const PlaceKey key{place.name, place.limits.quota.value_or(UINT64_MAX),
                     place.limits.reserve.value_or(UINT64_MAX), ::getpid()};
  {
    const std::lock_guard lock(mutex_);
    if (auto file = files_[key].file.lock()) return file;
  }
  const auto account = std::make_shared<SpillAccount>(place.limits);
  auto made = std::make_shared<SpillFile>(place.folder(), account, "kept values");
  const std::lock_guard lock(mutex_);
  std::erase_if(files_, [](const auto& known) { return known.second.file.expired(); });
  Spills& known = files_[key];
  if (auto file = known.file.lock()) return file;
  known = {made, account};
  return made;
}

void KeptValues::place_in_memory(Entry& entry, const Value& value, Reservation& room) {
  entry.value = value;
  entry.list = entry.movable && !entry.stays ? &by_use_ : &stay_;
  entry.place = entry.list->insert(entry.list->end(), &entry);
  in_memory_ += entry.nbytes;
  for (KeptAccount* account : accounts_) {
    account->memory_.absorb(
        std::move(room));  // NOLINT(bugprone-use-after-move): taken by its own budget only
  }
  settle();
}

void KeptValues::take_from_memory(Entry& entry) {
  entry.list->erase(entry.place);
  in_memory_ -= entry.nbytes;
  settle();
}

void KeptValues::settle() {
  for (KeptAccount* account : accounts_) {
    Reservation& memory = account->memory_;
    if (memory.bytes() < in_memory_) memory.grow_anyway(in_memory_ - memory.bytes());
    if (memory.bytes() > in_memory_) memory.shrink(memory.bytes() - in_memory_);
  }
}

void KeptValues::attach(KeptAccount& account) {
  const std::lock_guard lock(mutex_);
  accounts_.push_back(&account);
  settle();
}

void KeptValues::detach(KeptAccount& account) {
  const std::lock_guard lock(mutex_);
  std::erase(accounts_, &account);
}

std::size_t KeptValues::bytes_in_memory() const {
  const std::lock_guard lock(mutex_);
  return in_memory_;
}

std::uint64_t KeptValues::bytes_on_disk() const {
  std::uint64_t bytes = 0;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, spills] : files_) {
    if (!spills.file.expired()) bytes += spills.account->used();
  }
  return bytes;
}

std::string KeptValues::describe() const {
  const std::lock_guard lock(mutex_);
  if (in_memory_ == 0) return {};
  const Entry* largest = nullptr;
  for (const std::list<Entry*>* list : {&stay_, &by_use_}) {
    for (const Entry* entry : *list) {
      if (largest == nullptr || entry->nbytes > largest->nbytes) largest = entry;
    }
  }
  return "kept values hold " + format_byte_size(in_memory_) + ", the largest, of kind " + largest->kind +
         ", " + format_byte_size(largest->nbytes);
}

KeptAccount::KeptAccount(std::shared_ptr<KeptValues> kept, MemoryBudget& budget)
    : kept_(std::move(kept)), memory_(budget.reserve("kept values")) {
  kept_->attach(*this);
}

KeptAccount::~KeptAccount() { kept_->detach(*this); }

}  // namespace treadle
