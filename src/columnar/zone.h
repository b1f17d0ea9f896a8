#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace treadle::columnar {

/// The clock of a time zone. Immutable; thread-safe; shared.
class Zone {
 public:
  /// An IANA name ("Europe/Berlin"), an offset ("+02:00") or "UTC". Throws InvalidArgument for an unknown
  /// one.
  static std::shared_ptr<const Zone> find(const std::string& name);
  explicit Zone(const std::string& name);
  ~Zone();

  /// Seconds that the zone's clock is ahead of UTC at this UTC time.
  std::int64_t offset_at(std::int64_t utc_seconds) const;
  /// The UTC time at which the zone's clock shows `local_seconds` (counted as if it were UTC). A time shown
  /// twice is the earlier one; one that is skipped is moved ahead by the gap, as POSIX and Java do.
  std::int64_t to_utc(std::int64_t local_seconds) const;
  /// The UTC times at which the zone's clock shows some local time: one, two where the clock is set back,
  /// none where it is set ahead.
  struct Instants {
    enum class Kind : std::uint8_t { kOnce, kTwice, kNever } kind = Kind::kOnce;
    std::int64_t earlier = 0, later = 0;  // of a time shown once: both it
    std::int64_t change = 0;              // when the clock is set; of a time shown once: nothing
  };
  Instants instants_of(std::int64_t local_seconds) const;
  /// The times from `begin` to before `end`, around this one, that have its offset.
  void span_around(std::int64_t utc_seconds, std::int64_t& begin, std::int64_t& end) const;

 private:
  struct Rules;
  std::unique_ptr<const Rules> rules_;  // null if fixed_
  bool fixed_ = false;
  std::int64_t fixed_offset_ = 0;
};

/// offset_at() for many times: remembers the span between two transitions that the last one lay in. One
/// thread at a time.
class ZoneCursor {
 public:
  explicit ZoneCursor(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}
  std::int64_t offset_at(std::int64_t utc_seconds) {
    if (utc_seconds < begin_ || utc_seconds >= end_) seek(utc_seconds);
    return offset_;
  }

 private:
  void seek(std::int64_t utc_seconds);

  std::shared_ptr<const Zone> zone_;
  std::int64_t begin_ = 0, end_ = 0;  // offset_ holds from begin_ to before end_
  std::int64_t offset_ = 0;
};

}  // namespace treadle::columnar
