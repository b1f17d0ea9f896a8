#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "io/arrays/element_type.h"
#include "io/zarr/json_entries.h"

namespace treadle::io::zarr {

/// A type in NumPy's letters, as format 2 has it. Throws TypeError naming `path`.
ElementType element_of(const std::string& text, const std::string& path);
/// "data_type" of format 3: a name, or an object for times.
ElementType data_type_of(const Entries& entries);
nlohmann::json json_of_type(const ElementType& type);

/// "fill_value" as one element in this machine's order; zeros for null.
std::vector<std::byte> fill_of(const Entries& entries, const ElementType& type);
/// What Treadle writes fills with zeros: throws InternalError for anything else.
nlohmann::json json_of_fill(const ElementType& type, std::span<const std::byte> fill);

}  // namespace treadle::io::zarr
