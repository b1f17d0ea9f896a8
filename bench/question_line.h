#pragma once

#include <charconv>
#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>

#include "treadle/data_frame.h"

// What every program of a problem with several questions prints, a line a question, fields parted by tabs:
// its name, seconds, rows of the answer, and values to compare with the peers'. bench/questions.py reads it.
namespace treadle_bench {

struct TimedTable {
  double seconds = 0;
  treadle::Table table;
};

inline TimedTable timed(const treadle::DataFrame& frame, const treadle::ComputeOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  treadle::Table table = frame.compute(options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return {seconds.count(), std::move(table)};
}

/// The values of the first row of `values`: sums over the answer, or its own first row.
inline void print_line(std::string_view name, const TimedTable& answer, const treadle::Table& values) {
  std::cout << name << '\t' << answer.seconds << '\t' << answer.table.num_rows();
  for (const treadle::Field& field : values.schema().fields()) {
    if (values.num_rows() != 0) std::cout << '\t' << values.at(0, field.name).to_string();
  }
  std::cout << std::endl;
}

/// The sums of some columns of the answer, computed behind the clock's back.
inline treadle::Table sums_of(const treadle::Table& table, const std::vector<std::string>& columns) {
  std::vector<treadle::Expression> sums;
  for (const std::string& name : columns)
    sums.push_back(treadle::col(name).cast(treadle::TypeId::kFloat64).sum());
  return treadle::DataFrame(table).select(std::move(sums)).compute();
}

}  // namespace treadle_bench
