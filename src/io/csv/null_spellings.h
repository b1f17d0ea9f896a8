#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::csv {

/// The unquoted fields that mean null; the empty one always does. Immutable.
class NullSpellings {
 public:
  explicit NullSpellings(std::vector<std::string> spellings);

  /// Two table look-ups tell most values apart from all spellings.
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
};

}  // namespace treadle::csv
