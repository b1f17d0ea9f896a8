#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "columnar/column.h"

namespace treadle::io {

/// Brings text to codes into categories that are given, so that a file has all of them, in their order. One
/// thread at a time.
class CategoryCoder {
 public:
  /// Throws InvalidArgument for a category that occurs twice.
  explicit CategoryCoder(const std::vector<std::string>& categories);

  /// The same rows in dictionary layout; null where a value is none of the categories.
  columnar::Column code(const columnar::Column& column);

 private:
  static constexpr std::int32_t kNone = -1;
  std::int32_t place_of(std::string_view text) const;
  const std::vector<std::int32_t>& places_of(const std::shared_ptr<const columnar::Column>& dictionary);

  std::shared_ptr<const columnar::Column> categories_;
  std::unordered_map<std::string_view, std::int32_t> places_;  // names lie in categories_
  // The latest dictionary that came, and where its values stand among the categories.
  std::shared_ptr<const columnar::Column> seen_;
  std::vector<std::int32_t> places_of_seen_;
};

}  // namespace treadle::io
