#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv/fields.h"

namespace treadle::csv {

/// The fields that mean null: unquoted ones, or quoted ones, too. Immutable.
class NullSpellings {
 public:
  explicit NullSpellings(std::vector<std::string> spellings, bool quoted_too = false);

  /// Whether a field of text means null.
  bool is_null(const FieldText& field) const noexcept {
    return (!field.quoted || quoted_too_) && contains(field.text);
  }
  /// The same for a field of other types: writers that quote every field quote empty ones, too.
  bool is_null_value(const FieldText& field) const noexcept {
    return field.quoted && !quoted_too_ ? field.text.empty() : contains(field.text);
  }

  /// Whether it is a spelling of null; the empty one always is. Two table look-ups tell most values apart
  /// from all spellings.
  bool contains(std::string_view text) const noexcept {
    if (text.empty()) return true;
    if (text.size() > 63 || (sizes_ >> text.size() & 1) == 0) return false;
    return first_bytes_[static_cast<std::uint8_t>(text[0])] && is_listed(text);
  }
  /// Some spelling has digits: it could pass for a number or date, so values are looked up before they are
  /// parsed.
  bool resemble_values() const noexcept { return resemble_values_; }

 private:
  bool is_listed(std::string_view text) const noexcept;
  std::vector<std::string> spellings_;
  std::array<bool, 256> first_bytes_ = {};
  std::uint64_t sizes_ = 0;
  bool resemble_values_ = false;
  bool quoted_too_;
};

}  // namespace treadle::csv
