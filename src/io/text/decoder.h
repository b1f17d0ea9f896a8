#pragma once

#include <cstddef>
#include <string_view>

#include "memory/buffer.h"
#include "treadle/text_options.h"

// Bytes of a known encoding to UTF-8.
namespace treadle::text {

/// Bytes that stand for no character.
struct BadText {
  bool found = false;
  std::size_t offset = 0;  // of the first of them
};

/// Writes `bytes` as UTF-8 to the end of `out`. `encoding` is not kUtf16: its byte order is known by now.
/// With OnBadText::kError it stops at the first bad byte and answers where.
BadText decode(TextEncoding encoding, OnBadText on_bad, std::string_view bytes, BufferBuilder& out);

/// Whether the bytes are UTF-8 as they stand in this encoding, so that decode() would copy them.
bool is_utf8_already(TextEncoding encoding, std::string_view bytes);

/// `text`, which is UTF-8, in the encoding; for characters that it lacks, nothing. The end of a line, say.
void encode(TextEncoding encoding, std::string_view text, BufferBuilder& out);

/// How far a code point's bytes go: `*at` moves behind them; UINT32_MAX for bytes that are none, of which
/// `*at` passes as many as one replacement character stands for (Unicode 15, 3.9, "maximal subpart").
std::uint32_t next_code_point(const unsigned char*& at, const unsigned char* end) noexcept;

/// Appends a code point as UTF-8.
void append_code_point(std::uint32_t code, BufferBuilder& out);

}  // namespace treadle::text
