// TPC-H over a directory of Parquet files: the queries beside this file, or those named, one after the other
// in one process. Prints a line a query (see question_line.h) with the first row of its answer.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "question_line.h"
#include "treadle/error.h"
#include "treadle/sql.h"

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run_all(const std::filesystem::path& data, const std::filesystem::path& queries,
             const std::set<std::string>& wanted) {
  std::map<std::string, treadle::DataFrame> tables;
  for (const char* name :
       {"customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"}) {
    tables.emplace(name, treadle::read_parquet((data / name).string() + ".parquet"));
  }
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(queries)) {
    if (entry.path().extension() == ".sql") files.insert(entry.path());
  }
  treadle::ComputeOptions options;
  options.run.num_threads = 2;
  for (const std::filesystem::path& file : files) {
    const std::string name = file.stem().string();
    if (!wanted.empty() && !wanted.contains(name)) continue;
    const auto begin = std::chrono::steady_clock::now();
    treadle_bench::TimedTable answer = treadle_bench::timed(treadle::query(text_of(file), tables), options);
    // Planning counts: the peers' times have it, too.
    answer.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    treadle_bench::print_line(name, answer, answer.table);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) throw treadle::InvalidArgument("usage: tpch DATA QUERIES [q01 ...]");
  run_all(argv[1], argv[2], {argv + 3, argv + argc});
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
