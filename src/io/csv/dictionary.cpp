#include "io/csv/dictionary.h"

#include <algorithm>
#include <climits>

namespace treadle::csv {
namespace {

constexpr std::size_t kFirstSlots = 512;
// Beyond, the table falls out of the second-level cache.
constexpr std::size_t kMostValues = 8192;
// Repeated as well: but copies of long texts would hold more than the block they lie in.
constexpr std::size_t kMostBytes = 1 << 20;

/// Whether `values` distinct ones among `rows` still promise repetition.
bool worth_coding(std::size_t values, std::size_t rows) {
  return values <= kMostValues && values <= 2048 + rows / 16;
}

}  // namespace

Dictionary::Dictionary() { clear(); }

void Dictionary::clear() {
  slots_.assign(kFirstSlots, Slot());
  mask_ = kFirstSlots - 1;
  used_ = 0;
  bytes_.clear();
  offsets_.assign(1, 0);
  column_ = nullptr;
}

std::optional<std::int32_t> Dictionary::insert(const std::uint8_t* text, std::uint32_t size, bool is_null,
                                               std::size_t rows, bool quoted_null) {
  const std::size_t values = offsets_.size() - 1;
  if (!worth_coding(values + 1, rows) || bytes_.size() + size > kMostBytes) return std::nullopt;
  if (2 * (used_ + 1) > slots_.size()) grow();
  const Head head = head_of(text, size, quoted_null);
  std::int32_t code = kNull;
  if (!is_null) {
    code = static_cast<std::int32_t>(values);
    bytes_.append(reinterpret_cast<const char*>(text), size);
    offsets_.push_back(static_cast<std::int32_t>(bytes_.size()));
  }
  place(head, slot_of(head, text, size), code);
  ++used_;
  return code;
}

void Dictionary::place(const Head& head, std::size_t slot, std::int32_t code) {
  while (slots_[slot].head.tag != 0) slot = (slot + 1) & mask_;
  slots_[slot] = {head, code};
}

void Dictionary::grow() {
  std::vector<Slot> former(slots_.size() * 2);
  former.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : former) {
    if (slot.head.tag == 0) continue;
    const std::uint32_t size = slot.head.tag & INT_MAX;
    const auto* text =
        slot.code >= 0 ? reinterpret_cast<const std::uint8_t*>(value(slot.code).data()) : nullptr;
    place(slot.head, slot_of(slot.head, text, size), slot.code);
  }
}

std::string_view Dictionary::value(std::int32_t code) const {
  const auto index = static_cast<std::size_t>(code);
  const auto begin = static_cast<std::size_t>(offsets_[index]);
  return std::string_view(bytes_).substr(begin, static_cast<std::size_t>(offsets_[index + 1]) - begin);
}

std::uint64_t Dictionary::hash_tail(const std::uint8_t* text, std::uint32_t size) {
  std::uint64_t hash = size;
  std::uint32_t at = kHeadBytes;
  for (; at + 8 <= size; at += 8) hash = mixed(hash ^ load8(text + at), 0x9FB21C651E98DF25);
  // The last eight bytes again, whole: at least 16 lie before.
  return mixed(hash ^ load8(text + size - 8), 0xC3A5C85C97CB3127);
}

bool Dictionary::tail_equals(std::int32_t code, const std::uint8_t* text, std::uint32_t size) const {
  if (code < 0) return false;
  const std::string_view known = value(code);
  return std::memcmp(known.data() + kHeadBytes, text + kHeadBytes, size - kHeadBytes) == 0;
}

const std::shared_ptr<const columnar::Column>& Dictionary::column(const DataType& type) {
  const auto values = static_cast<std::int64_t>(offsets_.size() - 1);
  if (column_ == nullptr || column_->length() != values) {
    column_ = std::make_shared<const columnar::Column>(
        type, columnar::Layout::kPlain, values, nullptr,
        Buffer::copy(offsets_.data(), offsets_.size() * sizeof(std::int32_t)),
        std::vector<BufferPtr>{Buffer::copy(bytes_.data(), bytes_.size())}, 0);
  }
  return column_;
}

}  // namespace treadle::csv
