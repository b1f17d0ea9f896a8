#include "bag/letter_case.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "bag/space.h"
#include "io/text/decoder.h"

namespace treadle::bag {
namespace {

constexpr std::uint32_t kCapitalSigma = 0x3A3, kSigma = 0x3C3, kFinalSigma = 0x3C2;
constexpr std::uint32_t kIotaBelow = 0x345, kCapitalIota = 0x399, kSharpS = 0xDF, kDottedI = 0x130;

void append(std::uint32_t code, std::string& out) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

const utf8proc_property_t& property(std::uint32_t code) {
  return *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
}

/// Unicode's Case_Ignorable: what stands between the letters of a word without being one.
bool is_ignorable(std::uint32_t code) {
  if (code == '\'' || code == '.' || code == ':' || code == 0xB7 || code == 0x387 || code == 0x55F ||
      code == 0x5F4 || code == 0x2018 || code == 0x2019 || code == 0x2024 || code == 0x2027 ||
      code == 0xFE13 || code == 0xFE52 || code == 0xFE55 || code == 0xFF07 || code == 0xFF0E ||
      code == 0xFF1A) {
    return true;
  }
  switch (property(code).category) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return false;
  }
}

bool is_cased(std::uint32_t code) {
  const auto category = property(code).category;
  if (category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
      category == UTF8PROC_CATEGORY_LT) {
    return true;
  }
  // Unicode's Other_Uppercase and Other_Lowercase, as far as they are not ignorable.
  return code == 0xAA || code == 0xBA || (code >= 0x2160 && code <= 0x217F) ||
         (code >= 0x24B6 && code <= 0x24E9) || (code >= 0x1F130 && code <= 0x1F149) ||
         (code >= 0x1F150 && code <= 0x1F169) || (code >= 0x1F170 && code <= 0x1F189);
}

/// Whether the nearest character of text before `at` that is not ignorable is a letter with case.
bool cased_before(const unsigned char* begin, const unsigned char* at) {
  while (at != begin) {
    do --at;
    while (at != begin && (*at & 0xC0) == 0x80);
    const auto* next = at;
    const std::uint32_t code = text::next_code_point(next, next + 4);
    if (!is_ignorable(code)) return is_cased(code);
  }
  return false;
}

bool cased_after(const unsigned char* at, const unsigned char* end) {
  while (at != end) {
    const std::uint32_t code = text::next_code_point(at, end);
    if (!is_ignorable(code)) return is_cased(code);
  }
  return false;
}

/// Whether the upper case of a code point is several: the letters of Unicode's SpecialCasing without a
/// condition. What they are follows from how they are composed.
bool has_long_upper(std::uint32_t code) {
  if (code == 0x149 || code == 0x1F0 || code == 0x390 || code == 0x3B0 || code == 0x587) return true;
  if (code >= 0x1E96 && code <= 0x1E9A) return true;
  if (code == 0x1F50 || code == 0x1F52 || code == 0x1F54 || code == 0x1F56) return true;
  if (code >= 0x1F80 && code <= 0x1FAF) return true;
  if (code >= 0x1FB2 && code <= 0x1FFC) {
    constexpr std::array<std::uint32_t, 28> kLong = {0x1FB2, 0x1FB3, 0x1FB4, 0x1FB6, 0x1FB7, 0x1FBC, 0x1FC2,
                                                     0x1FC3, 0x1FC4, 0x1FC6, 0x1FC7, 0x1FCC, 0x1FD2, 0x1FD3,
                                                     0x1FD6, 0x1FD7, 0x1FE2, 0x1FE3, 0x1FE4, 0x1FE6, 0x1FE7,
                                                     0x1FF2, 0x1FF3, 0x1FF4, 0x1FF6, 0x1FF7, 0x1FFC, 0x1FFC};
    return std::binary_search(kLong.begin(), kLong.end(), code);
  }
  return (code >= 0xFB00 && code <= 0xFB06) || (code >= 0xFB13 && code <= 0xFB17);
}

std::size_t decompose(std::uint32_t code, std::array<utf8proc_int32_t, 18>& parts) {
  int boundary = 0;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  const utf8proc_ssize_t count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts.data(),
                                                         parts.size(), options, &boundary);
  return count < 0 ? 0 : std::min(static_cast<std::size_t>(count), parts.size());
}

void append_upper(std::uint32_t code, std::string& out);

/// Greek letters with an iota below write it behind, as a capital; what else they carry stays in one
/// character where there is one.
void append_long_upper(std::uint32_t code, std::string& out) {
  std::array<utf8proc_int32_t, 18> parts{};
  std::size_t size = decompose(code, parts);
  const bool iota = size != 0 && static_cast<std::uint32_t>(parts[size - 1]) == kIotaBelow;
  if (iota) {
    --size;
    size = static_cast<std::size_t>(
        utf8proc_normalize_utf32(parts.data(), static_cast<utf8proc_ssize_t>(size), UTF8PROC_COMPOSE));
  }
  for (std::size_t i = 0; i < size; ++i) append_upper(static_cast<std::uint32_t>(parts[i]), out);
  if (iota) append(kCapitalIota, out);
}

void append_upper(std::uint32_t code, std::string& out) {
  if (code == kSharpS) {
    out += "SS";
  } else if (has_long_upper(code)) {
    append_long_upper(code, out);
  } else {
    append(static_cast<std::uint32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(code))), out);
  }
}

template <char kFirst, char kLast, int kShift>
void append_ascii(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  out.append(text);
  for (char* at = out.data() + before; at != out.data() + out.size(); ++at) {
    if (*at >= kFirst && *at <= kLast) *at = static_cast<char>(*at + kShift);
  }
}

}  // namespace

void append_lower(std::string_view text, std::string& out) {
  if (is_ascii(text)) return append_ascii<'A', 'Z', 32>(text, out);
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = begin + text.size();
  for (const auto* at = begin; at != end;) {
    const auto* here = at;
    const std::uint32_t code = text::next_code_point(at, end);
    if (code == kDottedI) {
      out += "i\u0307";
    } else if (code == kCapitalSigma) {
      append(cased_before(begin, here) && !cased_after(at, end) ? kFinalSigma : kSigma, out);
    } else if (code == UINT32_MAX) {
      out.append(reinterpret_cast<const char*>(here), static_cast<std::size_t>(at - here));
    } else {
      append(static_cast<std::uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code))), out);
    }
  }
}

void append_upper(std::string_view text, std::string& out) {
  if (is_ascii(text)) return append_ascii<'a', 'z', -32>(text, out);
  const auto* end = reinterpret_cast<const unsigned char*>(text.data()) + text.size();
  for (const auto* at = end - text.size(); at != end;) {
    const auto* here = at;
    const std::uint32_t code = text::next_code_point(at, end);
    if (code == UINT32_MAX) {
      out.append(reinterpret_cast<const char*>(here), static_cast<std::size_t>(at - here));
    } else {
      append_upper(code, out);
    }
  }
}

}  // namespace treadle::bag
