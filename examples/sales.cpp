// A first program: make a small CSV file, look at it, filter it, compute with expressions, group it.
//
// Frames are lazy: filter(), with_columns(), group_by() only write down what is to be done. compute() runs
// it, on all threads, and answers with a Table.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "treadle/data_frame.h"
#include "treadle/error.h"

using treadle::col;
using treadle::count;
using treadle::when;

int main() try {
  const auto folder = std::filesystem::temp_directory_path() / "treadle_example_sales";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "sales.csv").string();
  std::ofstream(path) << "day,region,product,price,pieces\n"
                         "2024-01-05,north,apple,0.5,120\n"
                         "2024-01-06,south,pear,0.75,\n"
                         "2024-01-06,north,pear,0.75,40\n"
                         "2024-02-01,south,apple,0.45,200\n";

  // Types are inferred from a sample of the file and marked as such.
  const auto sales = treadle::read_csv(path);
  std::cout << sales.schema().to_string() << '\n';

  // Missing values stay missing through arithmetic; fill_null() says what they stand for.
  const auto revenue = sales.with_columns(
      {(col("price") * col("pieces").fill_null(0)).alias("revenue"), col("day").dt().month().alias("month"),
       when(col("price") > 0.6).then("dear").otherwise("cheap").alias("class")});

  // Expressions may compute with aggregates.
  const auto by_month = revenue.filter(col("product").str().starts_with("a") | (col("revenue") > 0))
                            .group_by({col("month")})
                            .agg({col("revenue").sum(), (col("revenue").sum() / count()).alias("per sale"),
                                  col("class").nunique().alias("classes")})
                            .sort({"month"});
  std::cout << by_month.explain() << '\n' << by_month.compute().to_string() << '\n';
  std::filesystem::remove_all(folder);
} catch (const treadle::Error& error) {
  std::cerr << error.kind() << ": " << error.what() << '\n';
  return 1;
}
