// With VBMI2 the positions of bits are one instruction.
#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "io/csv/structure.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first: it includes this file once per instruction set.
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "io/csv/scan_state.h"
#include "io/csv/structure.h"

HWY_BEFORE_NAMESPACE();
namespace treadle::csv::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::CappedTag<std::uint8_t, 64>;
using Vector = hn::Vec<Bytes>;
constexpr std::size_t kChunk = 64;

HWY_INLINE std::uint64_t bits_of(hn::Mask<Bytes> mask) {
  std::uint64_t bits = 0;
  hn::StoreMaskBits(Bytes(), mask, reinterpret_cast<std::uint8_t*>(&bits));
  return bits;
}

/// 64 bytes in registers, and one bit a byte for those that equal a character.
class Chunk {
 public:
  HWY_INLINE explicit Chunk(const std::uint8_t* text) : text_(text) {}

  HWY_INLINE std::uint64_t equal(Vector character) const {
    std::uint64_t bits = 0;
    for (std::size_t at = 0; at < kChunk; at += kLanes) {
      bits |= bits_of(hn::Eq(hn::LoadU(Bytes(), text_ + at), character)) << at;
    }
    return bits;
  }

  HWY_INLINE Vector any() const {
    Vector all = hn::LoadU(Bytes(), text_);
    for (std::size_t at = kLanes; at < kChunk; at += kLanes)
      all = hn::Or(all, hn::LoadU(Bytes(), text_ + at));
    return all;
  }

 private:
  static constexpr std::size_t kLanes = hn::MaxLanes(Bytes());
  const std::uint8_t* text_;
};

/// Bit i is the xor of bits 0 to i.
HWY_INLINE std::uint64_t prefix_xor(std::uint64_t bits) {
#if HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SCALAR
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
#else
  const hn::FixedTag<std::uint64_t, 2> pair;
  return hn::GetLane(hn::CLMulLower(hn::Set(pair, bits), hn::Set(pair, ~std::uint64_t{0})));
#endif
}

constexpr std::size_t kMostAtOnce = 16;

/// Writes `base` plus the place of each set bit. As many at a time as make no branch a bit; up to kMostAtOnce
/// more are written than there are.
#if HWY_TARGET == HWY_AVX3_DL
HWY_INLINE void write_positions(std::uint64_t bits, std::uint32_t base, std::size_t count,
                                std::uint32_t* out) {
  const hn::FixedTag<std::uint8_t, 64> bytes;
  const hn::FixedTag<std::uint8_t, 16> quarter;
  const hn::FixedTag<std::uint32_t, 16> places;
  const auto mask = hn::LoadMaskBits(bytes, reinterpret_cast<const std::uint8_t*>(&bits));
  const auto packed = hn::Compress(hn::Iota(bytes, 0), mask);
  const auto first = hn::Set(places, base);
  hn::StoreU(hn::Add(hn::PromoteTo(places, hn::LowerHalf(hn::LowerHalf(packed))), first), places, out);
  if (HWY_LIKELY(count <= 16)) return;
  alignas(64) std::uint8_t all[64];
  hn::Store(packed, bytes, all);
  for (std::size_t done = 16; done < count; done += 16) {
    hn::StoreU(hn::Add(hn::PromoteTo(places, hn::Load(quarter, all + done)), first), places, out + done);
  }
}
#else
HWY_INLINE void write_positions(std::uint64_t bits, std::uint32_t base, std::size_t count,
                                std::uint32_t* out) {
  for (std::size_t done = 0; done < count; done += 8) {
    for (std::size_t i = 0; i < 8; ++i) {
      out[done + i] = base + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
}
#endif

class VectorScan {
 public:
  HWY_INLINE VectorScan(const Dialect& dialect, ScanState& state, Structure& out)
      : dialect_(dialect),
        state_(state),
        out_(out),
        quote_(hn::Set(Bytes(), dialect.quote)),
        delimiter_(hn::Set(Bytes(), dialect.delimiter)),
        newline_(hn::Set(Bytes(), '\n')),
        return_(hn::Set(Bytes(), '\r')),
        any_byte_(hn::Zero(Bytes())),
        quote_bits_(dialect.quote != 0 ? ~std::uint64_t{0} : 0),
        has_specials_(dialect.escape != 0 || dialect.comment != 0) {}

  /// `chunk`: 64 readable bytes; they stand for text[base, base + length), what is behind them is 0.
  HWY_INLINE void step(const std::uint8_t* chunk, std::uint32_t base, std::uint32_t length) {
    const Chunk bytes(chunk);
    any_byte_ = hn::Or(any_byte_, bytes.any());
    returns_ |= bytes.equal(return_);
    const std::uint64_t quotes = bytes.equal(quote_) & quote_bits_;
    std::uint64_t newlines = bytes.equal(newline_);
    std::uint64_t separators = newlines | bytes.equal(delimiter_);
    if (HWY_UNLIKELY(has_specials_) && needs_bytes(bytes, newlines)) return by_bytes(chunk, base, length);
    if (HWY_LIKELY(quotes == 0)) {
      separators &= ~state_.inside_quotes;
      newlines &= ~state_.inside_quotes;
      state_.after_quote = 0;
    } else if (!take_quotes(quotes, separators, newlines)) {
      return by_bytes(chunk, base, length);
    }
    state_.field_start = separators >> 63;
    state_.line_start = newlines >> 63;
    emit(separators, newlines, base);
  }

  HWY_INLINE void finish() {
    out_.has_quotes |= any_quotes_;
    out_.has_inner_quotes |= doubled_ != 0;
    out_.has_carriage_returns = returns_ != 0;
    const auto high = hn::TestBit(any_byte_, hn::Set(Bytes(), 0x80));
    out_.has_non_ascii = !hn::AllFalse(Bytes(), high);
  }

 private:
  /// Escapes change what the next byte means, comments hide quotes.
  HWY_INLINE bool needs_bytes(const Chunk& bytes, std::uint64_t newlines) const {
    if (state_.in_comment || state_.escaped) return true;
    if (dialect_.escape != 0 && bytes.equal(hn::Set(Bytes(), dialect_.escape)) != 0) return true;
    if (dialect_.comment == 0) return false;
    const std::uint64_t starts = newlines << 1 | state_.line_start;
    return (bytes.equal(hn::Set(Bytes(), dialect_.comment)) & starts) != 0;
  }

  /// Takes away the separators inside quotes. False, and nothing changed, if a quote stands inside an
  /// unquoted field, where it means itself.
  HWY_INLINE bool take_quotes(std::uint64_t quotes, std::uint64_t& separators, std::uint64_t& newlines) {
    const std::uint64_t region = prefix_xor(quotes) ^ state_.inside_quotes;
    const std::uint64_t opening = quotes & region;
    const std::uint64_t closing = quotes & ~region;
    const std::uint64_t outside = separators & ~region;
    const std::uint64_t behind_quote = closing << 1 | state_.after_quote;
    const std::uint64_t may_open = (outside << 1 | state_.field_start) | behind_quote;
    if ((opening & ~may_open) != 0) return false;
    separators = outside;
    newlines &= ~region;
    state_.inside_quotes = static_cast<std::uint64_t>(static_cast<std::int64_t>(region) >> 63);
    state_.after_quote = closing >> 63;
    any_quotes_ = true;
    doubled_ |= opening & behind_quote;
    return true;
  }

  HWY_INLINE void emit(std::uint64_t separators, std::uint64_t newlines, std::uint32_t base) {
    const auto count = static_cast<std::size_t>(std::popcount(separators));
    write_positions(separators, base, count, out_.append_room(kChunk + kMostAtOnce));
    out_.num_separators += count;
    out_.num_newlines += static_cast<std::size_t>(std::popcount(newlines));
  }

  HWY_NOINLINE void by_bytes(const std::uint8_t* chunk, std::uint32_t base, std::uint32_t length) {
    // Positions count from the start of the text, also when the chunk is a copy of its end.
    scan_bytes(dialect_, chunk - base, base, base + length, state_, out_);
  }

  const Dialect& dialect_;
  ScanState& state_;
  Structure& out_;
  const Vector quote_, delimiter_, newline_, return_;
  Vector any_byte_;
  const std::uint64_t quote_bits_;
  const bool has_specials_;
  std::uint64_t returns_ = 0;
  std::uint64_t doubled_ = 0;
  bool any_quotes_ = false;
};

void scan(const Dialect& dialect, const std::uint8_t* text, std::uint32_t begin, std::uint32_t end,
          ScanState& state, Structure& out) {
  VectorScan scan(dialect, state, out);
  std::uint32_t position = begin;
  for (; end - position >= kChunk; position += kChunk) scan.step(text + position, position, kChunk);
  if (position < end) {
    std::uint8_t tail[kChunk] = {};
    std::memcpy(tail, text + position, end - position);
    scan.step(tail, position, end - position);
  }
  scan.finish();
}

}  // namespace treadle::csv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace treadle::csv {

HWY_EXPORT(scan);

void Structure::reset(std::uint32_t before_text) {
  num_separators = num_newlines = 0;
  has_quotes = has_inner_quotes = has_escapes = has_comments = has_carriage_returns = has_non_ascii =
      ends_in_quotes = false;
  append_room(64);
  edges_[0] = before_text;
}

void Structure::grow(std::size_t needed) {
  const std::size_t capacity = std::max(needed, capacity_ * 2);
  auto grown = std::make_unique_for_overwrite<std::uint32_t[]>(capacity);
  if (capacity_ != 0) std::memcpy(grown.get(), edges_.get(), (num_separators + 1) * sizeof(std::uint32_t));
  edges_ = std::move(grown);
  capacity_ = capacity;
}

// Room that a scan wants beyond what it finds, for positions are written several at a time.
constexpr std::size_t kScanAhead = 256;

std::size_t Structure::bytes_for(std::size_t separators) noexcept {
  return (separators + kScanAhead) * sizeof(std::uint32_t);
}

void Structure::reserve(std::size_t separators) {
  if (separators + kScanAhead <= capacity_) return;
  // Not both at once.
  edges_ = nullptr;
  num_separators = capacity_ = 0;
  edges_ = std::make_unique_for_overwrite<std::uint32_t[]>(separators + kScanAhead);
  capacity_ = separators + kScanAhead;
}

std::size_t count_separators(const Dialect& dialect, const std::uint8_t* text, std::size_t size) {
  const auto delimiter = static_cast<std::uint8_t>(dialect.delimiter);
  return static_cast<std::size_t>(
      std::count_if(text, text + size, [=](std::uint8_t byte) { return byte == delimiter || byte == '\n'; }));
}

void scan_structure(const Dialect& dialect, const std::uint8_t* text, std::uint32_t begin, std::uint32_t end,
                    bool inside_quotes, Structure& out) {
  out.reset(begin - 1);
  ScanState state;
  if (inside_quotes) {
    state.inside_quotes = ~std::uint64_t{0};
    state.field_start = state.line_start = 0;
  }
  HWY_DYNAMIC_DISPATCH(scan)(dialect, text, begin, end, state, out);
  out.ends_in_quotes = state.inside_quotes != 0;
}

}  // namespace treadle::csv
#endif
