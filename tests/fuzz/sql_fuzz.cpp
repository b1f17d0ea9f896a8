// Any text as a query and as an expression: a plan, or an error that is the text's.
#include <cstdint>
#include <string_view>

#include "scratch_folder.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"
#include "treadle/sql.h"

namespace {

template <class F>
void expect_answer_or_error(const F& call) {
  try {
    call();
  } catch (const treadle::InternalError&) {
    throw;
  } catch (const treadle::Error&) {  // NOLINT(bugprone-empty-catch): what is expected of most texts
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 4096 || treadle::fuzz::leaves_scratch_folder(text)) return 0;
  treadle::fuzz::enter_scratch_folder();
  static const treadle::Schema kColumns = treadle::read_csv("t.csv").schema();
  expect_answer_or_error([&] { static_cast<void>(treadle::parse_expression(text, kColumns).to_string()); });
  expect_answer_or_error([&] { static_cast<void>(treadle::query(text).explain()); });
  return 0;
}
