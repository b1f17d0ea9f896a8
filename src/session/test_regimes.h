#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "treadle/data_frame.h"
#include "treadle/engine.h"

// The same plan under every regime: the answer must be the same.
namespace treadle::session::test {

struct Regime {
  std::string name;
  ComputeOptions options;
};

inline std::vector<Regime> regimes() {
  std::vector<Regime> all;
  ComputeOptions synchronous;
  synchronous.engine = make_synchronous_engine();
  all.push_back({"synchronous", synchronous});
  synchronous.optimize = false;
  all.push_back({"not optimised", synchronous});
  for (const unsigned threads : {1U, 2U, 8U}) {
    ComputeOptions options;
    options.engine = make_threaded_engine(threads);
    options.run.num_threads = threads;
    all.push_back({std::to_string(threads) + " threads", options});
  }
  ComputeOptions small;
  small.run.working_memory = 4U << 20;
  all.push_back({"4 MiB", small});
  return all;
}

/// Schema and rows, a row a line.
inline std::string text_of(const Table& table) {
  std::string text = table.schema().to_string();
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    for (const Field& field : table.schema().fields()) text += " " + table.at(row, field.name).to_string();
    text += "\n";
  }
  return text;
}

/// The table, having checked that it is the same under every regime.
inline std::string computed(const DataFrame& data) {
  std::string first;
  for (const Regime& regime : regimes()) {
    const std::string text = text_of(data.compute(regime.options));
    if (first.empty()) first = text;
    EXPECT_EQ(text, first) << regime.name;
  }
  return first;
}

}  // namespace treadle::session::test
