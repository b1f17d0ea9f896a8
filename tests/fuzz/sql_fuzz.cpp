// Any bytes as an expression and as a query over a table in memory: a plan, or an error of Treadle's that is
// not its own fault. Planning only: nothing runs.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "columnar/batch.h"
#include "treadle/error.h"
#include "treadle/sql.h"

namespace {

using treadle::TypeId;

const std::map<std::string, treadle::DataFrame>& tables() {
  static const std::map<std::string, treadle::DataFrame> kTables = {
      {"t", treadle::DataFrame(treadle::Table(treadle::Schema({{"a", TypeId::kInt64},
                                                               {"b", TypeId::kFloat64},
                                                               {"c", TypeId::kUtf8},
                                                               {"d", TypeId::kDate},
                                                               {"e", TypeId::kBool}}),
                                              {}))}};
  return kTables;
}

template <class F>
void expect_only_users_faults(F&& plan) {
  try {
    plan();
  } catch (const treadle::InternalError&) {
    throw;
  } catch (const treadle::Error&) {
    // The text was wrong; the error says so.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 14) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  expect_only_users_faults([&] { (void)treadle::parse_expression(text); });
  expect_only_users_faults([&] { (void)treadle::parse_expression(text, tables().at("t").schema()); });
  // File names would make the outcome depend on this machine's disk.
  if (text.find('\'') == std::string::npos && text.find('"') == std::string::npos &&
      text.find('.') == std::string::npos) {
    expect_only_users_faults([&] { (void)treadle::query(text, tables()); });
  }
  expect_only_users_faults([&] { (void)treadle::query("SELECT " + text + " FROM t", tables()); });
  return 0;
}
