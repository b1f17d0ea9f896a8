// A group-by, a join or a sort of more rows than the memory given, from Parquet to Parquet. Prints a line
// (see question_line.h) with sums over what was written.
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "treadle/data_frame.h"
#include "treadle/error.h"

namespace {

using treadle::col;
using treadle::DataFrame;
using treadle::Expression;

struct Question {
  DataFrame frame;
  std::vector<Expression> sums;
};

Question question_of(const std::string& folder, const std::string& name) {
  const DataFrame rows = treadle::read_parquet(folder + "/rows.parquet");
  const Expression value = col("value"), weight = col("weight");
  if (name == "groupby") {
    return {
        rows.group_by({col("key")}).agg({treadle::count().alias("count"), value.sum(), col("text").max()}),
        {treadle::count().alias("rows"), col("count").sum(), value.sum()}};
  }
  if (name == "sort") {
    return {rows.sort({"value", "id"}), {treadle::count().alias("rows"), value.sum(), col("id").max()}};
  }
  if (name != "join") throw treadle::InvalidArgument("expected groupby, join or sort; found " + name);
  treadle::JoinOptions options;
  options.on.push_back(col("key"));
  const DataFrame joined = rows.join(treadle::read_parquet(folder + "/partners.parquet"), options);
  return {joined.select({col("id"), col("key"), value, col("label"), weight}),
          {treadle::count().alias("rows"), value.sum(), weight.sum()}};
}

/// Removed with all that is in it.
struct Folder {
  std::filesystem::path path;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

void run(const std::string& data, std::size_t megabytes, const std::string& name) {
  const Folder out{std::filesystem::path(data) / "out"};
  const Question question = question_of(data, name);
  treadle::ComputeOptions options;
  options.run.num_threads = 2;
  options.run.memory_limit = megabytes * 1'000'000;
  treadle::ParquetWriteOptions write;
  write.mode = treadle::WriteMode::kOverwrite;
  const auto begin = std::chrono::steady_clock::now();
  question.frame.write_parquet(out.path.string(), write, options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const treadle::Table found =
      treadle::read_parquet(out.path.string()).select(question.sums).compute(options);
  std::cout << name << '\t' << seconds.count();
  for (const treadle::Field& field : found.schema().fields()) {
    std::cout << '\t' << found.at(0, field.name).to_string();
  }
  std::cout << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) throw treadle::InvalidArgument("usage: out_of_core DIRECTORY MEGABYTES {groupby,join,sort}");
  run(argv[1], std::stoul(argv[2]), argv[3]);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
