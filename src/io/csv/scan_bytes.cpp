#include "io/csv/scan_state.h"

namespace treadle::csv {
namespace {

class ByteScan {
 public:
  ByteScan(const Dialect& dialect, ScanState& state, Structure& out, std::uint32_t* room)
      : dialect_(dialect), state_(state), out_(out), next_(room) {}

  void step(std::uint8_t byte, std::uint32_t position) {
    if (state_.escaped) {
      state_.escaped = false;
      ordinary();
    } else if (state_.in_comment) {
      if (byte == '\n') newline(position);
    } else if (state_.inside_quotes != 0) {
      quoted(byte);
    } else {
      unquoted(byte, position);
    }
  }

 private:
  void quoted(std::uint8_t byte) {
    if (byte == dialect_.escape && byte != 0) {
      escape();
    } else if (byte == dialect_.quote) {
      state_.inside_quotes = 0;
      state_.after_quote = 1;
    }
  }

  void unquoted(std::uint8_t byte, std::uint32_t position) {
    if (byte == '\n') {
      newline(position);
    } else if (byte == dialect_.delimiter) {
      ordinary();
      state_.field_start = 1;
      separator(position);
    } else if (byte == 0) {
      ordinary();
    } else if (byte == dialect_.quote && (state_.field_start | state_.after_quote) != 0) {
      out_.has_inner_quotes |= state_.after_quote != 0;
      ordinary();
      state_.inside_quotes = ~std::uint64_t{0};
      out_.has_quotes = true;
    } else if (byte == dialect_.escape) {
      escape();
    } else if (byte == dialect_.comment && state_.line_start != 0) {
      ordinary();
      state_.in_comment = out_.has_comments = true;
    } else {
      out_.has_inner_quotes |= byte == dialect_.quote;
      ordinary();
    }
  }

  void ordinary() { state_.field_start = state_.line_start = state_.after_quote = 0; }

  void escape() {
    ordinary();
    state_.escaped = out_.has_escapes = true;
  }

  void newline(std::uint32_t position) {
    state_.in_comment = false;
    state_.after_quote = 0;
    state_.field_start = state_.line_start = 1;
    ++out_.num_newlines;
    separator(position);
  }

  void separator(std::uint32_t position) {
    *next_++ = position;
    ++out_.num_separators;
  }

  const Dialect& dialect_;
  ScanState& state_;
  Structure& out_;
  std::uint32_t* next_;
};

}  // namespace

void scan_bytes(const Dialect& dialect, const std::uint8_t* text, std::uint32_t begin, std::uint32_t end,
                ScanState& state, Structure& out) {
  ByteScan scan(dialect, state, out, out.append_room(end - begin));
  for (std::uint32_t position = begin; position < end; ++position) scan.step(text[position], position);
}

}  // namespace treadle::csv
