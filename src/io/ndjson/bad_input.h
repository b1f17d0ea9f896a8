#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/ndjson/json.h"
#include "io/ndjson/read_plan.h"
#include "treadle/schema.h"

namespace treadle::ndjson {

/// A line that was not taken, looked at with care.
class Inspection {
 public:
  /// Both outlive it.
  Inspection(const ReadPlan& plan, const Schema& assumed);

  /// What is wrong with a line that is no JSON object. Empty if it is one: then its keys or values do not
  /// fit.
  std::string read(ondemand::parser& parser, simdjson::padded_string_view line);

  /// After read(): throws ParseError for an unknown key or a value that is not of the type that was given,
  /// TypeWidened for one that is not of an inferred type. `unfit_column`: the column whose builder refused
  /// its value, if one did.
  [[noreturn]] void reject(std::size_t unfit_column, std::uint64_t line_number) const;

 private:
  /// A column's value, and the type that it has.
  struct Seen {
    std::string text;
    DataType type;
  };
  std::string look(ondemand::field& field);

  const ReadPlan& plan_;
  const Schema& assumed_;
  std::vector<std::optional<Seen>> seen_;  // by column
  std::optional<std::string> unknown_;
};

}  // namespace treadle::ndjson
