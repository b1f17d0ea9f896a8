#include "treadle/memory.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "base/byte_size.h"
#include "treadle/error.h"

namespace treadle {

struct MemoryLedger {
  MemoryLedger(std::size_t bytes, std::string name) : limit(bytes), setting(std::move(name)) {}

  const std::size_t limit;
  const std::string setting;
  std::shared_mutex reclaimer_mutex;  // held, shared, while the reclaimer works
  std::function<bool(std::size_t)> reclaimer;
  std::atomic<std::size_t> used{0};
  std::atomic<std::size_t> peak{0};
  std::atomic<std::size_t> unaccounted{0};

  std::size_t room() const noexcept {
    if (limit == MemoryBudget::kUnlimited) return MemoryBudget::kUnlimited;
    return limit - std::min(limit, unaccounted.load(std::memory_order_relaxed));
  }

  bool try_take(std::size_t bytes, std::size_t leaving = 0) noexcept {
    std::size_t now = used.load(std::memory_order_relaxed);
    do {
      const std::size_t most = room() - std::min(room(), leaving);
      if (bytes > most || now > most - bytes) return false;
    } while (!used.compare_exchange_weak(now, now + bytes, std::memory_order_relaxed));
    raise_peak(now + bytes);
    return true;
  }

  bool take(std::size_t bytes) {
    while (!try_take(bytes)) {
      const std::shared_lock lock(reclaimer_mutex);
      if (!reclaimer || !reclaimer(bytes)) return false;
    }
    return true;
  }

  void take_anyway(std::size_t bytes) noexcept {
    raise_peak(used.fetch_add(bytes, std::memory_order_relaxed) + bytes);
  }

  void give(std::size_t bytes) noexcept { used.fetch_sub(bytes, std::memory_order_relaxed); }

  void raise_peak(std::size_t bytes) noexcept {
    std::size_t seen = peak.load(std::memory_order_relaxed);
    while (bytes > seen && !peak.compare_exchange_weak(seen, bytes, std::memory_order_relaxed)) {
    }
  }

  [[noreturn]] void refuse(const std::string& holder, std::size_t wanted) const {
    std::string message = holder + " needs " + format_byte_size(wanted) + " more, but " +
                          format_byte_size(used.load(std::memory_order_relaxed)) + " of " + setting + "'s " +
                          format_byte_size(limit) + " are in use";
    if (const std::size_t lost = unaccounted.load(std::memory_order_relaxed); lost != 0) {
      message += " and " + format_byte_size(lost) + " are held outside of Treadle's ledger";
    }
    throw OutOfMemory(message + "; raise " + setting + ", or lower the number of threads");
  }
};

MemoryBudget::MemoryBudget(std::size_t limit, std::string setting)
    : ledger_(std::make_shared<MemoryLedger>(limit, std::move(setting))) {}

MemoryBudget::~MemoryBudget() { set_reclaimer(nullptr); }

Reservation MemoryBudget::reserve(std::string_view holder, std::size_t bytes) {
  Reservation reservation(ledger_, std::string(holder));
  if (bytes != 0) reservation.grow(bytes);
  return reservation;
}

std::size_t MemoryBudget::limit() const noexcept { return ledger_->limit; }
std::size_t MemoryBudget::used() const noexcept { return ledger_->used.load(std::memory_order_relaxed); }
std::size_t MemoryBudget::peak() const noexcept { return ledger_->peak.load(std::memory_order_relaxed); }

std::size_t MemoryBudget::available() const noexcept {
  const std::size_t room = ledger_->room();
  return room - std::min(room, used());
}

void MemoryBudget::set_unaccounted(std::size_t bytes) noexcept {
  ledger_->unaccounted.store(bytes, std::memory_order_relaxed);
}

void MemoryBudget::set_reclaimer(std::function<bool(std::size_t)> reclaimer) {
  const std::unique_lock lock(ledger_->reclaimer_mutex);
  ledger_->reclaimer = std::move(reclaimer);
}

Reservation::Reservation(std::shared_ptr<MemoryLedger> ledger, std::string holder)
    : ledger_(std::move(ledger)), holder_(std::move(holder)) {}

Reservation::Reservation(Reservation&& other) noexcept
    : ledger_(std::move(other.ledger_)),
      holder_(std::move(other.holder_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  shrink(bytes_);
  ledger_ = std::move(other.ledger_);
  holder_ = std::move(other.holder_);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

Reservation::~Reservation() { shrink(bytes_); }

std::size_t Reservation::limit() const noexcept { return ledger_ == nullptr ? 0 : ledger_->limit; }

void Reservation::grow(std::size_t more) {
  if (ledger_ == nullptr) throw InternalError("a reservation of no budget was asked to grow");
  if (!ledger_->take(more)) ledger_->refuse(holder_, more);
  bytes_ += more;
}

bool Reservation::try_grow(std::size_t more, bool may_reclaim) noexcept {
  if (ledger_ == nullptr) return false;
  if (!(may_reclaim ? ledger_->take(more) : ledger_->try_take(more))) return false;
  bytes_ += more;
  return true;
}

bool Reservation::try_grow_leaving(std::size_t more, std::size_t free) noexcept {
  if (ledger_ == nullptr || !ledger_->try_take(more, free)) return false;
  bytes_ += more;
  return true;
}

void Reservation::grow_anyway(std::size_t more) noexcept {
  if (ledger_ == nullptr) return;
  ledger_->take_anyway(more);
  bytes_ += more;
}

void Reservation::absorb(Reservation&& other) noexcept {
  if (ledger_ == nullptr) {
    *this = std::move(other);
  } else if (ledger_ == other.ledger_) {
    bytes_ += std::exchange(other.bytes_, 0);
  }
}

void Reservation::shrink(std::size_t fewer) noexcept {
  fewer = std::min(fewer, bytes_);
  if (fewer == 0 || ledger_ == nullptr) return;
  ledger_->give(fewer);
  bytes_ -= fewer;
}

void Reservation::resize(std::size_t bytes) {
  if (bytes > bytes_) {
    grow(bytes - bytes_);
  } else {
    shrink(bytes_ - bytes);
  }
}

}  // namespace treadle
