#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "src/binding.h"
#include "treadle/text_items.h"

// What objects of Python take in memory: of those that are there, and of those that native items will become.
namespace treadle::python {

/// What an object and what it holds take, by `__sizeof__`, `nbytes` and samples of containers. What many
/// others refer to as well counts for its share only. Under the GIL.
std::size_t object_bytes(nb::handle object);

/// Of a str of this text.
std::size_t str_bytes(std::string_view utf8) noexcept;
/// Of an int.
std::size_t int_bytes(std::int64_t number) noexcept;
constexpr std::size_t kFloatBytes = 32;
/// Of a list or tuple of so many items, without them; a dict of so many keys, without keys and values.
std::size_t list_bytes(std::size_t size) noexcept;
std::size_t tuple_bytes(std::size_t size) noexcept;
std::size_t dict_bytes(std::size_t size) noexcept;
/// Of a list of all texts.
std::size_t list_bytes(const TextItems& texts) noexcept;

}  // namespace treadle::python
