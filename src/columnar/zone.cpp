#include "columnar/zone.h"

#include <cctz/time_zone.h>

#include <mutex>
#include <unordered_map>

#include "treadle/error.h"

namespace treadle::columnar {

struct Zone::Rules {
  cctz::time_zone zone;
};

namespace {

using Instant = cctz::time_point<cctz::seconds>;

Instant instant(std::int64_t seconds) { return Instant(cctz::seconds(seconds)); }

/// "+02:00", "-0530", "+02" as seconds; false for anything else.
bool parse_offset(const std::string& text, std::int64_t& seconds) {
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return false;
  std::string digits;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':' && i == 3) continue;
    if (text[i] < '0' || text[i] > '9') return false;
    digits += text[i];
  }
  if (digits.size() == 2) digits += "00";
  if (digits.size() != 4) return false;
  const int hours = (digits[0] - '0') * 10 + digits[1] - '0',
            minutes = (digits[2] - '0') * 10 + digits[3] - '0';
  if (hours > 23 || minutes > 59) return false;
  seconds = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

}  // namespace

Zone::Zone(const std::string& name) {
  fixed_ =
      name == "UTC" || name == "Z" || name == "Etc/UTC" || name == "GMT" || parse_offset(name, fixed_offset_);
  if (fixed_) return;
  cctz::time_zone zone;
  if (name.empty() || !cctz::load_time_zone(name, &zone)) {
    throw InvalidArgument(
        "expected a time zone of the IANA database (as in /usr/share/zoneinfo), UTC or an offset such as "
        "+02:00; found \"" +
        name + "\"");
  }
  rules_ = std::make_unique<const Rules>(Rules{zone});
}

Zone::~Zone() = default;

std::shared_ptr<const Zone> Zone::find(const std::string& name) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::shared_ptr<const Zone>> zones;
  const std::lock_guard lock(mutex);
  auto& zone = zones[name];
  if (zone == nullptr) zone = std::make_shared<const Zone>(name);
  return zone;
}

std::int64_t Zone::offset_at(std::int64_t utc_seconds) const {
  return fixed_ ? fixed_offset_ : rules_->zone.lookup(instant(utc_seconds)).offset;
}

std::int64_t Zone::to_utc(std::int64_t local_seconds) const {
  if (fixed_) return local_seconds - fixed_offset_;
  const cctz::civil_second shown = cctz::civil_second(1970, 1, 1, 0, 0, 0) + local_seconds;
  return rules_->zone.lookup(shown).pre.time_since_epoch().count();
}

Zone::Instants Zone::instants_of(std::int64_t local_seconds) const {
  using Kind = Instants::Kind;
  if (fixed_) {
    const std::int64_t utc = local_seconds - fixed_offset_;
    return {Kind::kOnce, utc, utc, 0};
  }
  const auto found = rules_->zone.lookup(cctz::civil_second(1970, 1, 1, 0, 0, 0) + local_seconds);
  const auto seconds = [](Instant time) { return time.time_since_epoch().count(); };
  const Kind kind = found.kind == cctz::time_zone::civil_lookup::UNIQUE     ? Kind::kOnce
                    : found.kind == cctz::time_zone::civil_lookup::REPEATED ? Kind::kTwice
                                                                            : Kind::kNever;
  return {kind, seconds(found.pre), seconds(found.post), seconds(found.trans)};
}

void Zone::span_around(std::int64_t utc_seconds, std::int64_t& begin, std::int64_t& end) const {
  begin = INT64_MIN;
  end = INT64_MAX;
  if (fixed_) return;
  cctz::time_zone::civil_transition change;
  if (rules_->zone.next_transition(instant(utc_seconds), &change)) {
    end = rules_->zone.lookup(change.to).trans.time_since_epoch().count();
  }
  if (rules_->zone.prev_transition(instant(utc_seconds + 1), &change)) {
    begin = rules_->zone.lookup(change.to).trans.time_since_epoch().count();
  }
  // A change that cctz gives no single instant for: the span is the second that was asked for.
  if (begin > utc_seconds || end <= utc_seconds) {
    begin = utc_seconds;
    end = utc_seconds + 1;
  }
}

void ZoneCursor::seek(std::int64_t utc_seconds) {
  zone_->span_around(utc_seconds, begin_, end_);
  offset_ = zone_->offset_at(utc_seconds);
}

}  // namespace treadle::columnar
