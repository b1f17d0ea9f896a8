#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace treadle {

class MemoryBudget;

/// The account behind a budget and its reservations.
struct MemoryLedger;

/// Bytes of a MemoryBudget that belong to one holder until it is destroyed. Move-only; one thread at a time.
/// May outlive the budget: then nobody is made to spill for it any more.
class Reservation {
 public:
  /// Holds nothing of no budget; grow() throws InternalError.
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

  std::size_t bytes() const noexcept { return bytes_; }
  /// What its budget may hold in all; 0 of no budget.
  std::size_t limit() const noexcept;
  /// Takes `more` bytes. Throws OutOfMemory naming the holder, the bytes wanted, the budget and the setting.
  void grow(std::size_t more);
  /// Takes `more` bytes whether or not the budget has them: for the one piece of work that must always go on.
  void grow_anyway(std::size_t more) noexcept;
  /// Takes `more` bytes if the budget has them: the moment to spill is when it answers false. Unless
  /// `may_reclaim`, nobody else is made to spill for it.
  [[nodiscard]] bool try_grow(std::size_t more, bool may_reclaim = true) noexcept;
  /// Takes `more` bytes if the budget has them and `free` bytes stay free then: for work that is begun ahead
  /// of its turn. Nobody is made to spill for it.
  [[nodiscard]] bool try_grow_leaving(std::size_t more, std::size_t free) noexcept;
  /// Gives back `fewer` bytes, at most what it holds.
  void shrink(std::size_t fewer) noexcept;
  /// Takes over what `other`, of the same budget, holds.
  void absorb(Reservation&& other) noexcept;
  /// Grows or shrinks to `bytes`. Throws as grow() does.
  void resize(std::size_t bytes);

 private:
  friend class MemoryBudget;
  Reservation(std::shared_ptr<MemoryLedger> ledger, std::string holder);
  std::shared_ptr<MemoryLedger> ledger_;
  std::string holder_;
  std::size_t bytes_ = 0;
};

/// The working memory of a run: what reservations and finished values may hold together. Thread-safe.
class MemoryBudget {
 public:
  static constexpr std::size_t kUnlimited = SIZE_MAX;

  /// `setting` is named in OutOfMemory messages: what the user can change.
  explicit MemoryBudget(std::size_t limit, std::string setting = "working_memory");
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;
  ~MemoryBudget();

  /// A reservation of `bytes` for `holder` (an operator's name). Throws OutOfMemory.
  Reservation reserve(std::string_view holder, std::size_t bytes = 0);
  std::size_t limit() const noexcept;
  /// What is left: limit() less used() and less what set_unaccounted() took away, at least 0.
  std::size_t available() const noexcept;
  std::size_t used() const noexcept;
  /// The largest used() so far.
  std::size_t peak() const noexcept;
  /// Resident bytes that no reservation explains, as a sampler found them: they are not there for
  /// reservations.
  void set_unaccounted(std::size_t bytes) noexcept;
  /// Called, from any thread and without locks of the budget, when a reservation would fail: it may free
  /// memory (spill values), at least `wanted` bytes if it can, and answers whether it freed any. Set before
  /// the first use.
  void set_reclaimer(std::function<bool(std::size_t wanted)> reclaimer);

 private:
  const std::shared_ptr<MemoryLedger> ledger_;
};

}  // namespace treadle
