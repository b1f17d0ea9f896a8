#include "sql/tokens.h"

#include <pg_query.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

namespace treadle::sql {
namespace {

constexpr int kSqlComment = 275;
constexpr int kBlockComment = 276;

// The scanner answers with a Protocol Buffers message; these few fields do not justify another library.
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : bytes_(bytes) {}

  // Steps to the next field; its value is then in number() or in bytes().
  bool next() {
    if (bytes_.empty()) return false;
    const std::uint64_t tag = varint();
    field_ = static_cast<int>(tag >> 3);
    if ((tag & 7) == 0) {
      number_ = varint();
    } else {
      const std::size_t size = varint();
      content_ = bytes_.substr(0, size);
      bytes_.remove_prefix(content_.size());
    }
    return true;
  }
  int field() const { return field_; }
  std::uint64_t number() const { return number_; }
  std::string_view bytes() const { return content_; }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  std::string_view bytes_;
  int field_ = 0;
  std::uint64_t number_ = 0;
  std::string_view content_;
};

Token read_token(std::string_view bytes) {
  Token token;
  for (MessageReader reader(bytes); reader.next();) {
    if (reader.field() == 1) token.begin = reader.number();
    if (reader.field() == 2) token.end = reader.number();
    if (reader.field() == 4) token.kind = static_cast<int>(reader.number());
  }
  return token;
}

}  // namespace

std::vector<Token> scan_tokens(const std::string& text) {
  PgQueryScanResult result = pg_query_scan(text.c_str());
  const std::unique_ptr<PgQueryScanResult, void (*)(PgQueryScanResult*)> release(
      &result, [](PgQueryScanResult* r) { pg_query_free_scan_result(*r); });
  if (result.error != nullptr) {
    throw SyntaxError{result.error->message, static_cast<std::size_t>(std::max(result.error->cursorpos, 0))};
  }
  std::vector<Token> tokens;
  for (MessageReader reader({result.pbuf.data, result.pbuf.len}); reader.next();) {
    if (reader.field() != 2) continue;
    const Token token = read_token(reader.bytes());
    if (token.kind != kSqlComment && token.kind != kBlockComment) tokens.push_back(token);
  }
  return tokens;
}

}  // namespace treadle::sql
