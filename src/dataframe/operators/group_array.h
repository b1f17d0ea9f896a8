#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "memory/block.h"

namespace treadle::dataframe {

/// One value a group, indexed by the group's number. Says beforehand what it will hold, so that operators can
/// reserve before they allocate.
template <class T>
class GroupArray {
 public:
  std::size_t size() const noexcept { return values_.size(); }
  T* data() noexcept { return values_.data(); }
  const T* data() const noexcept { return values_.data(); }
  T& operator[](std::size_t group) noexcept { return values_[group]; }
  const T& operator[](std::size_t group) const noexcept { return values_[group]; }

  /// New groups get `neutral`.
  void resize(std::size_t num_groups, const T& neutral = T{}) {
    if (num_groups > values_.capacity()) values_.reserve(capacity_for(num_groups));
    values_.resize(num_groups, neutral);
  }
  void reserve(std::size_t num_groups) { values_.reserve(num_groups); }
  void append(const T& value) {
    if (values_.size() == values_.capacity()) values_.reserve(capacity_for(values_.size() + 1));
    values_.push_back(value);
  }
  /// Forgets the groups and keeps the room.
  void clear() noexcept { values_.clear(); }
  /// Bytes held once there are `num_groups`.
  std::size_t bytes_with(std::size_t num_groups) const noexcept {
    return (num_groups <= values_.capacity() ? values_.capacity() : capacity_for(num_groups)) * sizeof(T);
  }

 private:
  std::size_t capacity_for(std::size_t num_groups) const noexcept {
    return std::max({num_groups, 2 * values_.capacity(), std::size_t{256}});
  }

  std::vector<T, BlockAllocator<T>> values_;
};

}  // namespace treadle::dataframe
