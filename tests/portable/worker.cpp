// The other process: reads a graph, runs it, and writes its outputs as a graph of values.
//
//     portable_worker GRAPH RESULTS
#include <iostream>

#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/graph.h"

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: portable_worker GRAPH RESULTS\n";
    return 2;
  }
  const auto engine = treadle::make_threaded_engine(2);
  treadle::TaskGraph results;
  for (treadle::Value& value : engine->submit(treadle::graph::load(argv[1])).outputs()) {
    results.add_output({results.add_value(std::move(value))});
  }
  treadle::graph::save(results, argv[2]);
  return 0;
} catch (const treadle::Error& error) {
  std::cerr << error.kind() << ": " << error.what() << '\n';
  return 1;
}
