#pragma once

#include <string>

namespace treadle::io {

/// Loads a library that lies beside this one, for ever, and answers with the function `entry` in it.
/// `subject` says in messages what it is for. Throws IoError.
void* load_own_library(const std::string& file, const char* entry, const std::string& subject);

}  // namespace treadle::io
