#pragma once

#include <string>
#include <string_view>

// Unicode's full case mapping of texts, as Python's str.lower() and str.upper() do it: one character may
// become several, and a capital sigma at the end of a word becomes another letter than one inside.
namespace treadle::bag {

/// Appends `text`, UTF-8, in lower case to `out`.
void append_lower(std::string_view text, std::string& out);
/// The same in upper case.
void append_upper(std::string_view text, std::string& out);

}  // namespace treadle::bag
