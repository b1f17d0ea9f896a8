#include "treadle/error.h"

#include <system_error>
#include <utility>

namespace treadle {
namespace {

std::string locate(const TextPosition& position, const std::string& message) {
  std::string text = position.file;
  if (position.line != 0) {
    text += text.empty() ? "line " : ":";
    text += std::to_string(position.line);
  }
  if (position.column != 0) {
    const bool bare = position.file.empty();
    if (!text.empty()) text += bare ? ", " : ":";
    if (bare) text += "column ";
    text += std::to_string(position.column);
  }
  return text.empty() ? message : text + ": " + message;
}

}  // namespace

ParseError::ParseError(TextPosition position, const std::string& message)
    : Error(locate(position, message)), position_(std::move(position)) {}

IoError IoError::from_errno(std::string_view message, std::string_view path, int error_number) {
  return IoError(std::string(message) + ": " + std::string(path) + ": " +
                 std::generic_category().message(error_number));
}

}  // namespace treadle
