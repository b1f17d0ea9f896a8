#pragma once

#include <span>
#include <string>
#include <string_view>

namespace treadle {

/// Single characters to insert, delete, replace or swap with their neighbour to turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// `; did you mean "x"?` with the name nearest to `wanted`, the first of equals; empty if none is near.
std::string nearest_hint(std::string_view wanted, std::span<const std::string> names);

}  // namespace treadle
