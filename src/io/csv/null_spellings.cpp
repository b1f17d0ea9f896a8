#include "io/csv/null_spellings.h"

#include <algorithm>

#include "treadle/error.h"

namespace treadle::csv {

NullSpellings::NullSpellings(std::vector<std::string> spellings, bool quoted_too)
    : spellings_(std::move(spellings)), quoted_too_(quoted_too) {
  for (const std::string& spelling : spellings_) {
    if (spelling.empty()) continue;
    if (spelling.size() > 63) {
      throw InvalidArgument("csv: null_values must be of at most 63 bytes; one is '" + spelling + "'");
    }
    first_bytes_[static_cast<std::uint8_t>(spelling[0])] = true;
    sizes_ |= std::uint64_t{1} << spelling.size();
    resemble_values_ |= spelling.find_first_of("0123456789") != std::string::npos || spelling == "true" ||
                        spelling == "false";
  }
}

bool NullSpellings::is_listed(std::string_view text) const noexcept {
  return std::find(spellings_.begin(), spellings_.end(), text) != spellings_.end();
}

}  // namespace treadle::csv
