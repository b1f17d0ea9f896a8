#include "io/text/decoder.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace treadle::text {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::uint32_t kReplacement = 0xFFFD;

bool is_ascii(std::string_view bytes) {
  unsigned char all = 0;
  for (const char byte : bytes) all = static_cast<unsigned char>(all | static_cast<unsigned char>(byte));
  return all < 0x80;
}

/// The range of the second byte of a sequence that begins with `lead`, and how many bytes follow the lead.
struct Sequence {
  int more = 0;
  unsigned char low = 0x80, high = 0xBF;
};
Sequence sequence_of(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {1};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {2};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  if (lead >= 0xF1 && lead <= 0xF3) return {3};
  return {0};
}

std::uint32_t next_ascii(const unsigned char*& at, const unsigned char*) {
  const unsigned char byte = *at++;
  return byte < 0x80 ? byte : kNone;
}
std::uint32_t next_latin1(const unsigned char*& at, const unsigned char*) { return *at++; }

template <bool kBigEndian>
std::uint32_t next_utf16(const unsigned char*& at, const unsigned char* end) {
  auto unit = [&](const unsigned char* from) -> std::uint32_t {
    return kBigEndian ? from[0] << 8 | from[1] : from[1] << 8 | from[0];
  };
  if (end - at < 2) {
    at = end;
    return kNone;
  }
  const std::uint32_t first = unit(at);
  at += 2;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || end - at < 2) return kNone;
  const std::uint32_t second = unit(at);
  if (second < 0xDC00 || second > 0xDFFF) return kNone;
  at += 2;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

template <class Next>
BadText decode_by(Next next, OnBadText on_bad, std::string_view bytes, BufferBuilder& out) {
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = begin + bytes.size();
  for (const auto* at = begin; at != end;) {
    const auto* here = at;
    const std::uint32_t code = next(at, end);
    if (code != kNone) {
      append_code_point(code, out);
    } else if (on_bad == OnBadText::kError) {
      return {true, static_cast<std::size_t>(here - begin)};
    } else if (on_bad == OnBadText::kReplace) {
      append_code_point(kReplacement, out);
    }
  }
  return {};
}

}  // namespace

std::uint32_t next_code_point(const unsigned char*& at, const unsigned char* end) noexcept {
  const unsigned char lead = *at++;
  if (lead < 0x80) return lead;
  Sequence sequence = sequence_of(lead);
  if (sequence.more == 0) return kNone;
  std::uint32_t code = lead & (0x3FU >> sequence.more);
  for (; sequence.more != 0; --sequence.more, sequence.low = 0x80, sequence.high = 0xBF) {
    if (at == end || *at < sequence.low || *at > sequence.high) return kNone;
    code = code << 6 | (*at++ & 0x3FU);
  }
  return code;
}

void append_code_point(std::uint32_t code, BufferBuilder& out) {
  auto tail = [code](int shift) { return static_cast<unsigned char>(0x80 | ((code >> shift) & 0x3F)); };
  unsigned char bytes[4];
  std::size_t size = 0;
  if (code < 0x80) {
    bytes[size++] = static_cast<unsigned char>(code);
  } else if (code < 0x800) {
    bytes[size++] = static_cast<unsigned char>(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    bytes[size++] = static_cast<unsigned char>(0xE0 | code >> 12);
    bytes[size++] = tail(6);
  } else {
    bytes[size++] = static_cast<unsigned char>(0xF0 | code >> 18);
    bytes[size++] = tail(12);
    bytes[size++] = tail(6);
  }
  if (code >= 0x80) bytes[size++] = tail(0);
  out.append(bytes, size);
}

bool is_utf8_already(TextEncoding encoding, std::string_view bytes) {
  if (encoding == TextEncoding::kUtf8) return simdjson::validate_utf8(bytes.data(), bytes.size());
  return (encoding == TextEncoding::kAscii || encoding == TextEncoding::kLatin1) && is_ascii(bytes);
}

BadText decode(TextEncoding encoding, OnBadText on_bad, std::string_view bytes, BufferBuilder& out) {
  out.reserve_more(bytes.size());
  switch (encoding) {
    case TextEncoding::kAscii:
      return decode_by(next_ascii, on_bad, bytes, out);
    case TextEncoding::kLatin1:
      return decode_by(next_latin1, on_bad, bytes, out);
    case TextEncoding::kUtf16:
    case TextEncoding::kUtf16Le:
      return decode_by(next_utf16<false>, on_bad, bytes, out);
    case TextEncoding::kUtf16Be:
      return decode_by(next_utf16<true>, on_bad, bytes, out);
    case TextEncoding::kUtf8:
      break;
  }
  return decode_by(next_code_point, on_bad, bytes, out);
}

void encode(TextEncoding encoding, std::string_view text, BufferBuilder& out) {
  const bool wide = encoding == TextEncoding::kUtf16 || encoding == TextEncoding::kUtf16Le ||
                    encoding == TextEncoding::kUtf16Be;
  if (!wide && encoding != TextEncoding::kLatin1) return out.append(text.data(), text.size());
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = at + text.size();
  auto unit = [&](std::uint32_t code) {
    const auto low = static_cast<unsigned char>(code), high = static_cast<unsigned char>(code >> 8);
    const bool big = encoding == TextEncoding::kUtf16Be;
    const unsigned char bytes[2] = {big ? high : low, big ? low : high};
    out.append(bytes, 2);
  };
  while (at != end) {
    const std::uint32_t code = next_code_point(at, end);
    if (code == kNone) continue;
    if (!wide) {
      if (code < 0x100) out.append_value(static_cast<unsigned char>(code));
    } else if (code < 0x10000) {
      unit(code);
    } else {
      unit(0xD800 + ((code - 0x10000) >> 10));
      unit(0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
}

}  // namespace treadle::text
